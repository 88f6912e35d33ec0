// FullyConnected's multiplier. LiteRT's reference kernel forms round(sum · factor) in float64, ties away from zero; the
// runtime rounds (|sum|·multiplier) · 2^(shift − 31) once. Both are steps: they agree where every step is at one sum.

import { quantiseMultiplier } from "./multiplier.ts";

/** Results beyond ±255 lie outside int8 for every zero point. */
const STEPS = 255;

/** The least sum > 0 for which float64 sum · factor reaches k + ½. */
function stepAt(k: number, factor: number): number {
  let sum = Math.max(1, Math.ceil((k + 0.5) / factor));
  while (sum > 1 && (sum - 1) * factor >= k + 0.5) sum--;
  while (sum * factor < k + 0.5) sum++;
  return sum;
}

const ceiling = (a: bigint, b: bigint) => (a + b - 1n) / b;

/**
 * A multiplier with every step of |sum| ≤ `largest` where LiteRT has it, as near to `factor` as there is one; where none
 * has all, which takes sums of millions, the nearest to `factor`: then about one sum in 2^24 rounds to the neighbour.
 *
 * Step k stands at sum a iff multiplier·a ≥ (2k + 1)·2^(30 − shift) > multiplier·(a − 1).
 */
export function roundOnceMultiplier(factor: number, largest: number): { multiplier: number; shift: number } {
  const nearest = quantiseMultiplier(factor);
  if (nearest.multiplier === 0) return nearest;
  let low = 0n;
  let high = 2n ** 31n - 1n;
  for (let k = 0; k < STEPS; k++) {
    const at = stepAt(k, factor);
    if (at > largest) break;
    const half = BigInt(2 * k + 1) << BigInt(30 - nearest.shift);
    const least = ceiling(half, BigInt(at));
    if (least > low) low = least;
    if (at === 1) continue;
    const most = ceiling(half, BigInt(at - 1)) - 1n;
    if (most < high) high = most;
  }
  const multiplier = BigInt(nearest.multiplier);
  if (low > high || (low <= multiplier && multiplier <= high)) return nearest;
  return { multiplier: Number(multiplier < low ? low : high), shift: nearest.shift };
}
