// The solvers: greedy sums of sign terms, and the baselines.
import assert from "node:assert/strict";
import { test } from "node:test";
import { alphaPlane, planes, signPlane } from "../host/solve/baselines.ts";
import { featureMapError, quadratic } from "../host/solve/error.ts";
import { flipSigns } from "../host/solve/flips.ts";
import { greedy } from "../host/solve/greedy.ts";
import { dot, timesVector } from "../host/solve/products.ts";
import { mulberry32, randomSigns } from "../host/solve/random.ts";
import { reconstruct } from "../host/solve/reconstruct.ts";

const random = mulberry32(3);
const gaussian = (n: number) =>
  Float64Array.from({ length: n }, () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));

/** X·Xᵀ/N of inputs with strong correlation between neighbours. */
function correlated(S: number): Float64Array {
  const N = 3 * S;
  const gram = new Float64Array(S * S);
  for (let n = 0; n < N; n++) {
    const x = gaussian(S);
    for (let s = 1; s < S; s++) x[s] = Math.max(0, 0.9 * x[s - 1] + x[s]);
    for (let i = 0; i < S; i++) for (let j = 0; j < S; j++) gram[i * S + j] += (x[i] * x[j]) / N;
  }
  return gram;
}

const [T, S] = [12, 45];
const w = gaussian(T * S);
const gram = correlated(S);
const errorAt = (K: number, of?: Float64Array) => {
  const binary = greedy(w, T, S, K, { gram: of, seed: 1 });
  return featureMapError(w, reconstruct(binary, T, S), S, of);
};

test("mulberry32 gives its published sequence", () => {
  const next = mulberry32(0);
  assert.deepEqual(
    [next(), next(), next()].map((x) => x * 2 ** 32),
    [1144304738, 1416247, 958946056],
  );
});

test("greedy finds a matrix that is one term of signs", () => {
  const [u, v] = [randomSigns(random, T), randomSigns(random, S)];
  const exact = Float64Array.from({ length: T * S }, (_, i) => 0.7 * u[Math.floor(i / S)] * v[i % S]);
  for (const of of [undefined, gram]) {
    const binary = greedy(exact, T, S, 1, { gram: of, seed: 1 });
    assert.ok(Math.abs(binary.d[0] - 0.7) < 1e-9);
    assert.ok(featureMapError(exact, reconstruct(binary, T, S), S, of) < 1e-12);
  }
});

test("greedy finds a sum of two orthogonal terms of different size", () => {
  const exact = Float64Array.of(3, 3, 1, 1, 3, 3, 1, 1, 1, 1, 3, 3, 1, 1, 3, 3); // 2·J + a checkerboard of blocks
  const binary = greedy(exact, 4, 4, 2, { seed: 1 });
  assert.deepEqual([...binary.d], [2, 1]);
  assert.ok(featureMapError(exact, reconstruct(binary, 4, 4), 4) < 1e-12);
});

test("greedy's factors are signs, d falls nowhere below 0 and r is all ones", () => {
  const { u, v, d, r } = greedy(w, T, S, 9, { gram, seed: 1 });
  assert.deepEqual([u.length, v.length, d.length], [T * 9, 9 * S, 9]);
  assert.ok([...u, ...v].every((sign) => Math.abs(sign) === 1));
  assert.ok(d.every((value) => value > 0));
  assert.deepEqual([...r], new Array(T).fill(1));
});

for (const [name, of] of [
  ["weights", undefined],
  ["feature map", gram],
] as const) {
  test(`${name}: the error falls with every term`, () => {
    const errors = [1, 2, 4, 8, 16, 32].map((K) => errorAt(K, of));
    for (const [i, error] of errors.slice(1).entries()) assert.ok(error < errors[i], `${errors}`);
    assert.ok(errors.at(-1)! < 0.1, `${errors}`);
  });
}

test("the feature-map objective beats the weight objective on feature maps, and loses on weights", () => {
  const plain = reconstruct(greedy(w, T, S, T, { seed: 1 }), T, S);
  const weighted = reconstruct(greedy(w, T, S, T, { gram, seed: 1 }), T, S);
  assert.ok(featureMapError(w, weighted, S, gram) < 0.7 * featureMapError(w, plain, S, gram));
  assert.ok(featureMapError(w, plain, S) < featureMapError(w, weighted, S));
});

test("greedy repeats itself for a seed", () => {
  for (const of of [undefined, gram]) {
    assert.deepEqual(greedy(w, T, S, 6, { gram: of, seed: 5 }), greedy(w, T, S, 6, { gram: of, seed: 5 }));
  }
});

