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
    subtractRows(b, i, 0, i, l, i * n, 1, columns);
    divideRow(b, i, l[i * n + i], columns);
  }
  solveTransposed(l, b, n, columns);
}

/** Rows of the identity whose zeros are passed over together. */
const BLOCK = 16;

/** A⁻¹, n × n, to the bits of solveCholesky of the identity: above the diagonal L⁻¹ is 0, which is passed over. */
export function inverseCholesky(l: Float64Array, n: number): Float64Array {
  const b = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    b[i * n + i] = 1;
    for (let k = 0; k < i; k += BLOCK) {
      const end = Math.min(i, k + BLOCK);
      subtractRows(b, i, k, end, l, i * n + k, 1, n, end);
    }
    divideRow(b, i, l[i * n + i], n);
  }
  solveTransposed(l, b, n, n);
  return b;
}

/** b ← L⁻ᵀ·b */
function solveTransposed(l: Float64Array, b: Float64Array, n: number, columns: number): void {
  for (let i = n - 1; i >= 0; i--) {
    subtractRows(b, i, i + 1, n, l, (i + 1) * n + i, n, columns);
    divideRow(b, i, l[i * n + i], columns);
  }
}

/**
 * b_i −= Σ f_k·b_k over first ≤ k < end, one after the other, in the first `width` columns; f_k stand `step` apart in l
 * from `at`.
 */
function subtractRows(
  b: Float64Array,
  i: number,
  first: number,
  end: number,
  l: Float64Array,
  at: number,
  step: number,
  columns: number,
  width = columns,
): void {
  const own = i * columns;
  let k = first;
  let from = at;
  for (; k + 3 < end; k += 4, from += 4 * step) {
    const [f0, f1, f2, f3] = [l[from], l[from + step], l[from + 2 * step], l[from + 3 * step]];
    const [y0, y1, y2, y3] = [k * columns, (k + 1) * columns, (k + 2) * columns, (k + 3) * columns];
    for (let c = 0; c < width; c++)
      b[own + c] = b[own + c] - f0 * b[y0 + c] - f1 * b[y1 + c] - f2 * b[y2 + c] - f3 * b[y3 + c];
  }
  for (; k < end; k++, from += step) {
    for (let c = 0, y = k * columns; c < width; c++) b[own + c] -= l[from] * b[y + c];
  }
}

function divideRow(b: Float64Array, i: number, by: number, columns: number): void {
  for (let c = i * columns; c < (i + 1) * columns; c++) b[c] /= by;
}
