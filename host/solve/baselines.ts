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

/**
 * `count` planes a kernel: B_i = sign of what the planes before leave, taken off with its own best scale (mean|residual|
 * for H = I); then all scales of the kernel by least squares under H, which can only lower the error of the first ones.
 */
export function planes(w: Numbers, T: number, S: number, count: number, gram?: Float64Array): PlanesWeights {
  const bits = new Int8Array(count * T * S);
  const alpha = new Float64Array(T * count);
  for (let t = 0; t < T; t++) {
    const row = Float64Array.from(w.subarray(t * S, (t + 1) * S));
    const signs = residualPlanes(row, count, gram);
    for (const [i, plane] of signs.entries()) bits.set(plane, (i * T + t) * S);
    alpha.set(leastSquares(row, signs, gram), t * count);
  }
  return { scheme: "planes", planes: count, bits, alpha };
}

/** B_1 = sign(w), B_{i+1} = sign(w − Σ_{j ≤ i} a_j·B_j) with a_j the best scale of B_j alone at its turn. */
function residualPlanes(row: Float64Array, count: number, gram?: Float64Array): Float64Array[] {
  const residual = row.slice();
  return Array.from({ length: count }, () => {
    const plane = residual.map(signOf);
    const weighted = times(plane, gram);
    const energy = dot(plane, weighted);
    const scale = energy > 0 ? dot(residual, weighted) / energy : 0;
    for (let s = 0; s < residual.length; s++) residual[s] -= scale * plane[s];
    return plane;
  });
}

/** The α that minimise (w − Σ α_i·B_i)·H·(w − Σ α_i·B_i)ᵀ: (B·H·Bᵀ)·α = B·H·w. */
function leastSquares(row: Float64Array, signs: Float64Array[], gram?: Float64Array): number[] {
  const weighted = signs.map((plane) => times(plane, gram));
  const normal = new Matrix(weighted.map((plane) => signs.map((other) => dot(plane, other))));
  // Equal planes (an exact fit found early) make it singular: the SVD gives the smallest solution.
  return solve(normal, Matrix.columnVector(weighted.map((plane) => dot(plane, row))), true).to1DArray();
}

function times(x: Float64Array, gram?: Float64Array): Float64Array {
  return gram ? timesSymmetric(x, gram, 1, x.length) : x;
}
