// With SIMD: sums of 8 channels to int8, by float32 (nearest.ts).
//
// With r = x · m · 2^(shift − 31) and h = 2^(shift − 1), TFLite's two roundings of x ≥ 0 are
// floor((floor(r/2h + ½) + 1/4h) · 2h) = floor(r + ½ + h): a floor within a floor, and 1/2h is an integer. Of x < 0 they are
// floor(r + ½ − h), since that rounding's ties go the other way; where r is between −h and 0 both are 0. Without a shift, and
// in a FullyConnected, there is one rounding, and h is 0.
// Where the result is within int8, r is less than 256, and float32 errs by 2^−16 at the most with each of: the multiplier,
// x, their product, the addition of h, that of START. That is 2½ units.

import { L_ACTIVATION_MAX, L_ACTIVATION_MIN } from "../../format/layout";
import { multipliers, shifts } from "../model";
import { bytes16, CENTRE, UNIT, unsure16 } from "./nearest";
import { targetZero } from "./pixel-store";
import { sums } from "./rows";
import { storeSums } from "./store-sums";

/** Half of the window around a tie, in units: more than float32 errs. */
const HALF_WINDOW: i32 = 4;
const START: f32 = CENTRE + <f32>HALF_WINDOW * UNIT;

// Of the layer.
let least: v128 = i32x4(0, 0, 0, 0);
let most: v128 = i32x4(0, 0, 0, 0);
let start: v128 = i32x4(0, 0, 0, 0);
// Of 8 channels.
let first: i32 = 0;
let channels: i32 = 0;
let factor0: v128 = i32x4(0, 0, 0, 0);
let factor1: v128 = i32x4(0, 0, 0, 0);
let half0: v128 = i32x4(0, 0, 0, 0);
let half1: v128 = i32x4(0, 0, 0, 0);

/** m · 2^(shift − 31) of 4 channels; NaN, never certain, where a shift is to the left or a multiplier negative. @inline */
function factors4(multiplier: v128, shift: v128): v128 {
  const powers = i32x4.shl(i32x4.add(shift, i32x4.splat(127 - 31)), 23);
  const never = v128.or(i32x4.gt_s(shift, i32x4.splat(0)), multiplier);
  return v128.bitselect(f32x4.splat(NaN), f32x4.mul(f32x4.convert_i32x4_s(multiplier), powers), i32x4.shr_s(never, 31));
}

/** h of 4 channels. @inline */
function halves4(shift: v128, once: bool): v128 {
  const twice = once ? i32x4.splat(0) : i32x4.shr_s(shift, 31);
  return v128.and(i32x4.shl(i32x4.add(shift, i32x4.splat(126)), 23), twice);
}

/** 4 int8 as lanes. @inline */
function extended4(from: usize): v128 {
  return i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(from)));
}

/**
 * `count` channels from t on. Where they are fewer than 8, the other sums are of whatever stands behind the weights, the biases
 * and the rows, at most 28 bytes of the file, of the arena behind it, or of the scratch behind the rows, and are not stored.
 */
export function openEight(layer: usize, t: i32, count: i32, once: bool): void {
  first = t;
  channels = count;
  const m = multipliers(layer) + (t << 2);
  const shift0 = extended4(shifts(layer) + t);
  const shift1 = extended4(shifts(layer) + t + 4);
  factor0 = count < 8 ? f32x4.splat(NaN) : factors4(v128.load(m), shift0);
  factor1 = factors4(v128.load(m, 16), shift1);
  half0 = halves4(shift0, once);
  half1 = halves4(shift1, once);
  start = f32x4.splat(<f32>targetZero + START);
  least = i8x16.splat(<i8>load<i8>(layer, L_ACTIVATION_MIN));
  most = i8x16.splat(<i8>load<i8>(layer, L_ACTIVATION_MAX));
}

/** A sum's number, for unsure16 and bytes16. @inline */
function scaled4(x: v128, factor: v128, half: v128): v128 {
  const real = f32x4.mul(f32x4.convert_i32x4_s(x), factor);
  const away = v128.or(v128.and(real, f32x4.splat(-0.0)), half);
  return f32x4.add(f32x4.add(real, away), start);
}

/** Those channels of two pixels, (a, b) and (c, d). to: of the first pixel; the other's are `next` bytes further. @inline */
export function storeTwo(a: v128, b: v128, c: v128, d: v128, to: usize, next: usize): void {
  const a1 = scaled4(a, factor0, half0);
  const b1 = scaled4(b, factor1, half1);
  const c1 = scaled4(c, factor0, half0);
  const d1 = scaled4(d, factor1, half1);
  if (unsure16(a1, b1, c1, d1, i32x4.splat(2 * HALF_WINDOW))) {
    v128.store(sums, a);
    v128.store(sums, b, 16);
    v128.store(sums, c, 32);
    v128.store(sums, d, 48);
    storeSums(sums, 32, first, channels, 2, to, next);
  } else {
    const bytes = bytes16(a1, b1, c1, d1, least, most);
    v128.store64_lane(to + first, bytes, 0);
    v128.store64_lane(to + first + next, bytes, 1);
  }
}
