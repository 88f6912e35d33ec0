// Requantisation in float32, where its result is certain to be that of the fixed-point arithmetic.
//
// TFLite's double rounding of x · m · 2^(−31−e) lies within 2^(−e−1) (its first rounding, shifted) of rounding the
// real number; float32 (three roundings of 2^−24 of at most 384) adds 7·10⁻⁵. So a number that is further than both from
// a tie is rounded to the same integer, and is the same when clamped; only vectors with another one take the fixed-point way.

/** 1.5 · 2^23: what is added to it is rounded to an integer, to the nearest. */
const MAGIC: f32 = 12582912;
const MAGIC_BITS: i32 = 0x4b400000;
/** More than float32 errs. */
const SLACK: f32 = 0.000244140625;

/** 4 int8 as lanes. @inline */
export function extended4(from: usize): v128 {
  return i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(from)));
}

/** m · 2^(shift − 31) of 4 int32 multipliers and shifts. @inline */
export function factors4(multipliers: usize, shifts: v128): v128 {
  const powers = i32x4.shl(i32x4.add(shifts, i32x4.splat(127 - 31)), 23);
  return f32x4.mul(f32x4.convert_i32x4_s(v128.load(multipliers)), powers);
}

/**
 * How far from an integer a number may be: ½ less the error. Never below 0, but where it is never certain: where a shift is
 * to the left, or a multiplier negative. @inline
 */
export function limits4(multipliers: usize, shifts: v128): v128 {
  const errors = i32x4.shl(i32x4.add(shifts, i32x4.splat(126)), 23); // 2^(−e−1)
  const limits = f32x4.pmax(f32x4.splat(0), f32x4.sub(f32x4.splat(0.5 - SLACK), errors));
  const never = v128.or(i32x4.gt_s(shifts, i32x4.splat(0)), v128.load(multipliers));
  return v128.bitselect(f32x4.splat(-1), limits, i32x4.shr_s(never, 31));
}

/** x · factors, within low … high (integers in float). @inline */
export function scaled4(x: v128, factors: v128, low: v128, high: v128): v128 {
  return f32x4.pmax(low, f32x4.pmin(high, f32x4.mul(f32x4.convert_i32x4_s(x), factors)));
}

/** Added to MAGIC, for unsure4 and integers4. @inline */
export function magic4(x: v128): v128 {
  return f32x4.add(x, f32x4.splat(MAGIC));
}

/** Where x lies further than `limits` from the integer it was rounded to. @inline */
export function unsure4(x: v128, magic: v128, limits: v128): v128 {
  return f32x4.gt(f32x4.abs(f32x4.sub(x, f32x4.sub(magic, f32x4.splat(MAGIC)))), limits);
}

/** The integer, plus `offset`. @inline */
export function integers4(magic: v128, offset: i32): v128 {
  return i32x4.add(magic, i32x4.splat(offset - MAGIC_BITS));
}
