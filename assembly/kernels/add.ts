// int8 addition of two quantisations (TFLite reference_integer_ops::Add).
//
// TFLite scales both operands with 20 extra bits, adds, and scales the sum, with a rounding or two each time. With SIMD the
// real number x·f1 + y·f2 + c is formed in float32 instead, and rounded once, where that is certain to give the same
// integer (nearest.ts). With e = −shift of the sum's multiplier, TFLite's roundings lie within 2.5·2^−e of the real number:
// 1 for each operand and ½ for the sum, in units of 2^−e; the roundings of float32 (factors, products, sums) within
// 8 · 2^−24 of 256·(f1 + f2).

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
import { integers4, magic4, sure4 } from "./nearest";

/** TFLite's left shift of int8 Add: both operands are scaled with 20 extra bits. */
const LEFT_SHIFT: i32 = 20;

// The parameters of the layer, set by openAdd.
let zero1: i32 = 0;
let zero2: i32 = 0;
let zeroOut: i32 = 0;
let multiplier1: i32 = 0;
let multiplier2: i32 = 0;
let multiplierOut: i32 = 0;
let shift1: i32 = 0;
let shift2: i32 = 0;
let shiftOut: i32 = 0;
let low: i32 = 0;
let high: i32 = 0;
/** f1, f2, c, and how far from an integer their sum may be; negative: it is never certain. */
let factor1: f32 = 0;
let factor2: f32 = 0;
let constant: f32 = 0;
let limit: f32 = 0;

export function openAdd(p: usize): void {
  zero1 = load<i32>(p, ADD_ZERO_1 * 4);
  zero2 = load<i32>(p, ADD_ZERO_2 * 4);
  zeroOut = load<i32>(p, ADD_ZERO_OUT * 4);
  multiplier1 = load<i32>(p, ADD_MULTIPLIER_1 * 4);
  multiplier2 = load<i32>(p, ADD_MULTIPLIER_2 * 4);
  multiplierOut = load<i32>(p, ADD_MULTIPLIER_OUT * 4);
  shift1 = load<i32>(p, ADD_SHIFT_1 * 4);
  shift2 = load<i32>(p, ADD_SHIFT_2 * 4);
  shiftOut = load<i32>(p, ADD_SHIFT_OUT * 4);
  low = load<i32>(p, ADD_MIN * 4);
  high = load<i32>(p, ADD_MAX * 4);
  if (!ASC_FEATURE_SIMD) return;
  const out = real(multiplierOut, shiftOut) * <f64>(1 << LEFT_SHIFT);
  const f1 = real(multiplier1, shift1) * out;
  const f2 = real(multiplier2, shift2) * out;
  factor1 = <f32>f1;
  factor2 = <f32>f2;
  constant = <f32>(-zero1 * f1 - zero2 * f2);
  const right = max(max(shift1, shift2), shiftOut) <= 0 && min(min(multiplier1, multiplier2), multiplierOut) >= 0;
  limit = right ? <f32>(0.5 - 2.5 * power(shiftOut) - (f1 + f2) * 0.0001220703125) : -1;
}

/** 2^exponent, −1022…1023 */
function power(exponent: i32): f64 {
  return reinterpret<f64>((<i64>(exponent + 1023)) << 52);
}

function real(multiplier: i32, shift: i32): f64 {
  return <f64>multiplier * power(shift - 31);
}

/** 4 lanes of int8 values, exactly. */
function exactly4(x: v128, y: v128): v128 {
  const scaled1 = multiply4(i32x4.shl(i32x4.sub(x, i32x4.splat(zero1)), LEFT_SHIFT), multiplier1, shift1);
  const scaled2 = multiply4(i32x4.shl(i32x4.sub(y, i32x4.splat(zero2)), LEFT_SHIFT), multiplier2, shift2);
  const sum = i32x4.add(multiply4(i32x4.add(scaled1, scaled2), multiplierOut, shiftOut), i32x4.splat(zeroOut));
  return i32x4.min_s(i32x4.max_s(sum, i32x4.splat(low)), i32x4.splat(high));
}

/** Adds `count` int8 values of two quantisations, after openAdd; `out` may be `a` or `b`. */
export function addValues(a: usize, b: usize, out: usize, count: i32): void {
  let i = 0;
  if (ASC_FEATURE_SIMD) {
    const f1 = f32x4.splat(factor1);
    const f2 = f32x4.splat(factor2);
    const c = f32x4.splat(constant);
    const limits = f32x4.splat(limit);
    const least = f32x4.splat(<f32>(low - zeroOut));
    const most = f32x4.splat(<f32>(high - zeroOut));
    const eights = count & ~7;
    if (eights > 0)
      do {
        const x = v128.load8x8_s(a + i);
        const y = v128.load8x8_s(b + i);
        const x0 = i32x4.extend_low_i16x8_s(x);
        const x1 = i32x4.extend_high_i16x8_s(x);
        const y0 = i32x4.extend_low_i16x8_s(y);
        const y1 = i32x4.extend_high_i16x8_s(y);
        const r0 = f32x4.add(
          f32x4.mul(f32x4.convert_i32x4_s(x0), f1),
          f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(y0), f2), c),
        );
        const r1 = f32x4.add(
          f32x4.mul(f32x4.convert_i32x4_s(x1), f1),
          f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(y1), f2), c),
        );
        const clamped0 = f32x4.pmax(least, f32x4.pmin(most, r0));
        const clamped1 = f32x4.pmax(least, f32x4.pmin(most, r1));
        const magic0 = magic4(clamped0);
        const magic1 = magic4(clamped1);
        const sure = v128.and(sure4(clamped0, magic0, limits), sure4(clamped1, magic1, limits));
        const values = i32x4.all_true(sure)
          ? i16x8.narrow_i32x4_s(integers4(magic0, zeroOut), integers4(magic1, zeroOut))
          : i16x8.narrow_i32x4_s(exactly4(x0, y0), exactly4(x1, y1));
        v128.store64_lane(out + i, i8x16.narrow_i16x8_s(values, values), 0);
        i += 8;
      } while (i < eights);
  }
  for (; i < count; i++) {
    const x = multiply((<i32>load<i8>(a + i) - zero1) << LEFT_SHIFT, multiplier1, shift1);
    const y = multiply((<i32>load<i8>(b + i) - zero2) << LEFT_SHIFT, multiplier2, shift2);
    store<i8>(out + i, clamp<i32>(multiply(x + y, multiplierOut, shiftOut) + zeroOut, low, high));
  }
}
