// The best single term d·u·vᵀ (u, v signs) of a residual: what the greedy method repeats.

import { flipSigns } from "./flips.ts";
import { dot, timesVector, transposedTimesVector } from "./products.ts";

/** What is left to approximate: R (T × S), and R·H, which is R itself (the same array) where H = I. */
export interface Residual {
  T: number;
  S: number;
  r: Float64Array;
  rh: Float64Array;
  gram?: Float64Array;
}

export interface Term {
  u: Float64Array;
  v: Float64Array;
  /** H·v. */
  hv: Float64Array;
  d: number;
  /** How much the term takes off tr(R·H·Rᵀ): (uᵀRHv)² / (T·vᵀHv). */
  gain: number;
}

const MAX_ROUNDS = 100;

/**
 * Alternates from the signs `start` (S numbers, which it overwrites) until the gain stops growing:
 *   u = sign(R·H·v), d = uᵀRHv / (T·vᵀHv) ≥ 0,
 *   v = sign(Rᵀ·u) where H = I, else flips that lower d²·T·vᵀHv − 2d·uᵀRHv.
 * Each step lowers ‖R − d·u·vᵀ‖_H for what the others hold fixed, so the gain never falls.
 */
export function alternate(residual: Residual, start: Float64Array): Term {
  const { T, S, rh, gram } = residual;
  const v = start;
  const hv = new Float64Array(S);
  if (gram) timesVector(gram, v, hv);
  const projected = new Float64Array(T);
  const g = new Float64Array(S);
  let best: Term = { u: new Float64Array(T).fill(1), v: v.slice(), hv: (gram ? hv : v).slice(), d: 0, gain: 0 };
  for (let round = 0; round < MAX_ROUNDS; round++) {
    timesVector(rh, v, projected);
    let overlap = 0; // uᵀRHv = Σ|RHv| for u = sign(RHv)
    for (const value of projected) overlap += Math.abs(value);
    const energy = T * (gram ? dot(v, hv) : S);
    const gain = energy > 0 ? overlap ** 2 / energy : 0;
    if (gain <= best.gain * (1 + 1e-12)) break;
    const u = projected.map(signOf);
    best = { u, v: v.slice(), hv: (gram ? hv : v).slice(), d: overlap / energy, gain };
    transposedTimesVector(rh, u, g);
    if (gram) flipSigns(v, hv, gram, g, best.d, T);
    else for (let s = 0; s < S; s++) v[s] = signOf(g[s]);
  }
  return best;
}

/** ±1; the sign of 0 is +1. */
export function signOf(x: number): number {
  return x < 0 ? -1 : 1;
}
