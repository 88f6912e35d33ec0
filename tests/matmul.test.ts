// Matrix products of the solvers: every size and transposition, against the definition in float64.
import assert from "node:assert/strict";
import { test } from "node:test";
import { matMul, selfProduct } from "../host/solve/matmul.ts";
import { reals } from "./support/reals.ts";

const sizes: [m: number, k: number, n: number][] = [
  [1, 1, 1],
  [3, 5, 7],
  [8, 16, 8],
  [13, 70, 9],
  [5, 33, 24],
  [64, 100, 17],
];

for (const [m, k, n] of sizes) {
  for (const [transposeA, transposeB] of [
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ]) {
    test(`${m} × ${k} by ${k} × ${n}, A ${transposeA ? "transposed" : "as it is"}, B ${transposeB ? "transposed" : "as it is"}`, async () => {
      const [a, b] = [reals(m * k, 1), reals(k * n, 2)];
      const product = await matMul(a, b, m, k, n, transposeA, transposeB);
      assert.equal(product.length, m * n);
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let s = 0; s < k; s++) {
            sum += a[transposeA ? s * m + i : i * k + s] * b[transposeB ? j * k + s : s * n + j];
          }
          assert.ok(Math.abs(product[i * n + j] - sum) < 1e-5 * k, `${i}, ${j}: ${product[i * n + j]} ${sum}`);
        }
      }
    });
  }
}

for (const [k, n] of [
  [5, 7],
  [37, 70],
  [100, 45],
  [33, 576],
]) {
  test(`Aᵀ·A of ${k} × ${n} is the product, both triangles`, async () => {
    const a = reals(k * n, 3);
    const [whole, half] = [await matMul(a, a, n, k, n, true), await selfProduct(a, k, n)];
    assert.ok(half.every((x, i) => Math.abs(x - whole[i]) < 1e-5 * k));
  });
}

test("a product of large matrices after one of small ones, and the reverse, is right: the memory grows", async () => {
  const ones = (count: number) => new Float32Array(count).fill(1);
  assert.ok((await matMul(ones(4), ones(4), 2, 2, 2)).every((x) => x === 2));
  assert.ok((await matMul(ones(500 * 300), ones(300 * 200), 500, 300, 200)).every((x) => x === 300));
  assert.ok((await matMul(ones(4), ones(4), 2, 2, 2)).every((x) => x === 2));
});
