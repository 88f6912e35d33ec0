// Sums of 8 channels to int8 with SIMD, by float32 where that is certain (nearest.ts).
//
// With r = x · m · 2^(shift − 31) and h = 2^(shift − 1), TFLite's two roundings of x ≥ 0 are
// floor((floor(r/2h + ½) + 1/4h) · 2h) = floor(r + ½ + h): a floor within a floor, and 1/2h is an integer. Of x < 0 they are
// floor(r + ½ − h), since that rounding's ties go the other way; where r is between −h and 0 both are 0. Without a shift, and
// in a FullyConnected, there is one rounding, and h is 0.
// Where the result is within int8, r is less than 256, and float32 errs by 2^−16 at the most with each of: the multiplier,
// x, their product, the addition of h, that of `start`. That is 2½ of nearest.ts's units.

import { bytes16, CENTRE, SCALE, UNIT, unsure16 } from "./nearest";
import { targetZero } from "./pixel-store";
import { sums } from "./rows";
import { exponents, factors, high, low, once, storeSums } from "./store-sums";

/** Half of the window around a tie, in units: more than float32 errs. */
const HALF_WINDOW: i32 = 4;
const MIDDLE: f32 = CENTRE + <f32>HALF_WINDOW * UNIT;
/** Exponents of SCALE, and of SCALE · 2^−31, as float32 has them. */
const SCALE_EXPONENT: i32 = 127 - 8;
const FACTOR_EXPONENT: i32 = SCALE_EXPONENT - 31;

/** Whether results below the zero point count, and not only saturation clamps. Else, h is in `start`. */
let signed: bool = false;
let first: i32 = 0;
let count: i32 = 0;
// Where `sums` has room for more than those of two pixels: of the 8 channels, r / x, h, and what is added.
const FACTOR: usize = 64;
const HALF: usize = 96;
const START: usize = 128;

/** r / x of 4 channels, scaled; NaN, never certain, where a shift is to the left or a multiplier negative. @inline */
function factors4(multiplier: v128, shift: v128): v128 {
  const powers = i32x4.shl(i32x4.add(shift, i32x4.splat(FACTOR_EXPONENT)), 23);
  const never = v128.or(i32x4.gt_s(shift, i32x4.splat(0)), multiplier);
  return v128.bitselect(f32x4.splat(NaN), f32x4.mul(f32x4.convert_i32x4_s(multiplier), powers), i32x4.shr_s(never, 31));
}

/** h of 4 channels, scaled. @inline */
function halves4(shift: v128): v128 {
  const twice = once ? i32x4.splat(0) : i32x4.shr_s(shift, 31);
  return v128.and(i32x4.shl(i32x4.add(shift, i32x4.splat(SCALE_EXPONENT - 1)), 23), twice);
}

/**
 * `channels` channels from t on, after openSums. Where they are fewer than 8, the other sums are of whatever stands behind the
 * weights, the biases and the rows, as in tile.ts; nothing is certain then, and they are not stored.
 */
export function openEight(t: i32, channels: i32): void {
  first = t;
  count = channels;
  const m = factors + (t << 2);
  const shifts = v128.load8x8_s(exponents + t);
  const shift0 = i32x4.extend_low_i16x8_s(shifts);
  const shift1 = i32x4.extend_high_i16x8_s(shifts);
  v128.store(sums, channels < 8 ? f32x4.splat(NaN) : factors4(v128.load(m), shift0), FACTOR);
  v128.store(sums, factors4(v128.load(m, 16), shift1), FACTOR + 16);
  const half0 = halves4(shift0);
  const half1 = halves4(shift1);
  v128.store(sums, half0, HALF);
  v128.store(sums, half1, HALF + 16);
  signed = low != -128 || high != 127 || targetZero != -128;
  const start = f32x4.splat(<f32>targetZero * SCALE + MIDDLE);
  v128.store(sums, signed ? start : f32x4.add(start, half0), START);
  v128.store(sums, signed ? start : f32x4.add(start, half1), START + 16);
}

/** r. @inline */
function scaled4(x: v128, factor: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(x), factor);
}

/** r ± h. @inline */
function away4(real: v128, half: v128): v128 {
  return f32x4.add(real, v128.or(v128.and(real, f32x4.splat(-0.0)), half));
}

/** storeTwo in fixed point. */
function storeExactly(a: v128, b: v128, c: v128, d: v128, to: usize, next: usize): void {
  v128.store(sums, a);
  v128.store(sums, b, 16);
  v128.store(sums, c, 32);
  v128.store(sums, d, 48);
  storeSums(sums, 32, first, count, 2, to - first, <i32>next);
}

/** Those channels of two pixels, of sums (a, b) and (c, d), to `to` and `next` bytes further. @inline */
export function storeTwo(a: v128, b: v128, c: v128, d: v128, to: usize, next: usize): void {
  const factor0 = v128.load(sums, FACTOR);
  const factor1 = v128.load(sums, FACTOR + 16);
  let a1 = scaled4(a, factor0);
  let b1 = scaled4(b, factor1);
  let c1 = scaled4(c, factor0);
  let d1 = scaled4(d, factor1);
  if (signed) {
    const half0 = v128.load(sums, HALF);
    const half1 = v128.load(sums, HALF + 16);
    a1 = away4(a1, half0);
    b1 = away4(b1, half1);
    c1 = away4(c1, half0);
    d1 = away4(d1, half1);
  }
  const start0 = v128.load(sums, START);
  const start1 = v128.load(sums, START + 16);
  a1 = f32x4.add(a1, start0);
  b1 = f32x4.add(b1, start1);
  c1 = f32x4.add(c1, start0);
  d1 = f32x4.add(d1, start1);
  if (unsure16(a1, b1, c1, d1, i32x4.splat(2 * HALF_WINDOW))) {
    storeExactly(a, b, c, d, to, next);
  } else {
    let bytes = bytes16(a1, b1, c1, d1);
    if (signed) bytes = i8x16.min_s(i8x16.max_s(bytes, i8x16.splat(<i8>low)), i8x16.splat(<i8>high));
    v128.store64_lane(to, bytes, 0);
    v128.store64_lane(to + next, bytes, 1);
  }
}
