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
import { clamp, multiply } from "./fixed-point";

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
  for (let i = 0; i < count; i++) {
    const x = multiply((<i32>load<i8>(a + i) - zero1) << LEFT_SHIFT, multiplier1, shift1);
    const y = multiply((<i32>load<i8>(b + i) - zero2) << LEFT_SHIFT, multiplier2, shift2);
    store<i8>(out + i, clamp<i32>(multiply(x + y, multiplierOut, shiftOut) + zeroOut, low, high));
  }
}
