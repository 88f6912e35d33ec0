// TFLite's fixed-point arithmetic (gemmlowp), written from its definition with BigInt: slow and obvious.

const MAX = 2147483647;
const MIN = -2147483648;

/** SaturatingRoundingDoublingHighMul: round(a·b / 2^31), ties away from zero upwards as gemmlowp's nudge does. */
export function highMul(a: number, b: number): number {
  if (a === MIN && b === MIN) return MAX;
  const product = BigInt(a) * BigInt(b);
  const nudge = product >= 0n ? 1n << 30n : 1n - (1n << 30n);
  return Number((product + nudge) / (1n << 31n)); // BigInt division truncates, as C++ does
}

/** RoundingDivideByPOT: x / 2^exponent to nearest, ties away from zero. */
export function roundingShift(x: number, exponent: number): number {
  const magnitude = Math.floor(Math.abs(x) / 2 ** exponent + 0.5);
  return x < 0 ? -magnitude || 0 : magnitude;
}

/** SaturatingRoundingMultiplyByPOT with a positive exponent. */
export function saturatingShiftLeft(x: number, exponent: number): number {
  return Math.max(MIN, Math.min(MAX, x * 2 ** exponent));
}

/** MultiplyByQuantizedMultiplier. */
export function multiply(x: number, multiplier: number, shift: number): number {
  return shift > 0 ? highMul((x << shift) | 0, multiplier) : roundingShift(highMul(x, multiplier), -shift);
}

/** The same, rounded once, ties away from zero: LiteRT's reference FullyConnected. */
export function multiplyOnce(x: number, multiplier: number, shift: number): number {
  const product = BigInt(x) * BigInt(multiplier);
  const magnitude = shiftRight(product < 0n ? -product : product, 31 - shift);
  return Number(BigInt.asIntN(32, product < 0n ? -magnitude : magnitude));
}

/** Sum of int32, which wraps as TFLite's does: only multipliers beyond any real scale get there. */
export function add32(a: number, b: number): number {
  return (a + b) | 0;
}

export function clamp(x: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, x));
}

/** round(x · 2^−shift), ties towards +∞. */
export function shiftRight(x: bigint, shift: number): bigint {
  const half = shift === 0 ? 0n : 1n << BigInt(shift - 1);
  return (x + half) >> BigInt(shift); // BigInt shifts floor
}
