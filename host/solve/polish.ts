// Polish of a semi-binary approximation under H: sign flips in V and U with incremental costs, and closed-form scales.
//
// E = tr((W − G·V)·H·(W − G·V)ᵀ), G = diag(r)·U·diag(d), so E − const = tr(G·C·Gᵀ) − 2·tr(G·Pᵀ) with the two small
// matrices C = V·H·Vᵀ (K × K) and P = W·H·Vᵀ (T × K), which is all that U, d and r need to know.

import type { SemiBinaryWeights } from "../graph/graph.ts";
import { type Shape, timesMetric } from "./admm.ts";
import { flipU, flipV } from "./descent.ts";
import { matMul } from "./matmul.ts";
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
 * The scales and signs after polish; E does not grow but during annealing. w: T × S; h = H, S × S, or the S numbers of
 * a diagonal one.
 */
export async function polish(
  start: SemiBinaryWeights,
  { w, h }: { w: Float32Array; h: Float32Array },
  shape: Shape,
  { rounds, annealing, outputScales, random }: PolishOptions,
): Promise<SemiBinaryWeights> {
  const { T, S, K } = shape;
  const factors: SemiBinaryWeights = {
    ...start,
    u: start.u.slice(),
    v: start.v.slice(),
    d: start.d.slice(),
    r: start.r.slice(),
  };
  const wh = await timesMetric(w, h, T, S);
  const weightedSigns = () => timesMetric(new Float32Array(factors.v), h, K, S);
  const vh = await weightedSigns();
  const fit = async (inner: Inner) => {
    for (let i = 0; i < 3; i++) {
      await fitD(factors, inner, shape);
      if (outputScales) await fitR(factors, inner, shape);
    }
  };
  let energy = 0;
  for (let i = 0; i < w.length; i++) energy += w[i] * wh[i];
  let inner = await innerProducts(factors, wh, vh, shape);
  await fit(inner);
  for (let round = 0; round < annealing + rounds; round++) {
    if (round > 0) inner = await innerProducts(factors, wh, vh, shape);
    const hot = round < annealing;
    const left = hot ? Math.max(0, energy + (await cost(factors, inner, shape))) : 0;
    const heat = hot ? (HEAT * (1 - round / annealing) * left) / (K * (S + T)) : 0;
    await flipU(factors, inner, shape, { heat, random });
    await fit(inner);
    if ((await flipV(factors, { h, wh, vh }, shape, { heat, random })) === 0 && heat === 0) break;
  }
  // Anew, because vh carries the rounding of all flips.
  if (annealing + rounds > 0) await fit(await innerProducts(factors, wh, await weightedSigns(), shape));
  return factors;
}

/** C = V·H·Vᵀ and P = W·H·Vᵀ. */
async function innerProducts(
  { v }: SemiBinaryWeights,
  wh: Float32Array,
  vh: Float32Array,
  { T, S, K }: Shape,
): Promise<Inner> {
  const signs = new Float32Array(v);
  return {
    c: await matMul(vh, signs, K, S, K, false, true),
    p: await matMul(wh, signs, T, S, K, false, true),
  };
}

/** E − tr(W·H·Wᵀ) = Σ_t g_t·C·g_tᵀ − 2·g_t·p_tᵀ. */
async function cost({ u, d, r }: SemiBinaryWeights, { c, p }: Inner, { T, K }: Shape): Promise<number> {
  const g = new Float32Array(u).map((sign, i) => sign * d[i % K] * r[Math.floor(i / K)]);
  const gc = await matMul(g, c, T, K, K);
  let total = 0;
  for (let i = 0; i < g.length; i++) total += g[i] * (gc[i] - 2 * p[i]);
  return total;
}
