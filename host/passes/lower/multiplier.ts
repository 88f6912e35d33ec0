// Real factors as integers, as TFLite forms them.

/** factor = multiplier · 2^(shift − 31), multiplier in [2^30, 2^31). TFLite's QuantizeMultiplier; factor ≥ 0. */
export function quantiseMultiplier(factor: number): { multiplier: number; shift: number } {
  if (factor === 0) return { multiplier: 0, shift: 0 };
  let shift = Math.floor(Math.log2(factor)) + 1;
  // log2 may round across a power of two: bring factor · 2^−shift into [½, 1) exactly.
  while (factor * 2 ** -shift >= 1) shift++;
  while (factor * 2 ** -shift < 0.5) shift--;
  let multiplier = Math.round(factor * 2 ** (31 - shift));
  if (multiplier === 2 ** 31) {
    multiplier /= 2;
    shift++;
  }
  return shift < -31 ? { multiplier: 0, shift: 0 } : { multiplier, shift };
}

/**
 * Factors ≥ 0 as integers ≤ `limit` with one shift: factor ≈ integer · 2^−shift, the shift as large as the largest
 * factor and `maxShift` allow. A factor above 0 becomes at least 1.
 */
export function sharedShift(
  factors: Float64Array,
  limit: number,
  maxShift: number,
): { values: Int32Array; shift: number } {
  const largest = factors.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  const shift = largest === 0 ? 0 : Math.max(0, Math.min(maxShift, Math.floor(Math.log2(limit / largest))));
  const values = Int32Array.from(factors, (factor) => {
    const value = Math.max(-limit, Math.min(limit, Math.round(factor * 2 ** shift)));
    return value === 0 && factor !== 0 ? Math.sign(factor) : value;
  });
  return { values, shift };
}

/** Rounds half away from zero, as C's round. */
export function roundAway(x: number): number {
  return Math.sign(x) * Math.floor(Math.abs(x) + 0.5);
}
