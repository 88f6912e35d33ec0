// Second moments of a layer's windows on calibration samples: the H of the solvers, and what they aim at.

import { matMul } from "../solve/matmul.ts";
import { choosePositions, type Windows, windowRows, windowSize } from "./windows.ts";

/** Means, and moments about the mean, over N windows x (S numbers) and the outputs y (T numbers) wanted there. */
export interface Moments {
  /** N. */
  columns: number;
  /** x̄, S numbers. */
  mean: Float64Array;
  /** (X − x̄)·(X − x̄)ᵀ / N, S × S. */
  gram: Float64Array;
  output: {
    /** ȳ, T numbers. */
    mean: Float64Array;
    /** (Y − ȳ)·(X − x̄)ᵀ / N, T × S. */
    cross: Float64Array;
    /** Σ_t of the variance of y_t. */
    energy: number;
  };
}

/** y = W·x_orig: dense weights, T × S, on the activations of the original network, shaped as those of x. */
export interface Wanted {
  weights: Float32Array;
  original: Float32Array;
}

/** Most windows used; drawn evenly spread, one at random from each of as many equal stretches of pixels. */
const MAX_COLUMNS = 200_000;
/** S²·N multiplications that a Gram matrix may take before fewer windows are used, but never fewer than 4·S. */
const MAX_PRODUCTS = 7e10;
/** Numbers of a chunk of windows (8 MB), and most windows of one: its sums are float32 (host/solve/matmul.ts). */
const CHUNK = 2 ** 21;
const CHUNK_WINDOWS = 2 ** 14;

/** Moments of the windows of `x`, count × height × width × channels. Memory: a few chunks and S × S. */
export async function windowMoments(
  x: Float32Array,
  windows: Windows,
  { weights, original }: Wanted,
  { seed }: { seed: number },
): Promise<Moments> {
  const S = windowSize(windows);
  const T = weights.length / S;
  const most = Math.min(MAX_COLUMNS, Math.max(4 * S, Math.floor(MAX_PRODUCTS / S ** 2)));
  const positions = choosePositions(windows, most, seed);
  const N = positions.length;
  const mean = meanWindow(x, windows, positions);
  const originalMean = original === x ? mean : meanWindow(original, windows, positions);
  const gram = new Float64Array(S * S);
  const cross = new Float64Array(T * S);
  let energy = 0;
  for (const chunk of chunks(positions, S)) {
    const n = chunk.length;
    const own = windowRows(x, windows, chunk, mean);
    const before = original === x ? own : windowRows(original, windows, chunk, originalMean);
    const y = await matMul(before, weights, n, S, T, false, true);
    addTo(gram, await matMul(own, own, S, n, S, true), N);
    addTo(cross, await matMul(y, own, T, n, S, true), N);
    for (const value of y) energy += value ** 2 / N;
  }
  const outputMean = Float64Array.from({ length: T }, (_, t) => {
    let sum = 0;
    for (let s = 0; s < S; s++) sum += weights[t * S + s] * originalMean[s];
    return sum;
  });
  return { columns: N, mean, gram, output: { mean: outputMean, cross, energy } };
}

/** Sums of a chunk are float32, those across chunks float64. */
function addTo(mean: Float64Array, sums: Float32Array, count: number): void {
  for (let i = 0; i < mean.length; i++) mean[i] += sums[i] / count;
}

function chunks(positions: Uint32Array, S: number): Uint32Array[] {
  const rows = Math.min(CHUNK_WINDOWS, Math.max(1, Math.floor(CHUNK / S)));
  return Array.from({ length: Math.ceil(positions.length / rows) }, (_, i) =>
    positions.subarray(i * rows, (i + 1) * rows),
  );
}

function meanWindow(x: Float32Array, windows: Windows, positions: Uint32Array): Float64Array {
  const S = windowSize(windows);
  const sum = new Float64Array(S);
  for (const chunk of chunks(positions, S)) {
    const rows = windowRows(x, windows, chunk);
    for (let at = 0; at < rows.length; at += S) for (let s = 0; s < S; s++) sum[s] += rows[at + s];
  }
  return sum.map((value) => value / positions.length);
}
