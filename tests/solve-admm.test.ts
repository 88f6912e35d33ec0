// The default solver and its parts: eigenvectors, linear systems, ADMM, polish, few-bit weights.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { SemiBinaryWeights } from "../host/graph/graph.ts";
import { planes } from "../host/solve/baselines.ts";
import { cholesky, solveCholesky } from "../host/solve/cholesky.ts";
import { eigen } from "../host/solve/eigen.ts";
import { featureMapError } from "../host/solve/error.ts";
import { gptq } from "../host/solve/gptq.ts";
import { greedy } from "../host/solve/greedy.ts";
import { polish } from "../host/solve/polish.ts";
import { timesSymmetric } from "../host/solve/products.ts";
import { mulberry32, randomSigns } from "../host/solve/random.ts";
import { reconstruct } from "../host/solve/reconstruct.ts";
import { effortFor, semiBinary } from "../host/solve/semi-binary.ts";

const random = mulberry32(5);
const gaussian = (n: number) => Float64Array.from({ length: n }, () => random() + random() + random() - 1.5);
const [T, S] = [12, 45];
const w = gaussian(T * S);

/** X·Xᵀ/N of inputs with strong correlation between neighbours. */
function correlated(size: number): Float64Array {
  const gram = new Float64Array(size * size);
  for (let n = 0; n < 3 * size; n++) {
    const x = gaussian(size);
    for (let s = 1; s < size; s++) x[s] = Math.max(0, 0.9 * x[s - 1] + x[s]);
    for (let i = 0; i < gram.length; i++) gram[i] += (x[Math.floor(i / size)] * x[i % size]) / (3 * size);
  }
  return gram;
}

const gram = correlated(S);
const all = { fullH: true, polish: true, outputScales: true };
const solved = (K: number, steps = all, of: Float64Array | undefined = gram, seed = 1) =>
  semiBinary(w, T, S, K, { gram: of, seed, steps });
const errorOf = (binary: Parameters<typeof reconstruct>[0], of: Float64Array | undefined = gram) =>
  featureMapError(w, reconstruct(binary, T, S), S, of);

test("eigen gives orthonormal rows that H only stretches, also where values repeat or vanish", () => {
  const identity = Float64Array.from({ length: 49 }, (_, i) => (i % 8 === 0 ? 2 : 0));
  for (const [matrix, n] of [
    [gram, S],
    [identity, 7],
    [new Float64Array(16), 4],
    [Float64Array.of(3), 1],
  ] as const) {
    const { values, vectors } = eigen(matrix, n);
    const stretched = timesSymmetric(vectors, Float64Array.from(matrix), n, n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        assert.ok(Math.abs(stretched[i * n + j] - values[i] * vectors[i * n + j]) < 1e-10);
        let dot = 0;
        for (let s = 0; s < n; s++) dot += vectors[i * n + s] * vectors[j * n + s];
        assert.ok(Math.abs(dot - (i === j ? 1 : 0)) < 1e-10);
      }
  }
});

test("cholesky solves for several columns, and refuses what is not positive definite", () => {
  const x = gaussian(S * 3);
  const b = new Float64Array(S * 3);
  const damped = gram.map((value, i) => (i % (S + 1) === 0 ? value + 0.1 : value));
  for (let i = 0; i < S; i++)
    for (let s = 0; s < S; s++) for (let c = 0; c < 3; c++) b[i * 3 + c] += damped[i * S + s] * x[s * 3 + c];
  solveCholesky(cholesky(damped, S)!, b, S, 3);
  assert.ok(b.every((value, i) => Math.abs(value - x[i]) < 1e-6));
  assert.equal(cholesky([1, 2, 2, 1], 2), undefined);
});

test("signs and positive scales, fewer errors than the paper's method at the same K", async () => {
  for (const K of [6, 12, 24]) {
    const binary = await solved(K);
    assert.deepEqual([binary.u.length, binary.v.length, binary.d.length, binary.r.length], [T * K, K * S, K, T]);
    assert.ok([...binary.u, ...binary.v].every((sign) => Math.abs(sign) === 1));
    assert.ok([...binary.d, ...binary.r].every((scale) => scale >= 0));
    const paper = errorOf(greedy(w, T, S, K, { gram, seed: 1 }));
    assert.ok(errorOf(binary) < 0.9 * paper, `${K}: ${errorOf(binary)} ${paper}`);
  }
});

test("each step helps: H in ADMM, polish, scales of the output channels", async () => {
  const whole = errorOf(await solved(12));
  assert.ok(whole < errorOf(await solved(12, { ...all, polish: false })));
  assert.ok(whole < errorOf(await solved(12, { ...all, outputScales: false })));
  assert.ok((await solved(12, { ...all, outputScales: false })).r.every((scale) => scale === 1));
  const blind = errorOf(await solved(12, { ...all, fullH: false, polish: false }));
  assert.ok(errorOf(await solved(12, { ...all, polish: false })) < blind);
});

test("the solver without H keeps the weights", async () => {
  const binary = await solved(12, all, undefined);
  const plain = await semiBinary(w, T, S, 12, { seed: 1, steps: all });
  assert.deepEqual(plain, await semiBinary(w, T, S, 12, { seed: 1, steps: all }));
  assert.ok(featureMapError(w, reconstruct(plain, T, S), S) < featureMapError(w, reconstruct(binary, T, S), S));
});

