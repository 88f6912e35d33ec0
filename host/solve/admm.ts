// Both sign factors at once, by the alternating direction method of multipliers (design section 6 item 3).
// The splitting is that of Boyd et al., Distributed Optimization and Statistical Learning via ADMM, section 3: a real
// factor F, its projection Z to signs times scales of rank one, and the running sum Λ of what the projection changed.

import { transpose } from "../tfjs/layers.ts";
import { cholesky, inverseCholesky } from "./cholesky.ts";
import { eigen } from "./eigen.ts";
import { matMul } from "./matmul.ts";
import { power } from "./portable.ts";
import type { Random } from "./random.ts";
import { signOf } from "./rank-one.ts";
import { remembered } from "./remember.ts";

export interface Shape {
  T: number;
  S: number;
  K: number;
}

/** H, mixed with the identity, its eigenvalues, and its eigenvectors as columns (q) and as rows (qt). */
interface Metric {
  /** S × S, or the S numbers of a diagonal one, which are its eigenvalues, and no vectors are needed. */
  h: Float32Array;
  values: Float64Array;
  vectors?: { q: Float32Array; qt: Float32Array };
}

interface Factor {
  z: Float32Array;
  dual: Float32Array;
}

/** Steps of a factor before it is the other's turn; 1 and 3 did worse on ResNet-8 at equal time. */
export const INNER = 2;
/** Share of the identity in H: flat directions of a Gram matrix of samples are not to be trusted. */
const BLEND = 0.2;
/** ρ of a first step rises as the cube of the time from here to 1, that of the others is 1. Below, more rounds do harm. */
const FIRST_RHO = 0.1;

/**
 * Signs U (T × K) and V (K × S) with W ≈ diag(r)·U·diag(d)·V under H for some r and d, which polish.ts fits.
 * w: T × S; h: S × S, or the S numbers of a diagonal one. `rounds` times V is solved given U, then U given V.
 */
export async function admm(
  w: Float32Array,
  h: Float32Array,
  shape: Shape,
  rounds: number,
  random: Random,
): Promise<{ u: Int8Array; v: Int8Array }> {
  const { T, S, K } = shape;
  const metric = h.length === S ? diagonal(h) : full(h);
  const wh = await timesMetric(w, metric.h, T, S);
  const U: Factor = { z: Float32Array.from({ length: T * K }, () => random() - 0.5), dual: new Float32Array(T * K) };
  const V: Factor = { z: new Float32Array(K * S), dual: new Float32Array(K * S) };
  for (let round = 0; round < rounds; round++) {
    const rho = Math.max(FIRST_RHO, power((round + 1) / rounds, 3));
    await solveV(V, U.z, wh, metric, shape, rho);
    await solveU(U, V.z, wh, metric, shape, rho);
  }
  const signs = ({ z }: Factor) => new Int8Array(z.map(signOf));
  return { u: signs(U), v: signs(V) };
}

/** H with mean diagonal 1, so that ρ means the same for every layer. stride: from one of its S diagonal entries to the next. */
function mixed(h: Float32Array, S: number, stride: number): Float32Array {
  let trace = 0;
  for (let s = 0; s < S; s++) trace += h[s * stride];
  const scale = trace > 0 ? ((1 - BLEND) * S) / trace : 0;
  return h.map((x, i) => scale * x + (i % stride === 0 ? BLEND : 0));
}

function diagonal(numbers: Float32Array): Metric {
  const h = mixed(numbers, numbers.length, 1);
  return { h, values: new Float64Array(h) };
}

const full = remembered((gram: Float32Array): Metric => {
  const S = Math.sqrt(gram.length);
  const h = mixed(gram, S, S + 1);
  const { values, vectors } = eigen(h, S);
  const qt = new Float32Array(vectors);
  return { h, values, vectors: { q: transpose(qt, S, S), qt } };
});

