// Sums of 8 channels to int8 with SIMD, by float32 where that is certain (nearest.ts).
//
// With r = x · m · 2^(shift − 31) and h = 2^(shift − 1), TFLite's two roundings of x ≥ 0 are
// floor((floor(r/2h + ½) + 1/4h) · 2h) = floor(r + ½ + h): a floor within a floor, and 1/2h is an integer. Of x < 0 they are
// floor(r + ½ − h), since that rounding's ties go the other way; where r is between −h and 0 both are 0. Without a shift, and
// in a FullyConnected, there is one rounding, and h is 0.
// Where the result is within int8, r is less than 256, and float32 errs by 2^−16 at the most with each of: the multiplier,
// x, their product, the addition of h, that of START. That is 2½ of nearest.ts's units.

import { bytes16, CENTRE, SCALE, UNIT, unsure16 } from "./nearest";
import { targetZero } from "./pixel-store";
import { sums } from "./rows";
import { exponents, factors, high, low, once, storeSums } from "./store-sums";

/** Half of the window around a tie, in units: more than float32 errs. */
const HALF_WINDOW: i32 = 4;
const START: f32 = CENTRE + <f32>HALF_WINDOW * UNIT;
/** Exponents of SCALE, and of SCALE · 2^−31, as float32 has them. */
const SCALE_EXPONENT: i32 = 127 - 8;
const FACTOR_EXPONENT: i32 = SCALE_EXPONENT - 31;

/** 4 int8 as lanes. @inline */
function extended4(from: usize): v128 {
  return i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(from)));
}

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

/** r ± h + start, for unsure16 and bytes16. start: with h, where there is no sign. @inline */
function scaled4(x: v128, factor: v128, half: v128, start: v128, signed: bool): v128 {
  const real = f32x4.mul(f32x4.convert_i32x4_s(x), factor);
  if (!signed) return f32x4.add(real, start);
  return f32x4.add(f32x4.add(real, v128.or(v128.and(real, f32x4.splat(-0.0)), half)), start);
}

/** store8. signed, a constant: not only saturation clamps, and results below the zero point count. @inline */
function storePixels(signed: bool, t: i32, pixels: i32, to: usize, stride: i32): void {
  const m = factors + (t << 2);
  const shift0 = extended4(exponents + t);
  const shift1 = extended4(exponents + t + 4);
  const factor0 = factors4(v128.load(m), shift0);
  const factor1 = factors4(v128.load(m, 16), shift1);
  const half0 = halves4(shift0);
  const half1 = halves4(shift1);
  const start = f32x4.splat(<f32>targetZero * SCALE + START);
  const start0 = signed ? start : f32x4.add(start, half0);
  const start1 = signed ? start : f32x4.add(start, half1);
  const window = i32x4.splat(2 * HALF_WINDOW);
  const least = i8x16.splat(<i8>low);
  const most = i8x16.splat(<i8>high);
  const end = sums + <usize>(pixels << 5);
  let at = sums;
  let out = to + t;
  do {
    const next = at + 32 < end ? 32 : 0; // behind the last: once more
    const a = scaled4(v128.load(at), factor0, half0, start0, signed);
    const b = scaled4(v128.load(at, 16), factor1, half1, start1, signed);
    const c = scaled4(v128.load(at + next), factor0, half0, start0, signed);
    const d = scaled4(v128.load(at + next, 16), factor1, half1, start1, signed);
    if (unsure16(a, b, c, d, window)) {
      storeSums(at, 32, t, 8, next ? 2 : 1, out - t, stride);
    } else {
      const bytes = bytes16(a, b, c, d);
      const clamped = signed ? i8x16.min_s(i8x16.max_s(bytes, least), most) : bytes;
      v128.store64_lane(out, clamped, 0);
      v128.store64_lane(out + <usize>(next ? stride : 0), clamped, 1);
    }
    at += 64;
    out += stride << 1;
  } while (at < end);
}

/** Channels [t, t + 8) of `pixels` pixels, whose sums stand one after the other, `stride` bytes apart from `to` on. */
export function store8(t: i32, pixels: i32, to: usize, stride: i32): void {
  if (low == -128 && high == 127 && targetZero == -128) storePixels(false, t, pixels, to, stride);
  else storePixels(true, t, pixels, to, stride);
}
