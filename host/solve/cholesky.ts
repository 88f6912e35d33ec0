// Linear systems of a symmetric positive definite matrix, on flat arrays.

import { dotOf } from "./products.ts";

/**
 * L (n × n, row-major, lower triangle) with A = L·Lᵀ; only the lower triangle of A is read. undefined where A is not
 * positive definite. n³/6 multiplications.
 */
export function cholesky(a: ArrayLike<number>, n: number): Float64Array | undefined {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const sum = a[i * n + j] - dotOf(l, i * n, l, j * n, j);
      if (j < i) l[i * n + j] = sum / l[j * n + j];
      else if (sum > 0) l[i * n + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return l;
}

/** Overwrites the columns of b (n × columns, row-major) with A⁻¹·b, A = L·Lᵀ. */
export function solveCholesky(l: Float64Array, b: Float64Array, n: number, columns = 1): void {
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) subtractRow(b, i, k, l[i * n + k], columns);
    for (let c = i * columns; c < (i + 1) * columns; c++) b[c] /= l[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) subtractRow(b, i, k, l[k * n + i], columns);
    for (let c = i * columns; c < (i + 1) * columns; c++) b[c] /= l[i * n + i];
  }
}

/** b_i −= factor·b_k */
function subtractRow(b: Float64Array, i: number, k: number, factor: number, columns: number): void {
  if (factor === 0) return;
  for (let c = 0, x = i * columns, y = k * columns; c < columns; c++) b[x + c] -= factor * b[y + c];
}
