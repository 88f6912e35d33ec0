// Real numbers in float32 to int8, where the result is certain to be that of fixed-point arithmetic.
//
// They come as n/256 + CENTRE. Between 1 and 2, the last 15 bits of a float32 are the fraction of n + ½, and those before count
// up from LEAST, which is −128: shifted right, they are n rounded to the nearest. 127 is the largest int16, and floats are
// ordered as their bits are, so whatever is beyond saturates. Moved up by half a window as well, a number less than that from
// a tie has a fraction within the window, and only vectors with such a one take the fixed-point way.

/** Of n, and of a window: UNIT of a number is a 2^15th of 1 of n. */
export const SCALE: f32 = 0.00390625;
export const CENTRE: f32 = 1.501953125;
export const UNIT: f32 = 0.00000011920928955078125;
/** Bits of a number's fraction. */
export const FRACTION_BITS: i32 = 15;
/** Half of a window that all fractions are within. */
export const ALL: f64 = 16384;
const LEAST: i32 = 127 << 8;

/** Where some of 16 numbers are uncertain. window: of 4 lanes, in units. @inline */
export function unsure16(a: v128, b: v128, c: v128, d: v128, window: v128): bool {
  const fraction = i32x4.splat((1 << FRACTION_BITS) - 1);
  const first = i32x4.min_u(v128.and(a, fraction), v128.and(b, fraction));
  const second = i32x4.min_u(v128.and(c, fraction), v128.and(d, fraction));
  return v128.any_true(i32x4.gt_s(window, i32x4.min_u(first, second)));
}

/** 8 numbers as int16, within int8 once they are narrowed. @inline */
function integers8(a: v128, b: v128): v128 {
  const both = i16x8.narrow_i32x4_s(i32x4.shr_s(a, FRACTION_BITS), i32x4.shr_s(b, FRACTION_BITS));
  return i16x8.sub_sat_s(both, i16x8.splat(<i16>(LEAST + 128)));
}

/** 16 numbers as int8. @inline */
export function bytes16(a: v128, b: v128, c: v128, d: v128): v128 {
  return i8x16.narrow_i16x8_s(integers8(a, b), integers8(c, d));
}
