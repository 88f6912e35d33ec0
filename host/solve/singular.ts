// The leading left singular vectors of R·H^½, by orthogonal iteration.

import { dot, timesVector, transposedTimesVector } from "./products.ts";
import type { Random } from "./random.ts";
import type { Residual } from "./rank-one.ts";

/** `count` random vectors of T numbers to start the iteration from. */
export function randomBasis(random: Random, count: number, T: number): Float64Array[] {
  return Array.from({ length: count }, () => Float64Array.from({ length: T }, () => random() - 0.5));
}

/**
 * Turns the vectors towards the leading eigenvectors of R·H·Rᵀ (T × T, never formed: R·H times Rᵀ·p), largest first,
 * in place. Those of the residual before are nearly those of the next, so a few rounds are enough from there.
 */
export function turnTowardsSingular(residual: Residual, basis: Float64Array[], rounds: number): void {
  const back = new Float64Array(residual.S);
  for (let round = 0; round < rounds; round++) {
    for (const p of basis) {
      transposedTimesVector(residual.r, p, back);
      timesVector(residual.rh, back, p);
    }
    orthonormalise(basis);
  }
}

/** Gram–Schmidt in the order given; a vector that vanishes stays zero. */
function orthonormalise(basis: Float64Array[]): void {
  for (const [i, p] of basis.entries()) {
    for (const q of basis.slice(0, i)) {
      const along = dot(p, q);
      for (let t = 0; t < p.length; t++) p[t] -= along * q[t];
    }
    const length = Math.sqrt(dot(p, p));
    for (let t = 0; t < p.length; t++) p[t] = length > 0 ? p[t] / length : 0;
  }
}
