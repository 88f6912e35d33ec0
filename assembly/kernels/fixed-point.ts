// The fixed-point arithmetic of TFLite's reference kernels (gemmlowp), bit for bit.

/** Q31 product, rounded to nearest: (2·a·b + 2^31) >> 32; saturates −2^31 · −2^31. */
export function highMul(a: i32, b: i32): i32 {
  if (a == b && a == i32.MIN_VALUE) return i32.MAX_VALUE;
  // gemmlowp adds ±2^30 by the product's sign and divides towards zero; both cases equal this arithmetic shift.
  return <i32>((<i64>a * <i64>b + 0x40000000) >> 31);
}

/** x / 2^exponent, rounded to nearest, ties away from zero; exponent 0…31. */
export function roundingShift(x: i32, exponent: i32): i32 {
  const mask = (1 << exponent) - 1;
  const remainder = x & mask;
  const threshold = (mask >>> 1) + i32(x < 0);
  return (x >> exponent) + i32(remainder > threshold);
}

/** x · 2^exponent, saturated; exponent 1…30. */
export function saturatingShiftLeft(x: i32, exponent: i32): i32 {
  const wide = (<i64>x) << exponent;
  return wide > i32.MAX_VALUE ? i32.MAX_VALUE : wide < i32.MIN_VALUE ? i32.MIN_VALUE : <i32>wide;
}

/** x · multiplier · 2^(shift − 31) as TFLite's MultiplyByQuantizedMultiplier rounds it (twice). */
export function multiply(x: i32, multiplier: i32, shift: i32): i32 {
  return shift > 0 ? highMul(x << shift, multiplier) : roundingShift(highMul(x, multiplier), -shift);
}

/**
 * The same, rounded once, ties away from zero: FullyConnected. LiteRT's reference kernel forms round(x · factor) in
 * double; the compiler chooses multipliers that give the same integers (host/passes/lower/round-once.ts).
 */
export function multiplyOnce(x: i32, multiplier: i32, shift: i32): i32 {
  const product = <i64>x * <i64>multiplier;
  return <i32>((product + ((<i64>1) << (30 - shift)) - i64(product < 0)) >> (31 - shift));
}

export function clamp<T>(x: T, low: T, high: T): T {
  return x < low ? low : x > high ? high : x;
}

/** highMul of 4 lanes; b is not −2^31. */
function highMul4(a: v128, b: v128): v128 {
  const half = i64x2.splat(0x40000000);
  const low = i64x2.shl(i64x2.add(i64x2.extmul_low_i32x4_s(a, b), half), 1);
  const high = i64x2.shl(i64x2.add(i64x2.extmul_high_i32x4_s(a, b), half), 1);
  return v128.shuffle<i32>(low, high, 1, 3, 5, 7); // the upper halves: a shift by 31
}

function roundingShift4(x: v128, exponent: i32): v128 {
  const mask = i32x4.splat((1 << exponent) - 1);
  const threshold = i32x4.sub(i32x4.shr_u(mask, 1), i32x4.shr_s(x, 31));
  return i32x4.sub(i32x4.shr_s(x, exponent), i32x4.gt_s(v128.and(x, mask), threshold));
}

/** multiply of 4 lanes; multiplier is not −2^31. */
export function multiply4(x: v128, multiplier: i32, shift: i32): v128 {
  const factor = i32x4.splat(multiplier);
  return shift > 0 ? highMul4(i32x4.shl(x, shift), factor) : roundingShift4(highMul4(x, factor), -shift);
}
