// Real numbers in float32 to int8, where the result is certain to be that of fixed-point arithmetic.
//
// A number n + ½ + 384 within [256, 512) is a float32 whose last 15 bits are its fraction, and whose others count up from
// LEAST, which is −128: shifted right, they are n rounded to the nearest. Floats are ordered as their bits are, so numbers
// beyond the range saturate. Moved up by half a window as well, a number less than that from a tie has a fraction within the
// window, and only vectors with such a one take the fixed-point way.

/** What is added to a number, and the unit of a window. */
export const CENTRE: f32 = 384.5;
export const UNIT: f32 = 0.000030517578125;
const FRACTION: i32 = 0x7fff;
/** Bits of 256, without its fraction. */
const LEAST: i16 = <i16>0x8700;

/** Where some of 16 numbers are uncertain. window: of 4 lanes, in units. @inline */
export function unsure16(a: v128, b: v128, c: v128, d: v128, window: v128): bool {
  const fraction = i32x4.splat(FRACTION);
  const first = i32x4.min_u(v128.and(a, fraction), v128.and(b, fraction));
  const second = i32x4.min_u(v128.and(c, fraction), v128.and(d, fraction));
  return v128.any_true(i32x4.gt_s(window, i32x4.min_u(first, second)));
}

/** 16 numbers as bytes, within low … high. @inline */
export function bytes16(a: v128, b: v128, c: v128, d: v128, low: v128, high: v128): v128 {
  const least = i16x8.splat(LEAST);
  const first = i16x8.narrow_i32x4_u(i32x4.shr_s(a, 15), i32x4.shr_s(b, 15));
  const second = i16x8.narrow_i32x4_u(i32x4.shr_s(c, 15), i32x4.shr_s(d, 15));
  const bytes = i8x16.narrow_i16x8_u(i16x8.sub_sat_u(first, least), i16x8.sub_sat_u(second, least));
  return i8x16.min_s(i8x16.max_s(v128.xor(bytes, i8x16.splat(-128)), low), high);
}
