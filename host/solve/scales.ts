// The scales d and r of a semi-binary approximation by least squares, its signs held fixed.

import type { SemiBinaryWeights } from "../graph/graph.ts";
import type { Shape } from "./admm.ts";
import { cholesky, solveCholesky } from "./cholesky.ts";

/** C = V·H·Vᵀ (K × K) and P = W·H·Vᵀ (T × K). */
export interface Inner {
  c: Float64Array;
  p: Float64Array;
}

/** Relative size of what is added to the diagonal where two terms are the same. */
const RIDGE = 1e-9;

/** d, in place: ((UᵀR²U) ∘ C)·d = diag(Uᵀ·R·P). d stays above 0: where it would not, U's column changes sign. */
export function fitD({ u, d, r }: SemiBinaryWeights, { c, p }: Inner, { T, K }: Shape): void {
  const normal = new Float64Array(K * K);
  const right = new Float64Array(K);
  for (let t = 0; t < T; t++) {
    for (let k = 0; k < K; k++) {
      const factor = r[t] ** 2 * u[t * K + k];
      for (let j = 0; j <= k; j++) normal[k * K + j] += factor * u[t * K + j];
      right[k] += r[t] * u[t * K + k] * p[t * K + k];
    }
  }
  for (let i = 0; i < normal.length; i++) normal[i] *= c[i];
  let trace = 0;
  for (let k = 0; k < K; k++) trace += normal[k * K + k];
  for (let k = 0; k < K; k++) normal[k * K + k] += (RIDGE * trace) / K;
  const lower = cholesky(normal, K);
  if (!lower) return; // inputs that never vary: any scale is as good
  solveCholesky(lower, right, K);
  for (let k = 0; k < K; k++) {
    d[k] = Math.abs(right[k]);
    if (right[k] < 0) for (let t = 0; t < T; t++) u[t * K + k] = -u[t * K + k];
  }
}

/** r, in place: r_t = a·p_t / a·C·aᵀ for a = u_t ∘ d. r stays above 0: where it would not, U's row changes sign. */
export function fitR({ u, d, r }: SemiBinaryWeights, { c, p }: Inner, { T, K }: Shape): void {
  const a = new Float64Array(K);
  for (let t = 0; t < T; t++) {
    for (let k = 0; k < K; k++) a[k] = u[t * K + k] * d[k];
    let overlap = 0;
    let energy = 0;
    for (let k = 0; k < K; k++) {
      overlap += a[k] * p[t * K + k];
      let sum = 0;
      for (let j = 0, at = k * K; j < K; j++) sum += c[at + j] * a[j];
      energy += a[k] * sum;
    }
    const scale = energy > 0 ? overlap / energy : 0;
    r[t] = Math.abs(scale);
    if (scale < 0) for (let k = 0; k < K; k++) u[t * K + k] = -u[t * K + k];
  }
}
