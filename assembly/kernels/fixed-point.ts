// The fixed-point arithmetic of TFLite's reference kernels (gemmlowp), bit for bit.

import { INT8_RANGE_ONLY } from "../kinds";

/** Q31 product, rounded to nearest: (2·a·b + 2^31) >> 32; saturates −2^31 · −2^31. */
export function highMul(a: i32, b: i32): i32 {
  if (a == b && a == i32.MIN_VALUE) return i32.MAX_VALUE;
  // gemmlowp adds ±2^30 by the product's sign and divides towards zero; both cases equal this arithmetic shift.
  return <i32>((<i64>a * <i64>b + 0x40000000) >> 31);
}

/** x / 2^exponent, rounded to nearest, ties away from zero; exponent 0…31. */
export function roundingShift(x: i32, exponent: i32): i32 {
  const mask = (1 << exponent) - 1;
  const threshold = (mask >>> 1) + i32(x < 0);
  return (x >> exponent) + i32((x & mask) > threshold);
}

/** x · 2^exponent, saturated; exponent 1…30. */
export function saturatingShiftLeft(x: i32, exponent: i32): i32 {
  const wide = (<i64>x) << exponent;
  return wide > i32.MAX_VALUE ? i32.MAX_VALUE : wide < i32.MIN_VALUE ? i32.MIN_VALUE : <i32>wide;
}

/** x · multiplier · 2^(shift − 31) as TFLite's MultiplyByQuantizedMultiplier rounds it (twice). */
export function multiply(x: i32, multiplier: i32, shift: i32): i32 {
  return roundingShift(highMul(x << max(shift, 0), multiplier), max(-shift, 0));
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
  return min(max(x, low), high);
}

/** In C firmware/memory.h has its own. */
function toInt8(x: i32): i32 {
  return min<i32>(max<i32>(x, i8.MIN_VALUE), i8.MAX_VALUE);
}

/** An output, clamped as its layer says; a call of clamp would take as long as all else in a loop. @inline */
export function clampOutput(x: i32, low: i32, high: i32): i32 {
  return INT8_RANGE_ONLY ? toInt8(x) : min(max(x, low), high);
}
