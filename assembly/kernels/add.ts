import {
  ADD_MAX,
  ADD_MIN,
  ADD_MULTIPLIER_1,
  ADD_MULTIPLIER_2,
  ADD_MULTIPLIER_OUT,
  ADD_SHIFT_1,
  ADD_SHIFT_2,
  ADD_SHIFT_OUT,
  ADD_ZERO_1,
  ADD_ZERO_2,
  ADD_ZERO_OUT,
} from "../../format/layout";
import { clamp, multiply, multiply4 } from "./fixed-point";

/** TFLite's left shift of int8 Add: both operands are scaled with 20 extra bits. */
const LEFT_SHIFT: i32 = 20;

/** Adds `count` int8 values of two quantisations (TFLite reference_integer_ops::Add); `out` may be `a` or `b`. */
export function addValues(p: usize, a: usize, b: usize, out: usize, count: i32): void {
  const zero1 = load<i32>(p, ADD_ZERO_1 * 4);
  const zero2 = load<i32>(p, ADD_ZERO_2 * 4);
  const zeroOut = load<i32>(p, ADD_ZERO_OUT * 4);
  const multiplier1 = load<i32>(p, ADD_MULTIPLIER_1 * 4);
  const multiplier2 = load<i32>(p, ADD_MULTIPLIER_2 * 4);
  const multiplierOut = load<i32>(p, ADD_MULTIPLIER_OUT * 4);
  const shift1 = load<i32>(p, ADD_SHIFT_1 * 4);
  const shift2 = load<i32>(p, ADD_SHIFT_2 * 4);
  const shiftOut = load<i32>(p, ADD_SHIFT_OUT * 4);
  const low = load<i32>(p, ADD_MIN * 4);
  const high = load<i32>(p, ADD_MAX * 4);
  let i = 0;
  if (ASC_FEATURE_SIMD) {
    const from1 = i16x8.splat(<i16>zero1);
    const from2 = i16x8.splat(<i16>zero2);
    const offset = i32x4.splat(zeroOut);
    const least = i32x4.splat(low);
    const most = i32x4.splat(high);
    for (; i <= count - 8; i += 8) {
      const x = i16x8.sub(v128.load8x8_s(a + i), from1);
      const y = i16x8.sub(v128.load8x8_s(b + i), from2);
      const x1 = multiply4(i32x4.shl(i32x4.extend_low_i16x8_s(x), LEFT_SHIFT), multiplier1, shift1);
      const x2 = multiply4(i32x4.shl(i32x4.extend_high_i16x8_s(x), LEFT_SHIFT), multiplier1, shift1);
      const y1 = multiply4(i32x4.shl(i32x4.extend_low_i16x8_s(y), LEFT_SHIFT), multiplier2, shift2);
      const y2 = multiply4(i32x4.shl(i32x4.extend_high_i16x8_s(y), LEFT_SHIFT), multiplier2, shift2);
      const sum1 = i32x4.add(multiply4(i32x4.add(x1, y1), multiplierOut, shiftOut), offset);
      const sum2 = i32x4.add(multiply4(i32x4.add(x2, y2), multiplierOut, shiftOut), offset);
      const values = i16x8.narrow_i32x4_s(
        i32x4.min_s(i32x4.max_s(sum1, least), most),
        i32x4.min_s(i32x4.max_s(sum2, least), most),
      );
      v128.store64_lane(out + i, i8x16.narrow_i16x8_s(values, values), 0);
    }
  }
  for (; i < count; i++) {
    const x = multiply((<i32>load<i8>(a + i) - zero1) << LEFT_SHIFT, multiplier1, shift1);
    const y = multiply((<i32>load<i8>(b + i) - zero2) << LEFT_SHIFT, multiplier2, shift2);
    store<i8>(out + i, clamp<i32>(multiply(x + y, multiplierOut, shiftOut) + zeroOut, low, high));
  }
}
