// What a layer's approximation aims at: the original network's output, from the inputs it now gets.

import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { quadratic } from "../../solve/error.ts";
import { timesSymmetric } from "../../solve/products.ts";
import type { Moments } from "../gram.ts";

/** How much of the least-squares correction is taken: all of it would fit the samples' noise (design section 6). */
const CORRECTION = 0.5;
/** λ as a share of the mean variance of an input. */
const RIDGE = 0.01;

/**
 * Equivalent target weights W* = W + ½·W·(X_orig − X)·Xᵀ·(X·Xᵀ + λI)⁻¹, T × S, X centred: X is what the layer receives
 * from the decomposed prefix, W·X_orig = Y what it gave in the original network.
 */
export function equivalentTarget(w: Float32Array, { gram, output }: Moments): Float64Array {
  const S = Math.sqrt(gram.length);
  const T = w.length / S;
  const given = timesSymmetric(w, gram, T, S); // W·X·Xᵀ
  const missing = new Matrix(S, T); // ((W·X_orig − W·X)·Xᵀ)ᵀ
  for (let t = 0; t < T; t++) {
    for (let s = 0; s < S; s++) missing.set(s, t, output.cross[t * S + s] - given[t * S + s]);
  }
  const correction = new CholeskyDecomposition(regularised(gram, S)).solve(missing);
  return Float64Array.from(w, (value, i) => value + CORRECTION * correction.get(i % S, Math.floor(i / S)));
}

/** X·Xᵀ + λI; the identity where the samples do not vary at all. */
function regularised(gram: Float64Array, S: number): Matrix {
  const matrix = new Matrix(S, S);
  for (let i = 0; i < S; i++) for (let j = 0; j < S; j++) matrix.set(i, j, gram[i * S + j]);
  const ridge = RIDGE * (matrix.trace() / S) || 1;
  for (let s = 0; s < S; s++) matrix.set(s, s, matrix.get(s, s) + ridge);
  return matrix;
}

/** Bias with which each output channel's mean on the samples is the original's: b + ȳ − Ŵ·x̄. */
export function repairedBias(bias: Float32Array, approximation: Float32Array, { mean, output }: Moments): Float32Array {
  const S = mean.length;
  return bias.map((value, t) => {
    let sum = value + output.mean[t];
    for (let s = 0; s < S; s++) sum -= approximation[t * S + s] * mean[s];
    return sum;
  });
}

/**
 * Share of the variance of the original network's output that Ŵ on the decomposed prefix misses:
 * E|y − Ŵ·x|² / E|y|², both centred, = (tr YYᵀ − 2·tr YXᵀŴᵀ + tr ŴXXᵀŴᵀ) / tr YYᵀ.
 */
export function outputError(approximation: Float32Array, { gram, mean, output }: Moments): number {
  if (output.energy === 0) return 0;
  let shared = 0;
  for (let i = 0; i < approximation.length; i++) shared += approximation[i] * output.cross[i];
  return (output.energy - 2 * shared + quadratic(approximation, mean.length, gram)) / output.energy;
}
