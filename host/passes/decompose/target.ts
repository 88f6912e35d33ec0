// What a layer's approximation aims at: the original network's output, from the inputs it now gets.

import { CholeskyDecomposition, Matrix } from "ml-matrix";
import type { PlanesWeights, SemiBinaryWeights } from "../../graph/graph.ts";
import { reconstruct } from "../../solve/reconstruct.ts";
import type { Moments } from "../gram.ts";

/** How much of the least-squares correction is taken: all of it would fit the samples' noise (design section 6). */
const CORRECTION = 0.5;
/** λ as a share of the mean variance of an input. */
const RIDGE = 0.01;

/**
 * Equivalent target weights W* = W + ½·W·(X_orig − X)·Xᵀ·(X·Xᵀ + λI)⁻¹, T × S, X centred: X is what the layer receives
 * from the decomposed prefix, W·X_orig what it gave in the original network.
 */
export function equivalentTarget(w: Float32Array, T: number, S: number, { gram, original }: Moments): Float64Array {
  if (!original) return Float64Array.from(w);
  let trace = 0;
  for (let s = 0; s < S; s++) trace += gram[s * S + s];
  const regular = toMatrix(gram, S, S);
  const ridge = RIDGE * (trace / S) || 1;
  for (let s = 0; s < S; s++) regular.set(s, s, regular.get(s, s) + ridge);
  const difference = Matrix.sub(toMatrix(original.cross, S, S), toMatrix(gram, S, S)); // (X_orig − X)·Xᵀ
  const wanted = toMatrix(w, T, S).mmul(difference);
  const correction = new CholeskyDecomposition(regular).solve(wanted.transpose()); // S × T
  return Float64Array.from(w, (value, i) => value + CORRECTION * correction.get(i % S, Math.floor(i / S)));
}

function toMatrix(values: ArrayLike<number>, rows: number, columns: number): Matrix {
  return Matrix.from1DArray(rows, columns, Array.from(values));
}

/** Bias with which each output channel's mean on the samples is the original's: b + W·x̄_orig − Ŵ·x̄. */
export function repairedBias(
  bias: Float32Array,
  w: Float32Array,
  approximation: Float32Array,
  { mean, original }: Moments,
): Float32Array {
  const S = mean.length;
  const target = original?.mean ?? mean;
  return bias.map((value, t) => {
    let sum = value;
    for (let s = 0; s < S; s++) sum += w[t * S + s] * target[s] - approximation[t * S + s] * mean[s];
    return sum;
  });
}

/**
 * Share of the variance of the original network's output that Ŵ on the decomposed prefix misses:
 * E|W·x_orig − Ŵ·x|² / E|W·x_orig|², both centred.
 */
export function outputError(w: Float32Array, binary: SemiBinaryWeights | PlanesWeights, moments: Moments): number {
  const S = moments.mean.length;
  const T = w.length / S;
  const { gram, cross } = moments.original ?? { gram: moments.gram, cross: moments.gram };
  const original = toMatrix(w, T, S);
  const now = toMatrix(reconstruct(binary, T, S), T, S);
  const trace = (a: Matrix, h: Float64Array, b: Matrix) =>
    a
      .mmul(toMatrix(h, S, S))
      .mul(b)
      .sum();
  const whole = trace(original, gram, original);
  const missed = whole - 2 * trace(original, cross, now) + trace(now, moments.gram, now);
  return whole > 0 ? missed / whole : 0;
}
