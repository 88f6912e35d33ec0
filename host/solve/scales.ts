// The scales d and r of a semi-binary approximation by least squares, its signs held fixed.

import type { SemiBinaryWeights } from "../graph/graph.ts";
import type { Shape } from "./admm.ts";
import { cholesky, solveCholesky } from "./cholesky.ts";
import { matMul } from "./matmul.ts";

/** C = V·H·Vᵀ (K × K) and P = W·H·Vᵀ (T × K). */
export interface Inner {
  c: Float32Array;
  p: Float32Array;
}

/** Relative size of what is added to the diagonal where two terms are the same: more than float32 products lose. */
const RIDGE = 1e-6;

/** d, in place: ((UᵀR²U) ∘ C)·d = diag(Uᵀ·R·P). d stays above 0: where it would not, U's column changes sign. */
export async function fitD({ u, d, r }: SemiBinaryWeights, { c, p }: Inner, { T, K }: Shape): Promise<void> {
  const scaled = new Float32Array(u).map((sign, i) => sign * r[Math.floor(i / K)]);
  const normal = new Float64Array(await matMul(scaled, scaled, K, T, K, true));
  const right = new Float64Array(K);
  for (let t = 0, at = 0; t < T; t++) for (let k = 0; k < K; k++, at++) right[k] += scaled[at] * p[at];
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
export async function fitR({ u, d, r }: SemiBinaryWeights, { c, p }: Inner, { T, K }: Shape): Promise<void> {
  const a = new Float32Array(u).map((sign, i) => sign * d[i % K]);
  const ac = await matMul(a, c, T, K, K);
  for (let t = 0; t < T; t++) {
    let overlap = 0;
    let energy = 0;
    for (let i = t * K; i < (t + 1) * K; i++) {
      overlap += a[i] * p[i];
      energy += a[i] * ac[i];
    }
    const scale = energy > 0 ? overlap / energy : 0;
    r[t] = Math.abs(scale);
    if (scale < 0) for (let i = t * K; i < (t + 1) * K; i++) u[i] = -u[i];
  }
}