/** A·H, rows × S, h being S × S, or the S numbers of a diagonal one. */
export async function timesMetric(a: Float32Array, h: Float32Array, rows: number, S: number): Promise<Float32Array> {
  return h.length > S ? matMul(a, h, rows, S, S) : a.map((x, i) => x * h[i % S]);
}

/**
 * V given G = diag(r)·U·diag(d): (GᵀG)·F·H + ρF = GᵀWH + ρN with N = Z − Λ. The columns of G are scaled to length 1 and
 * the rows of F by as much. With GᵀG = Bᵀ·diag(σ)·B (B has n = min(T, K) orthonormal rows) and H = Q·diag(l)·Qᵀ,
 *   F = N + Bᵀ·X·Qᵀ, X[i, s] = ((B·GᵀWH·Q)[i, s] − σ_i·l_s·(B·N·Q)[i, s]) / (σ_i·l_s + ρ).
 */
async function solveV(V: Factor, g: Float32Array, wh: Float32Array, metric: Metric, shape: Shape, rho: number) {
  const { T, S, K } = shape;
  const lengths = new Float32Array(K);
  for (let i = 0; i < g.length; i++) lengths[i % K] += g[i] ** 2;
  for (let k = 0; k < K; k++) lengths[k] = lengthOf(lengths[k]);
  const scaled = g.map((x, i) => x / lengths[i % K]);
  rescale(V, lengths, S, "rows", "times");
  const { basis, sigma } = await rowSpace(scaled, T, K);
  const n = sigma.length;
  const back = transpose(basis, n, K);
  const { values, vectors } = metric;
  const toEigen = async (a: Float32Array) => {
    const projected = await matMul(basis, a, n, K, S);
    return vectors ? matMul(projected, vectors.q, n, S, S) : projected;
  };
  const target = await toEigen(await matMul(scaled, wh, K, T, S, true));
  for (let step = 0; step < INNER; step++) {
    const weight = step === 0 ? rho : 1;
    const near = V.z.map((x, i) => x - V.dual[i]);
    const x = await toEigen(near);
    for (let i = 0, at = 0; i < n; i++) {
      for (let s = 0; s < S; s++, at++) {
        const curvature = sigma[i] * values[s];
        x[at] = (target[at] - curvature * x[at]) / (curvature + weight);
      }
    }
    const move = await matMul(back, vectors ? await matMul(x, vectors.qt, n, S, S) : x, K, n, S);
    for (let i = 0; i < near.length; i++) V.dual[i] += near[i] + move[i]; // F + Λ
    projectRows(V, S);
  }
  rescale(V, lengths, S, "rows", "over");
}

/** Z and Λ, rows of `width`, times the lengths of their rows or columns, or over them. */
function rescale(
  { z, dual }: Factor,
  lengths: Float32Array,
  width: number,
  of: "rows" | "columns",
  by: "times" | "over",
): void {
  for (let row = 0, i = 0; i < z.length; row++) {
    for (let column = 0; column < width; column++, i++) {
      const length = lengths[of === "rows" ? row : column];
      z[i] = by === "times" ? z[i] * length : z[i] / length;
      dual[i] = by === "times" ? dual[i] * length : dual[i] / length;
    }
  }
}

/** Orthonormal rows that span those of G, and the eigenvalues of GᵀG to them: n = min(T, K) of both. */
async function rowSpace(g: Float32Array, T: number, K: number): Promise<{ basis: Float32Array; sigma: Float64Array }> {
  if (K <= T) {
    const { values, vectors } = eigen(await matMul(g, g, K, T, K, true), K);
    return { basis: new Float32Array(vectors), sigma: values.map((x) => Math.max(0, x)) };
  }
  const { values, vectors } = eigen(await matMul(g, g, T, K, T, false, true), T);
  const basis = await matMul(new Float32Array(vectors), g, T, T, K); // aᵀ·G = √σ·bᵀ
  const sigma = values.map((x) => Math.max(0, x));
  for (let i = 0; i < basis.length; i++) {
    const length = Math.sqrt(sigma[Math.floor(i / K)]);
    basis[i] = length > 1e-4 ? basis[i] / length : 0;
  }
  return { basis, sigma };
}

