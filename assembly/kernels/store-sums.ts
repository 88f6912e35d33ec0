// int32 sums to int8, as TFLite requantises them: channel by channel, clamp(multiply(sum) + zero point).

import { L_ACTIVATION_MAX, L_ACTIVATION_MIN } from "../../format/layout";
import { multipliers, shifts } from "../model";
import { clampOutput, multiply, multiplyOnce } from "./fixed-point";
import { bytes16, CENTRE, UNIT, unsure16 } from "./nearest";
import { targetZero } from "./pixel-store";
import { sums } from "./rows";

// Of the layer.
let factors: usize = 0;
let exponents: usize = 0;
let once: bool = false;
let low: i32 = 0;
let high: i32 = 0;

/** roundsOnce: FullyConnected. After openStore. */
export function openSums(layer: usize, roundsOnce: bool): void {
  factors = multipliers(layer);
  exponents = shifts(layer);
  once = roundsOnce;
  low = load<i8>(layer, L_ACTIVATION_MIN);
  high = load<i8>(layer, L_ACTIVATION_MAX);
}

/**
 * `channels` channels from t on of `pixels` pixels. Sums of a pixel stand beside one another from `from` on, those of the next
 * `apart` bytes further.
 */
export function storeSums(from: usize, apart: usize, t: i32, channels: i32, pixels: i32, to: usize, stride: i32): void {
  for (const last = t + channels; t < last; t++, from += 4) {
    const multiplier = load<i32>(factors + (t << 2));
    const shift = <i32>load<i8>(exponents + t);
    // As locals: globals would be read again after every store.
    const zero = targetZero;
    const least = low;
    const most = high;
    const end = from + <usize>pixels * apart;
    let at = from;
    let out = to + t;
    if (shift < -1 && !once) {
      // multiply, half of what is lost added last. −2^31 · −2^31 saturates: mod 2^32 it is −2^31 here, and 1 less than that.
      const right = -1 - shift;
      for (; at < end; at += apart, out += stride) {
        const product = <i32>((<i64>load<i32>(at) * <i64>multiplier + 0x40000000) >> 31);
        const value = (((product + (product >> 31)) >> right) + 1) >> 1;
        store<i8>(out, clampOutput(value + zero, least, most));
      }
    }
    for (; at < end; at += apart, out += stride) {
      const sum = load<i32>(at);
      const value = once ? multiplyOnce(sum, multiplier, shift) : multiply(sum, multiplier, shift);
      store<i8>(out, clampOutput(value + zero, least, most));
    }
  }
}

// With SIMD, by float32 (nearest.ts). With r = x · m · 2^(shift − 31) and h = 2^(shift − 1), TFLite's two roundings of x ≥ 0 are
// floor((floor(r/2h + ½) + 1/4h) · 2h) = floor(r + ½ + h): a floor within a floor, and 1/2h is an integer. Of x < 0 they are
// floor(r + ½ − h), since that rounding's ties go the other way; where r is between −h and 0 both are 0. Without a shift, and
// in a FullyConnected, there is one rounding, and h is 0.
// Where the result is within int8, r is less than 256, and float32 errs by 2^−16 at the most with each of: the multiplier,
// x, their product, the addition of h, that of START. That is 2½ units.

/** Half of the window around a tie, in units: more than float32 errs. */
const HALF_WINDOW: i32 = 4;
const START: f32 = CENTRE + <f32>HALF_WINDOW * UNIT;

/** m · 2^(shift − 31) of 4 channels; NaN, never certain, where a shift is to the left or a multiplier negative. @inline */
function factors4(multiplier: v128, shift: v128): v128 {
  const powers = i32x4.shl(i32x4.add(shift, i32x4.splat(127 - 31)), 23);
  const never = v128.or(i32x4.gt_s(shift, i32x4.splat(0)), multiplier);
  return v128.bitselect(f32x4.splat(NaN), f32x4.mul(f32x4.convert_i32x4_s(multiplier), powers), i32x4.shr_s(never, 31));
}

/** h of 4 channels. @inline */
function halves4(shift: v128): v128 {
  const twice = once ? i32x4.splat(0) : i32x4.shr_s(shift, 31);
  return v128.and(i32x4.shl(i32x4.add(shift, i32x4.splat(126)), 23), twice);
}

/** 4 int8 as lanes. @inline */
function extended4(from: usize): v128 {
  return i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(from)));
}

/** A sum's number, for unsure16 and bytes16. @inline */
function scaled4(x: v128, factor: v128, half: v128, start: v128): v128 {
  const real = f32x4.mul(f32x4.convert_i32x4_s(x), factor);
  const away = v128.or(v128.and(real, f32x4.splat(-0.0)), half);
  return f32x4.add(f32x4.add(real, away), start);
}

/** 8 channels, with SIMD. */
export function storeSums8(t: i32, pixels: i32, to: usize, stride: i32): void {
  const m = factors + (t << 2);
  const shift0 = extended4(exponents + t);
  const shift1 = extended4(exponents + t + 4);
  const factor0 = factors4(v128.load(m), shift0);
  const factor1 = factors4(v128.load(m, 16), shift1);
  const half0 = halves4(shift0);
  const half1 = halves4(shift1);
  const start = f32x4.splat(<f32>targetZero + START);
  const window = i32x4.splat(2 * HALF_WINDOW);
  const least = i8x16.splat(<i8>low);
  const most = i8x16.splat(<i8>high);
  const end = sums + <usize>(pixels << 5);
  let at = sums;
  to += t;
  do {
    const next = at + 32 < end ? 32 : 0; // behind the last: once more
    const a = scaled4(v128.load(at), factor0, half0, start);
    const b = scaled4(v128.load(at, 16), factor1, half1, start);
    const c = scaled4(v128.load(at + next), factor0, half0, start);
    const d = scaled4(v128.load(at + next, 16), factor1, half1, start);
    const bytes = bytes16(a, b, c, d, least, most); // here V8 makes its constants outside of the loop
    if (unsure16(a, b, c, d, window)) {
      storeSums(at, 32, t, 8, next ? 2 : 1, to - t, stride);
    } else {
      v128.store64_lane(to, bytes, 0);
      v128.store64_lane(to + <usize>(next ? stride : 0), bytes, 1);
    }
    at += 64;
    to += stride << 1;
  } while (at < end);
}