test("greedy takes what is degenerate: zero weights, one row, inputs that never vary", () => {
  const zero = greedy(new Float64Array(T * S), T, S, 3, { seed: 1 });
  assert.deepEqual([...zero.d], [0, 0, 0]);
  const still = greedy(w, T, S, 2, { gram: new Float64Array(S * S), seed: 1 });
  assert.deepEqual([...still.d], [0, 0]);
  const row = greedy(w.subarray(0, S), 1, S, 4, { seed: 1 });
  assert.ok(featureMapError(w.subarray(0, S), reconstruct(row, 1, S), S) < 0.1);
});

test("flips lower d²·T·vᵀHv − 2d·gᵀv to a local minimum, and keep H·v", () => {
  for (let trial = 0; trial < 20; trial++) {
    const [v, hv, g, d] = [randomSigns(random, S), new Float64Array(S), gaussian(S), 0.05 + random()];
    const objective = (signs: Float64Array) => {
      const product = new Float64Array(S);
      timesVector(gram, signs, product);
      return d ** 2 * T * dot(signs, product) - 2 * d * dot(g, signs);
    };
    timesVector(gram, v, hv);
    const before = objective(v);
    flipSigns(v, hv, gram, g, d, T);
    const after = objective(v);
    assert.ok(after <= before);
    const fresh = new Float64Array(S);
    timesVector(gram, v, fresh);
    assert.ok(fresh.every((value, s) => Math.abs(value - hv[s]) < 1e-9));
    for (let s = 0; s < S; s++) {
      const neighbour = v.map((sign, i) => (i === s ? -sign : sign));
      assert.ok(objective(neighbour) >= after - 1e-9);
    }
  }
});

test("featureMapError is the share of ‖W·X‖² that is missed", () => {
  const half = w.map((value) => value / 2);
  assert.ok(Math.abs(featureMapError(w, half, S, gram) - 0.25) < 1e-12);
  assert.equal(featureMapError(w, w, S, gram), 0);
  assert.ok(Math.abs(quadratic(Float64Array.of(1, 2), 2, Float64Array.of(2, 1, 1, 3)) - 18) < 1e-12); // 2 + 2·2 + 12
});

test("sign(W) has every scale 1; of 0 the sign is +", () => {
  const { bits, alpha, planes: count } = signPlane(Float32Array.of(-2, 0, 3, -1), 2);
  assert.deepEqual([...bits, ...alpha, count], [-1, 1, 1, -1, 1, 1, 1]);
});

test("α·B takes mean|w| for H = I, wᵀHb / bᵀHb under H", () => {
  const { alpha } = alphaPlane(Float32Array.of(1, -3, 2, 2), 2, 2);
  assert.ok(Math.abs(alpha[0] - 2) + Math.abs(alpha[1] - 2) < 1e-12);
  // w = (1, −3), b = (1, −1), H = diag(3, 1): (1·3·1 + 3·1·1) / (3 + 1)
  const weighted = alphaPlane(Float32Array.of(1, -3), 1, 2, Float64Array.of(3, 0, 0, 1));
  assert.ok(Math.abs(weighted.alpha[0] - 1.5) < 1e-12);
});

test("no other scale of the planes has a smaller error than the refitted ones", () => {
  for (const of of [undefined, gram]) {
    const best = planes(w, T, S, 3, of);
    const error = (alpha: Float64Array) => featureMapError(w, reconstruct({ ...best, alpha }, T, S), S, of);
    const least = error(best.alpha);
    for (let i = 0; i < best.alpha.length; i++) {
      for (const step of [-0.01, 0.01]) {
        assert.ok(error(best.alpha.map((value, j) => (i === j ? value + step : value))) > least);
      }
    }
  }
});

test("each further plane helps, and the refit is no worse than the scales found one by one", () => {
  const errors = [1, 2, 3, 4].map((n) => featureMapError(w, reconstruct(planes(w, T, S, n), T, S), S));
  for (const [i, error] of errors.slice(1).entries()) assert.ok(error < errors[i]);
  const two = planes(w, T, S, 2);
  const first = alphaPlane(w, T, S);
  const second = alphaPlane(
    w.map((value, i) => value - first.alpha[Math.floor(i / S)] * first.bits[i]),
    T,
    S,
  );
  assert.deepEqual([...two.bits], [...first.bits, ...second.bits]);
  const alpha = Float64Array.from({ length: 2 * T }, (_, i) => (i % 2 ? second : first).alpha[i >> 1]);
  assert.ok(errors[1] <= featureMapError(w, reconstruct({ ...two, alpha }, T, S), S));
});

test("planes give weights of two magnitudes exactly, and stay finite where a plane repeats", () => {
  const exact = Float64Array.of(3, -1, 1, -3);
  assert.ok(featureMapError(exact, reconstruct(planes(exact, 1, 4, 2), 1, 4), 4) < 1e-12);
  const flat = planes(Float64Array.of(1, 1, -1, -1), 1, 4, 3);
  assert.ok(flat.alpha.every(Number.isFinite));
  assert.ok(featureMapError(Float64Array.of(1, 1, -1, -1), reconstruct(flat, 1, 4), 4) < 1e-12);
});