/** Z = signs of F + Λ times the mean magnitude of the row; Λ keeps the difference. dual holds F + Λ before. */
function projectRows({ z, dual }: Factor, S: number): void {
  for (let from = 0; from < z.length; from += S) {
    let sum = 0;
    for (let i = from; i < from + S; i++) sum += Math.abs(dual[i]);
    for (let i = from; i < from + S; i++) {
      z[i] = dual[i] < 0 ? -sum / S : sum / S;
      dual[i] -= z[i];
    }
  }
}

/**
 * diag(r)·U·diag(d) given B = diag(e)·V: F·(B·H·Bᵀ + ρI) = W·H·Bᵀ + ρ(Z − Λ), the rows of B scaled to length 1 under H and
 * the columns of F by as much.
 */
async function solveU(U: Factor, b: Float32Array, wh: Float32Array, metric: Metric, shape: Shape, rho: number) {
  const { T, S, K } = shape;
  const energy = await matMul(await timesMetric(b, metric.h, K, S), b, K, S, K, false, true);
  const lengths = Float32Array.from({ length: K }, (_, k) => lengthOf(energy[k * K + k]));
  const scaled = new Float32Array(K * K);
  for (let j = 0, at = 0; j < K; j++)
    for (let k = 0; k < K; k++, at++) scaled[at] = energy[at] / (lengths[k] * lengths[j]);
  const target = (await matMul(wh, b, T, S, K, false, true)).map((x, i) => x / lengths[i % K]);
  rescale(U, lengths, K, "columns", "times");
  for (let step = 0; step < INNER; step++) {
    const weight = step === 0 ? rho : 1;
    const right = target.map((x, i) => x + weight * (U.z[i] - U.dual[i]));
    const f = await matMul(right, inverse(scaled, K, weight), T, K, K);
    for (let i = 0; i < f.length; i++) U.dual[i] += f[i];
    projectRankOne(U, T, K);
  }
  rescale(U, lengths, K, "columns", "over");
}

/** From its square; a term that has all but vanished is left as it is, because float32 has no digits to scale it by. */
function lengthOf(square: number): number {
  return square > 1e-12 ? Math.sqrt(square) : 1;
}

/** (A + ρI)⁻¹ */
function inverse(a: Float32Array, n: number, rho: number): Float32Array {
  const shifted = new Float64Array(a);
  for (let i = 0; i < shifted.length; i += n + 1) shifted[i] += rho;
  return new Float32Array(inverseCholesky(cholesky(shifted, n)!, n));
}

/** Z = signs of F + Λ times the best rows·columnsᵀ for the magnitudes, by power iteration; Λ keeps the difference. */
function projectRankOne({ z, dual }: Factor, T: number, K: number): void {
  const rows = new Float64Array(T);
  const columns = new Float64Array(K).fill(1);
  for (let round = 0; round < 3; round++) {
    weightedSums(dual, columns, rows, K, false);
    weightedSums(dual, rows, columns, K, true);
  }
  for (let t = 0, i = 0; t < T; t++) {
    for (let k = 0; k < K; k++, i++) {
      const magnitude = rows[t] * columns[k];
      z[i] = dual[i] < 0 ? -magnitude : magnitude;
      dual[i] -= z[i];
    }
  }
}

/** out = |F|·weights / |weights|² (its transpose: |F|ᵀ·weights / |weights|²). */
function weightedSums(f: Float32Array, weights: Float64Array, out: Float64Array, K: number, transposed: boolean): void {
  let energy = 0;
  for (const x of weights) energy += x * x;
  out.fill(0);
  for (let row = 0, i = 0; i < f.length; row++) {
    for (let k = 0; k < K; k++, i++) {
      if (transposed) out[k] += Math.abs(f[i]) * weights[row];
      else out[row] += Math.abs(f[i]) * weights[k];
    }
  }
  if (energy > 0) for (let i = 0; i < out.length; i++) out[i] /= energy;
}
