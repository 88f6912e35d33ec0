// Four rows of int8 weights over the windows of several pixels, with SIMD: each vector of weights meets two windows.

import {
  extended4,
  multiplyEach4,
  multiplyRight4,
  shiftMasks4,
  shiftPowers4,
  shiftsRight4,
  storePair,
} from "./fixed-point";
import { factors4, integers4, limits4, magic4, scaled4, sure4 } from "./nearest";

/** Sums of 4 lanes each, one a row. @inline */
function across(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return i32x4.add(v128.shuffle<i64>(ab, cd, 0, 2), v128.shuffle<i64>(ab, cd, 1, 3));
}

/** multiply of 4 lanes; right: shiftsRight4. */
export function exactly4(x: v128, multipliers: usize, shifts: usize, right: bool): v128 {
  return right
    ? multiplyRight4(x, v128.load(multipliers), shiftMasks4(shifts), shiftPowers4(shifts))
    : multiplyEach4(x, multipliers, shifts);
}

/**
 * clamp(multiply(Σ w·x + bias) + zero, low, high) of 4 rows of `size` weights, for `pixels` windows, `step` bytes apart,
 * that go on with zeros to a multiple of 8: what is read behind a row counts for nothing. 4 bytes a pixel are stored,
 * `stride` bytes from one to the next.
 */
export function dense4(
  w: usize,
  size: i32,
  x: usize,
  step: i32,
  pixels: i32,
  biases: usize,
  multipliers: usize,
  shifts: usize,
  zero: i32,
  low: i32,
  high: i32,
  to: usize,
  stride: i32,
): void {
  const bias = v128.load(biases);
  const right = shiftsRight4(multipliers, shifts);
  const exponents = extended4(shifts);
  const factors = factors4(multipliers, exponents);
  const limits = right ? limits4(exponents) : f32x4.splat(-1); // no branch in the loop: V8 would leave its constants there
  const lowest = f32x4.splat(<f32>(low - zero));
  const highest = f32x4.splat(<f32>(high - zero));
  const least = i16x8.splat(<i16>low);
  const most = i16x8.splat(<i16>high);
  let p = 0;
  do {
    const other = p + 1 < pixels ? step : 0; // the last of an odd number goes with itself
    let a0 = i32x4.splat(0);
    let b0 = a0;
    let c0 = a0;
    let d0 = a0;
    let a1 = a0;
    let b1 = a0;
    let c1 = a0;
    let d1 = a0;
    const end = w + size;
    let at = w;
    let from = x;
    do {
      const x0 = v128.load(from);
      const x1 = v128.load(from + other);
      const wa = v128.load8x8_s(at);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(wa, x0));
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(wa, x1));
      const wb = v128.load8x8_s(at + size);
      b0 = i32x4.add(b0, i32x4.dot_i16x8_s(wb, x0));
      b1 = i32x4.add(b1, i32x4.dot_i16x8_s(wb, x1));
      const wc = v128.load8x8_s(at + 2 * size);
      c0 = i32x4.add(c0, i32x4.dot_i16x8_s(wc, x0));
      c1 = i32x4.add(c1, i32x4.dot_i16x8_s(wc, x1));
      const wd = v128.load8x8_s(at + 3 * size);
      d0 = i32x4.add(d0, i32x4.dot_i16x8_s(wd, x0));
      d1 = i32x4.add(d1, i32x4.dot_i16x8_s(wd, x1));
      at += 8;
      from += 16;
    } while (at < end);
    let y0 = i32x4.add(across(a0, b0, c0, d0), bias);
    let y1 = i32x4.add(across(a1, b1, c1, d1), bias);
    const f0 = scaled4(y0, factors, lowest, highest);
    const f1 = scaled4(y1, factors, lowest, highest);
    const m0 = magic4(f0);
    const m1 = magic4(f1);
    if (i32x4.all_true(v128.and(sure4(f0, m0, limits), sure4(f1, m1, limits)))) {
      y0 = integers4(m0, zero);
      y1 = integers4(m1, zero);
    } else {
      y0 = i32x4.add(exactly4(y0, multipliers, shifts, right), i32x4.splat(zero));
      y1 = i32x4.add(exactly4(y1, multipliers, shifts, right), i32x4.splat(zero));
    }
    storePair(y0, y1, least, most, to, other ? to + stride : to);
    x += 2 * step;
    to += 2 * stride;
    p += 2;
  } while (p < pixels);
}
