// Polish of a semi-binary approximation under H: sign flips in V and U with incremental costs, and closed-form scales.
//
// E = tr((W − G·V)·H·(W − G·V)ᵀ), G = diag(r)·U·diag(d), so E − const = tr(G·C·Gᵀ) − 2·tr(G·Pᵀ) with the two small
// matrices C = V·H·Vᵀ (K × K) and P = W·H·Vᵀ (T × K), which is all that U, d and r need to know.

import type { SemiBinaryWeights } from "../graph/graph.ts";
import type { Shape } from "./admm.ts";
import { flipU, flipV } from "./descent.ts";
import { timesSymmetric } from "./products.ts";
import type { Random } from "./random.ts";
import { fitD, fitR, type Inner } from "./scales.ts";

export interface PolishOptions {
  /** Most rounds of U, scales and V; it ends before when no sign of V changes any more. */
  rounds: number;
  /** Rounds before those with sweeps that also take flips which cost something, less and less: simulated annealing. */
  annealing: number;
  /** Fits r as well as d. */
  outputScales: boolean;
  random: Random;
}

/** First heat of annealing, in units of E over the number of signs. */
const HEAT = 2;

/**
 * The scales and signs after polish; E does not grow but during annealing. energy = tr(W·H·Wᵀ), wh = W·H (T × S),
 * gram = H (S × S).
 */
export function polish(
  start: SemiBinaryWeights,
  { gram, wh, energy }: { gram: Float64Array; wh: Float64Array; energy: number },
  shape: Shape,
  { rounds, annealing, outputScales, random }: PolishOptions,
): SemiBinaryWeights {
  const { T, S, K } = shape;
  const factors: SemiBinaryWeights = {
    ...start,
    u: start.u.slice(),
    v: start.v.slice(),
    d: start.d.slice(),
    r: start.r.slice(),
  };
  const vh = timesSymmetric(Float64Array.from(factors.v), gram, K, S);
  const fit = (inner: Inner) => {
    for (let i = 0; i < 3; i++) {
      fitD(factors, inner, shape);
      if (outputScales) fitR(factors, inner, shape);
    }
  };
  fit(innerProducts(factors, wh, vh, shape));
  for (let round = 0; round < annealing + rounds; round++) {
    const inner = innerProducts(factors, wh, vh, shape);
    const left = Math.max(0, energy + cost(factors, inner, shape));
    const heat = round < annealing ? (HEAT * (1 - round / annealing) * left) / (K * (S + T)) : 0;
    flipU(factors, inner, shape, { heat, random });
    fit(inner);
    if (flipV(factors, { gram, wh, vh }, shape, { heat, random }) === 0 && heat === 0) break;
  }
  fit(innerProducts(factors, wh, vh, shape));
  return factors;
}

/** C = V·H·Vᵀ and P = W·H·Vᵀ. */
function innerProducts({ v }: SemiBinaryWeights, wh: Float64Array, vh: Float64Array, { T, S, K }: Shape): Inner {
  const c = new Float64Array(K * K);
  const p = new Float64Array(T * K);
  for (let k = 0; k < K; k++) {
    const signs = v.subarray(k * S, (k + 1) * S);
    for (let j = 0; j <= k; j++) {
      let sum = 0;
      for (let s = 0, at = j * S; s < S; s++) sum += vh[at + s] * signs[s];
      c[k * K + j] = sum;
      c[j * K + k] = sum;
    }
    for (let t = 0; t < T; t++) {
      let sum = 0;
      for (let s = 0, at = t * S; s < S; s++) sum += wh[at + s] * signs[s];
      p[t * K + k] = sum;
    }
  }
  return { c, p };
}

/** E − tr(W·H·Wᵀ) = Σ_t g_t·C·g_tᵀ − 2·g_t·p_tᵀ. */
function cost({ u, d, r }: SemiBinaryWeights, { c, p }: Inner, { T, K }: Shape): number {
  let total = 0;
  const g = new Float64Array(K);
  for (let t = 0; t < T; t++) {
    for (let k = 0; k < K; k++) g[k] = r[t] * u[t * K + k] * d[k];
    for (let k = 0; k < K; k++) {
      let sum = -2 * p[t * K + k];
      for (let j = 0, at = k * K; j < K; j++) sum += c[at + j] * g[j];
      total += g[k] * sum;
    }
  }
  return total;
}
