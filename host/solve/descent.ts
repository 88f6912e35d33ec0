// Coordinate descent over the signs of a semi-binary approximation, with or without heat.

import type { SemiBinaryWeights } from "../graph/graph.ts";
import type { Shape } from "./admm.ts";
import type { Random } from "./random.ts";
import type { Inner } from "./scales.ts";

export interface Heat {
  /** 0: only flips that lower the error, until there are none; else one sweep that also takes some that raise it. */
  heat: number;
  random: Random;
}

/** As in flips.ts: a bound for where rounding makes two choices equal. */
const MAX_SWEEPS = 64;

/**
 * What a flip may cost: about exponential with mean 1, as in Metropolis' rule, but rational (1/x − 1 of uniform x has the
 * right head and is cut where its tail gets too long), because Math.log need not be the same on every engine.
 */
function tolerance({ heat, random }: Heat): number {
  return heat > 0 ? heat * Math.min(4, 1 / (1 - random()) - 1) : 0;
}

/**
 * Flips signs of U, in place. For row t the error is r²·uᵀ(DCD)u − 2r·uᵀDp; with half its slope
 * g = r·DCD·u − D·p, a flip of u_k changes it by 4r·(r·(DCD)_kk − u_k·g_k).
 */
export function flipU({ u, d, r }: SemiBinaryWeights, { c, p }: Inner, { T, K }: Shape, hot: Heat): void {
  const curve = c.map((x, i) => x * d[i % K] * d[Math.floor(i / K)]);
  const slope = new Float64Array(K);
  for (let t = 0; t < T; t++) {
    const signs = u.subarray(t * K, (t + 1) * K);
    const scale = r[t];
    for (let k = 0; k < K; k++) {
      let sum = 0;
      for (let j = 0, at = k * K; j < K; j++) sum += curve[at + j] * signs[j];
      slope[k] = scale * sum - d[k] * p[t * K + k];
    }
    const sweeps = hot.heat > 0 ? 1 : MAX_SWEEPS;
    for (let sweep = 0, flipped = true; flipped && sweep < sweeps; sweep++) {
      flipped = false;
      for (let k = 0; k < K; k++) {
        const sign = signs[k];
        if (4 * scale * (scale * curve[k * K + k] - sign * slope[k]) >= tolerance(hot)) continue;
        signs[k] = -sign;
        const change = -2 * sign * scale;
        for (let j = 0, at = k * K; j < K; j++) slope[j] += change * curve[at + j];
        flipped = true;
      }
    }
  }
}

/**
 * Flips signs of V, in place, and keeps vh = V·H; returns how many. With G = diag(r)·U·diag(d), M = GᵀG and row k of
 * half the slope g = M·V·H − GᵀWH, a flip of V_ks changes the error by 4·(M_kk·H_ss − V_ks·g_s).
 * K·(K + T) row operations of S numbers, and two more a flip.
 */
export function flipV(
  { u, d, v, r }: SemiBinaryWeights,
  { gram, wh, vh }: { gram: Float64Array; wh: Float64Array; vh: Float64Array },
  { T, S, K }: Shape,
  hot: Heat,
): number {
  const g = Float64Array.from(u, (sign, i) => sign * d[i % K] * r[Math.floor(i / K)]);
  const slope = new Float64Array(S);
  let flips = 0;
  for (let k = 0; k < K; k++) {
    slope.fill(0);
    const m = new Float64Array(K); // M's row k
    for (let t = 0; t < T; t++) {
      const factor = g[t * K + k];
      for (let j = 0, at = t * K; j < K; j++) m[j] += factor * g[at + j];
      for (let s = 0, at = t * S; s < S; s++) slope[s] -= factor * wh[at + s];
    }
    for (let j = 0; j < K; j++) {
      const factor = m[j];
      for (let s = 0, at = j * S; s < S; s++) slope[s] += factor * vh[at + s];
    }
    const signs = v.subarray(k * S, (k + 1) * S);
    const own = vh.subarray(k * S, (k + 1) * S);
    const weight = m[k];
    const sweeps = hot.heat > 0 ? 1 : MAX_SWEEPS;
    for (let sweep = 0, flipped = true; flipped && sweep < sweeps; sweep++) {
      flipped = false;
      for (let s = 0; s < S; s++) {
        const sign = signs[s];
        if (4 * (weight * gram[s * S + s] - sign * slope[s]) >= tolerance(hot)) continue;
        signs[s] = -sign;
        const change = -2 * sign;
        for (let j = 0, at = s * S; j < S; j++) {
          own[j] += change * gram[at + j];
          slope[j] += change * weight * gram[at + j];
        }
        flipped = true;
        flips++;
      }
    }
  }
  return flips;
}
