// Coordinate descent over the signs of a semi-binary approximation, with or without heat.

import type { SemiBinaryWeights } from "../graph/graph.ts";
import type { Shape } from "./admm.ts";
import { matMul } from "./matmul.ts";
import type { Random } from "./random.ts";
import type { Inner } from "./scales.ts";

export interface Heat {
  /** 0: only flips that lower the error, until there are none; else one sweep that also takes some that raise it. */
  heat: number;
  random: Random;
}

/** As in flips.ts: a bound for where rounding makes two choices equal. */
const MAX_SWEEPS = 64;
/** Gains below this share of a flip's own curvature are rounding: slopes are float32 products. */
const TIE = 1e-6;
/** Rows of V whose slopes are computed at once; what flips in one is added to those behind it in plain JavaScript. */
const BLOCK = 32;

/**
 * What a flip may cost: about exponential with mean 1, as in Metropolis' rule, but rational (1/x − 1 of uniform x has the
 * right head and is cut where its tail gets too long), because Math.log need not be the same on every engine.
 */
function tolerance({ heat, random }: Heat): number {
  return heat > 0 ? heat * Math.min(4, 1 / (1 - random()) - 1) : 0;
}

/**
 * Flips signs of U, in place. For row t the error is r²·uᵀ(DCD)u − 2r·uᵀDp; with half its slope
 * g = r·DCD·u − D·p, a flip of u_k changes it by 4r·(r·(DCD)_kk − u_k·g_k).
 */
export async function flipU(
  { u, d, r }: SemiBinaryWeights,
  { c, p }: Inner,
  { T, K }: Shape,
  hot: Heat,
): Promise<void> {
  const curve = c.map((x, i) => x * d[i % K] * d[Math.floor(i / K)]);
  const curved = await matMul(new Float32Array(u), curve, T, K, K);
  const sweeps = hot.heat > 0 ? 1 : MAX_SWEEPS;
  for (let t = 0; t < T; t++) {
    const signs = u.subarray(t * K, (t + 1) * K);
    const slope = curved.subarray(t * K, (t + 1) * K);
    const scale = r[t];
    for (let k = 0; k < K; k++) slope[k] = scale * slope[k] - d[k] * p[t * K + k];
    for (let sweep = 0, flipped = true; flipped && sweep < sweeps; sweep++) {
      flipped = false;
      for (let k = 0; k < K; k++) {
        const sign = signs[k];
        const own = scale * curve[k * K + k];
        if (4 * scale * ((1 + TIE) * own - sign * slope[k]) >= tolerance(hot)) continue;
        signs[k] = -sign;
        const change = -2 * sign * scale;
        for (let j = 0, at = k * K; j < K; j++) slope[j] += change * curve[at + j];
        flipped = true;
      }
    }
  }
}

export interface Weighted {
  /** H, S × S, or the S numbers of a diagonal one. */
  h: Float32Array;
  /** W·H, T × S. */
  wh: Float32Array;
  /** V·H, K × S. */
  vh: Float32Array;
}

/**
 * Flips signs of V, in place, and keeps vh = V·H; returns how many. With G = diag(r)·U·diag(d), M = GᵀG and row k of
 * half the slope g = M·V·H − GᵀWH, a flip of V_ks changes the error by 4·(M_kk·H_ss − V_ks·g_s).
 * K·(K + T)·S multiplications, and a row of H a flip.
 */
export async function flipV(
  { u, d, v, r }: SemiBinaryWeights,
  { h, wh, vh }: Weighted,
  { T, S, K }: Shape,
  hot: Heat,
): Promise<number> {
  const g = new Float32Array(u).map((sign, i) => sign * d[i % K] * r[Math.floor(i / K)]);
  const m = await matMul(g, g, K, T, K, true);
  const target = await matMul(g, wh, K, T, S, true);
  let flips = 0;
  for (let first = 0; first < K; first += BLOCK) {
    const count = Math.min(BLOCK, K - first);
    const slopes = await matMul(m.subarray(first * K, (first + count) * K), vh, count, K, S);
    const moves = new Float32Array(count * S); // of the rows of vh
    const moved: number[] = [];
    for (let i = 0; i < count; i++) {
      const k = first + i;
      const slope = slopes.subarray(i * S, (i + 1) * S);
      const move = moves.subarray(i * S, (i + 1) * S);
      for (let s = 0, at = k * S; s < S; s++) slope[s] -= target[at + s];
      for (const j of moved) addMultiple(slope, m[k * K + first + j], moves, j * S);
      const done = flipRow(v.subarray(k * S, (k + 1) * S), h, slope, move, m[k * K + k], hot);
      if (done === 0) continue;
      for (let s = 0, at = k * S; s < S; s++) vh[at + s] += move[s];
      moved.push(i);
      flips += done;
    }
  }
  return flips;
}

/** Flips of one row; slope: half the slope at the start, weight: M_kk, move: becomes the change of the signs times H. */
function flipRow(
  signs: Int8Array,
  h: Float32Array,
  slope: Float32Array,
  move: Float32Array,
  weight: number,
  hot: Heat,
): number {
  const S = signs.length;
  const full = h.length > S;
  const sweeps = hot.heat > 0 ? 1 : MAX_SWEEPS;
  let flips = 0;
  for (let sweep = 0, flipped = true; flipped && sweep < sweeps; sweep++) {
    flipped = false;
    for (let s = 0; s < S; s++) {
      const sign = signs[s];
      const own = weight * h[full ? s * S + s : s];
      if (4 * ((1 + TIE) * own - sign * (slope[s] + weight * move[s])) >= tolerance(hot)) continue;
      signs[s] = -sign;
      if (full) addMultiple(move, -2 * sign, h, s * S);
      else move[s] -= 2 * sign * h[s];
      flipped = true;
      flips++;
    }
  }
  return flips;
}

/** row += factor·(as many numbers of a, from `at`) */
function addMultiple(row: Float32Array, factor: number, a: Float32Array, at: number): void {
  for (let j = 0; j < row.length; j++) row[j] += factor * a[at + j];
}
