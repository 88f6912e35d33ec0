// The honest baselines: sign(W), α·B, and Σ α_i·B_i.

import { Matrix, solve } from "ml-matrix";
import type { PlanesWeights } from "../graph/graph.ts";
import { dot, type Numbers, timesSymmetric } from "./products.ts";
import { signOf } from "./rank-one.ts";

/** sign(W) with every scale 1: W (T × S row-major). */
export function signPlane(w: Numbers, T: number): PlanesWeights {
  return { scheme: "planes", planes: 1, bits: Int8Array.from(w, signOf), alpha: new Float64Array(T).fill(1) };
}

/**
 * One scale a kernel: B = sign(W), α_t minimises (w − αb)·H·(w − αb)ᵀ: wᵀHb / bᵀHb, which is mean|w| for H = I.
 */
export function alphaPlane(w: Numbers, T: number, S: number, gram?: Float64Array): PlanesWeights {
  return planes(w, T, S, 1, gram);
}

/** Rows that are solved together: H, which may be larger than the caches, is read once for four of them. */
const ROWS = 64;

/**
 * `count` planes a kernel: B_i = sign of what the planes before leave, taken off with its own best scale (mean|residual|
 * for H = I); then all scales of the kernel by least squares under H, which can only lower the error of the first ones.
 */
export function planes(w: Numbers, T: number, S: number, count: number, gram?: Float64Array): PlanesWeights {
  const bits = new Int8Array(count * T * S);
  const alpha = new Float64Array(T * count);
  for (let first = 0; first < T; first += ROWS) {
    const rows = Float64Array.from(w.subarray(first * S, Math.min(T, first + ROWS) * S));
    const found = residualPlanes(rows, S, count, gram);
    for (const [i, { signs }] of found.entries()) bits.set(signs, (i * T + first) * S);
    for (let at = 0; at < rows.length; at += S) {
      const own = found.map(({ signs, weighted }) => [rowAt(signs, at, S), rowAt(weighted, at, S)] as const);
      alpha.set(leastSquares(rowAt(rows, at, S), own), (first + at / S) * count);
    }
  }
  return { scheme: "planes", planes: count, bits, alpha };
}

interface Plane {
  signs: Float64Array;
  /** signs·H */
  weighted: Float64Array;
}

const rowAt = (rows: Float64Array, at: number, S: number) => rows.subarray(at, at + S);

/** B_1 = sign(w), B_{i+1} = sign(w − Σ_{j ≤ i} a_j·B_j) with a_j the best scale of B_j alone at its turn, for each row. */
function residualPlanes(rows: Float64Array, S: number, count: number, gram?: Float64Array): Plane[] {
  const residual = rows.slice();
  return Array.from({ length: count }, () => {
    const signs = residual.map(signOf);
    const weighted = gram ? timesSymmetric(signs, gram, rows.length / S, S) : signs;
    for (let at = 0; at < rows.length; at += S) {
      const [plane, own] = [rowAt(signs, at, S), rowAt(weighted, at, S)];
      const energy = dot(plane, own);
      const scale = energy > 0 ? dot(rowAt(residual, at, S), own) / energy : 0;
      for (let s = 0; s < S; s++) residual[at + s] -= scale * plane[s];
    }
    return { signs, weighted };
  });
}

/** The α that minimise (w − Σ α_i·B_i)·H·(w − Σ α_i·B_i)ᵀ: (B·H·Bᵀ)·α = B·H·w. planes: B_i and B_i·H. */
function leastSquares(row: Float64Array, planes: (readonly [Float64Array, Float64Array])[]): number[] {
  const normal = new Matrix(planes.map(([, weighted]) => planes.map(([other]) => dot(weighted, other))));
  // Equal planes (an exact fit found early) make it singular: the SVD gives the smallest solution.
  return solve(normal, Matrix.columnVector(planes.map(([, weighted]) => dot(weighted, row))), true).to1DArray();
}
