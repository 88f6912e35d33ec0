// The plain products of the solvers: their order of summation is that of the definition, so the bits are too.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cholesky, inverseCholesky, solveCholesky } from "../host/solve/cholesky.ts";
import { timesSymmetric } from "../host/solve/products.ts";
import { reals } from "./support/reals.ts";

function symmetric(S: number): Float64Array {
  const values = reals(S * S, 2);
  return Float64Array.from({ length: S * S }, (_, i) => values[Math.max(i, (i % S) * S + Math.floor(i / S))]);
}

for (const [T, S] of [
  [1, 1],
  [2, 3],
  [3, 4],
  [5, 7],
  [4, 18],
]) {
  test(`${T} × ${S} times a symmetric matrix is the sum in order, to the bit`, () => {
    const [a, h] = [reals(T * S, 1), symmetric(S)];
    const product = timesSymmetric(a, h, T, S);
    for (let t = 0; t < T; t++) {
      for (let j = 0; j < S; j++) {
        let sum = 0;
        for (let s = 0; s < S; s++) sum += a[t * S + s] * h[s * S + j];
        assert.equal(product[t * S + j], sum, `${t}, ${j}`);
      }
    }
  });
}

for (const n of [1, 3, 4, 8, 9, 21]) {
  test(`the Cholesky factor of ${n} × ${n} multiplies to it, and solves it`, () => {
    const matrix = symmetric(n).map((x, i) => (i % (n + 1) === 0 ? x + n : x));
    const lower = cholesky(matrix, n)!;
    const wanted = new Float64Array(reals(n * 5, 3));
    const b = new Float64Array(n * 5);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let k = 0; k <= Math.min(i, j); k++) sum += lower[i * n + k] * lower[j * n + k];
        assert.ok(Math.abs(sum - matrix[i * n + j]) < 1e-12 * n, `${i}, ${j}`);
        for (let c = 0; c < 5; c++) b[i * 5 + c] += matrix[i * n + j] * wanted[j * 5 + c];
      }
    }
    solveCholesky(lower, b, n, 5);
    for (let i = 0; i < b.length; i++) assert.ok(Math.abs(b[i] - wanted[i]) < 1e-12 * n, `${i}`);
  });
}

for (const n of [1, 3, 16, 18, 37]) {
  test(`the inverse of ${n} × ${n} is the solution of the identity, to the bit`, () => {
    const lower = cholesky(
      symmetric(n).map((x, i) => (i % (n + 1) === 0 ? x + n : x)),
      n,
    )!;
    const identity = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
    solveCholesky(lower, identity, n, n);
    assert.deepEqual(inverseCholesky(lower, n), identity);
  });
}