test("the same seed gives the same signs, another seed others", async () => {
  assert.deepEqual(await solved(8), await solved(8));
  assert.notDeepEqual((await solved(8)).v, (await solved(8, all, gram, 2)).v);
});

test("polish ends where no flip and no scale lowers the error", async () => {
  const K = 6;
  const start: SemiBinaryWeights = {
    scheme: "semi-binary",
    rank: K,
    u: Int8Array.from(randomSigns(random, T * K)),
    v: Int8Array.from(randomSigns(random, K * S)),
    d: new Float64Array(K).fill(1),
    r: new Float64Array(T).fill(1),
  };
  const known = { w: new Float32Array(w), h: new Float32Array(gram) };
  const options = { rounds: 60, annealing: 0, outputScales: true, random };
  const best = await polish(start, known, { T, S, K }, options);
  const least = errorOf(best);
  const changed = (name: "u" | "v", at: number) => best[name].map((sign, i) => (i === at ? -sign : sign));
  for (let i = 0; i < K * S; i++) assert.ok(errorOf({ ...best, v: changed("v", i) }) > least - 1e-7);
  for (let i = 0; i < T * K; i++) assert.ok(errorOf({ ...best, u: changed("u", i) }) > least - 1e-7);
  for (const factor of [0.98, 1.02]) {
    for (let k = 0; k < K; k++) {
      assert.ok(errorOf({ ...best, d: best.d.map((x, i) => (i === k ? factor * x : x)) }) > least - 1e-9);
    }
    for (let t = 0; t < T; t++) {
      assert.ok(errorOf({ ...best, r: best.r.map((x, i) => (i === t ? factor * x : x)) }) > least - 1e-9);
    }
  }
  assert.ok(
    errorOf(await polish(start, known, { T, S, K }, { ...options, annealing: 60 })) < least,
    "annealing goes further",
  );
});

test("the solver takes what is degenerate: zero weights, inputs that never vary, one row", async () => {
  const finite = ({ d, r }: SemiBinaryWeights) => assert.ok([...d, ...r].every(Number.isFinite));
  finite(await semiBinary(new Float64Array(T * S), T, S, 3, { gram, seed: 1, steps: all }));
  finite(await semiBinary(w, T, S, 3, { gram: new Float64Array(S * S), seed: 1, steps: all }));
  const row = await semiBinary(w.slice(0, S), 1, S, 4, { seed: 1, steps: all });
  assert.ok(featureMapError(w.subarray(0, S), reconstruct(row, 1, S), S) < 0.1);
});

test("effort falls with size: all rounds for small layers, at least one of polish for the largest", () => {
  assert.deepEqual(effortFor({ T: 64, S: 576, K: 64 }), { rounds: 100, polish: 30, annealing: 60 });
  const large = effortFor({ T: 512, S: 4608, K: 512 });
  assert.ok(large.rounds < 20 && large.annealing === 0);
  assert.deepEqual(effortFor({ T: 4096, S: 4096, K: 4096 }), { rounds: 0, polish: 1, annealing: 0 });
  assert.ok(effortFor({ T: 512, S: 4608, K: 512 }, 1, 2e10).rounds < large.rounds, "with less work fewer rounds");
});

test("a diagonal H is that H, with no matrix of S × S", async () => {
  const variances = Float64Array.from({ length: S }, () => random() + 0.1);
  const matrix = new Float64Array(S * S).map((_, i) => (i % (S + 1) === 0 ? variances[i / (S + 1)] : 0));
  const start = await solved(6, { ...all, polish: false }, matrix);
  const options = { rounds: 5, annealing: 0, outputScales: true, random };
  const at = (h: Float64Array) =>
    polish(start, { w: new Float32Array(w), h: new Float32Array(h) }, { T, S, K: 6 }, options);
  const [diagonal, full] = [await at(variances), await at(matrix)];
  assert.ok(Math.abs(errorOf(diagonal, matrix) - errorOf(full, matrix)) < 1e-3);
  assert.ok(errorOf(diagonal, matrix) < errorOf(start, matrix));
});

test("bits:N are planes whose scales double, and better than N free planes found one after another", () => {
  for (const N of [1, 2, 3, 4]) {
    const binary = gptq(w, T, S, N, { gram, polish: true });
    assert.equal(binary.planes, N);
    for (let t = 0; t < T; t++)
      for (let i = 1; i < N; i++)
        assert.ok(Math.abs(binary.alpha[t * N + i] - 2 * binary.alpha[t * N + i - 1]) < 1e-12);
    assert.ok(errorOf(binary) < errorOf(planes(w, T, S, N, gram)), `${N}`);
    assert.ok(errorOf(binary) <= errorOf(gptq(w, T, S, N, { gram, polish: false })));
  }
});

test("bits:N give uniform weights exactly", () => {
  const exact = Float64Array.of(-1.5, -0.5, 0.5, 1.5, 1.5, -0.5);
  assert.ok(featureMapError(exact, reconstruct(gptq(exact, 1, 6, 2, { polish: true }), 1, 6), 6) < 1e-12);
});
