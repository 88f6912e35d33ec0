// What a layer's approximation aims at: the original network's output, from the inputs it now gets.

import { cholesky, solveCholesky } from "../../solve/cholesky.ts";
import { quadratic } from "../../solve/error.ts";
import { dot, timesSymmetric } from "../../solve/products.ts";
import { remembered } from "../../solve/remember.ts";
import type { Moments } from "../gram.ts";

/** λ as a share of the mean variance of an input. */
const RIDGE = 0.01;

/**
 * Equivalent target weights W* = W + share·(Y − W·X)·Xᵀ·(X·Xᵀ + λI)⁻¹, T × S, both centred: X is what the layer receives
 * from the decomposed prefix, Y what it should give. Half of the correction (design section 6) did as well on 1,000
 * images of ResNet-8, and 0.8 points worse on 2,000.
 */
export function equivalentTarget(w: Float32Array, moments: Moments, share = 1): Float64Array {
  const missing = correction(moments)(w);
  return missing ? new Float64Array(w).map((value, i) => value + share * missing[i]) : new Float64Array(w);
}

/** The whole correction of weights W, T × S; kept for the choices that are tried for a layer. */
const correction = remembered(({ gram, mean, output }: Moments) =>
  remembered((w: Float32Array): Float64Array | undefined => {
    const S = mean.length;
    const T = w.length / S;
    const given = timesSymmetric(w, gram, T, S); // W·X·Xᵀ
    const missing = new Float64Array(S * T); // ((Y − W·X)·Xᵀ)ᵀ
    for (let t = 0; t < T; t++) {
      for (let s = 0; s < S; s++) missing[s * T + t] = output.cross[t * S + s] - given[t * S + s];
    }
    let trace = 0;
    for (let s = 0; s < S; s++) trace += gram[s * S + s];
    const ridge = RIDGE * (trace / S) || 1; // the identity where the samples do not vary at all
    const regularised = gram.slice();
    for (let s = 0; s < S; s++) regularised[s * S + s] += ridge;
    const lower = cholesky(regularised, S);
    if (!lower) return undefined;
    solveCholesky(lower, missing, S, T);
    for (let t = 0; t < T; t++) for (let s = 0; s < S; s++) given[t * S + s] = missing[s * T + t];
    return given;
  }),
);

/** Bias with which each output channel's mean on the samples is the wanted one: b + ȳ − Ŵ·x̄. */
export function repairedBias(bias: Float32Array, approximation: Float32Array, { mean, output }: Moments): Float32Array {
  const S = mean.length;
  return bias.map((value, t) => {
    let sum = value + output.mean[t];
    for (let s = 0; s < S; s++) sum -= approximation[t * S + s] * mean[s];
    return sum;
  });
}

/** By what each row of Ŵ must be multiplied so that its output's variance is the wanted one: √(var y_t / ŵ_t·H·ŵ_tᵀ). */
export function varianceRatios(
  approximation: Float32Array,
  { gram, mean }: Moments,
  variance: Float64Array,
): Float64Array {
  const S = mean.length;
  const rows = new Float64Array(approximation);
  const weighted = timesSymmetric(rows, gram, variance.length, S);
  return variance.map((wanted, t) => {
    const given = dot(rows.subarray(t * S, (t + 1) * S), weighted.subarray(t * S, (t + 1) * S));
    return given > 0 && wanted > 0 ? Math.sqrt(wanted / given) : 1;
  });
}

/**
 * Share of the variance of the wanted output that Ŵ on the decomposed prefix misses:
 * E|y − Ŵ·x|² / E|y|², both centred, = (tr YYᵀ − 2·tr YXᵀŴᵀ + tr ŴXXᵀŴᵀ) / tr YYᵀ.
 */
export function outputError(approximation: Float32Array, { gram, mean, output }: Moments): number {
  const energy = output.variance.reduce((sum, x) => sum + x, 0);
  if (energy === 0) return 0;
  let shared = 0;
  for (let i = 0; i < approximation.length; i++) shared += approximation[i] * output.cross[i];
  return (energy - 2 * shared + quadratic(approximation, mean.length, gram)) / energy;
}
