// Second moments of a layer's windows on calibration samples: the H of the solvers, and what they aim at.

import { matMul, selfProduct } from "../solve/matmul.ts";
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
    /** Variance of every y_t. */
    variance: Float64Array;
  };
}

/** Most windows used; drawn evenly spread, one at random from each of as many equal stretches of pixels. */
const MAX_COLUMNS = 2 ** 16;
/** S²·N multiplications that a Gram matrix may take, and N·T numbers of wanted outputs (128 MB), but never N < 4·S. */
const MAX_PRODUCTS = 1e10;
const MAX_OUTPUTS = 2 ** 25;
/** Numbers of a chunk of windows (8 MB), and most windows of one: its sums are float32 (host/solve/matmul.ts). */
const CHUNK = 2 ** 21;
const CHUNK_WINDOWS = 2 ** 14;
/** Windows that give the mean about which the sums are taken. */
const MEAN_WINDOWS = 512;

/** The pixels of output on which a layer of T channels is judged. The same for the same seed. */
export function gramPositions(windows: Windows, T: number, seed: number): Uint32Array {
  const S = windowSize(windows);
  const affordable = Math.floor(Math.min(MAX_PRODUCTS / S ** 2, MAX_OUTPUTS / T));
  return choosePositions(windows, Math.min(MAX_COLUMNS, Math.max(4 * S, affordable)), seed);
}

/** W·x for the windows x of an input at `positions`: N × T. weights: T × S. */
export async function outputRows(
  x: Float32Array,
  windows: Windows,
  positions: Uint32Array,
  weights: Float32Array,
): Promise<Float32Array> {
  const S = windowSize(windows);
  const T = weights.length / S;
  const rows = new Float32Array(positions.length * T);
  let done = 0;
  for (const chunk of chunks(positions, S)) {
    const y = await matMul(windowRows(x, windows, chunk), weights, chunk.length, S, T, false, true);
    rows.set(y, done * T);
    done += chunk.length;
  }
  return rows;
}

/** Moments of the windows of `x`, the wanted outputs being W·x_orig: weights T × S, original shaped as x. */
export async function windowMoments(
  x: Float32Array,
  windows: Windows,
  { weights, original }: { weights: Float32Array; original: Float32Array },
  { seed }: { seed: number },
): Promise<Moments> {
  const positions = gramPositions(windows, weights.length / windowSize(windows), seed);
  return momentsAt(x, windows, positions, await outputRows(original, windows, positions, weights));
}

/**
 * Moments of the windows of `x`, count × height × width × channels, at `positions`, and of the outputs wanted there
 * (N × T). Memory: a few chunks and S × S.
 */
export async function momentsAt(
  x: Float32Array,
  windows: Windows,
  positions: Uint32Array,
  wanted: Float32Array,
): Promise<Moments> {
  const S = windowSize(windows);
  const N = positions.length;
  const T = wanted.length / N;
  // About a mean of some windows; the squares that float32 sums would lose beside a large mean are gone with most of it.
  const first = meanWindow(x, windows, positions);
  const shift = new Float64Array(S);
  const outputMean = columnMeans(wanted, T);
  const gram = new Float64Array(S * S);
  const cross = new Float64Array(T * S);
  const variance = new Float64Array(T);
  let done = 0;
  for (const chunk of chunks(positions, S)) {
    const n = chunk.length;
    const own = windowRows(x, windows, chunk, first);
    const y = new Float32Array(n * (T + 1)).fill(1); // a column of ones, for the sum of the windows
    for (let i = 0, at = 0, from = done * T; i < n; i++, at++) {
      for (let t = 0; t < T; t++, at++, from++) {
        y[at] = wanted[from] - outputMean[t];
        variance[t] += y[at] ** 2;
      }
    }
    addTo(gram, await selfProduct(own, n, S), N);
    const products = await matMul(y, own, T + 1, n, S, true);
    addTo(cross, products.subarray(0, T * S), N);
    addTo(shift, products.subarray(T * S), N);
    done += n;
  }
  for (let t = 0; t < T; t++) variance[t] /= N;
  for (let i = 0, at = 0; i < S; i++) for (let j = 0; j < S; j++, at++) gram[at] -= shift[i] * shift[j];
  const mean = shift.map((value, s) => first[s] + value);
  return { columns: N, mean, gram, output: { mean: outputMean, cross, variance } };
}

/** The same moments about 0: what a solver sees that does not know that a bias follows. */
export function aboutZero({ columns, mean, gram, output }: Moments): Moments {
  const S = mean.length;
  const rank = (a: Float64Array, sums: Float64Array) => a.map((x, i) => x + sums[Math.floor(i / S)] * mean[i % S]);
  return {
    columns,
    mean: new Float64Array(S),
    gram: rank(gram, mean),
    output: {
      mean: new Float64Array(output.mean.length),
      cross: rank(output.cross, output.mean),
      variance: output.variance.map((x, t) => x + output.mean[t] ** 2),
    },
  };
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

/** Mean of the windows at some of the positions. */
function meanWindow(x: Float32Array, windows: Windows, positions: Uint32Array): Float32Array {
  const S = windowSize(windows);
  const step = Math.ceil(positions.length / MEAN_WINDOWS);
  const some = positions.filter((_, i) => i % step === 0);
  const sum = new Float64Array(S);
  const rows = windowRows(x, windows, some);
  for (let at = 0; at < rows.length; at += S) for (let s = 0; s < S; s++) sum[s] += rows[at + s];
  return new Float32Array(sum.map((value) => value / some.length));
}

function columnMeans(rows: Float32Array, T: number): Float64Array {
  const sum = new Float64Array(T);
  for (let at = 0; at < rows.length; at += T) for (let t = 0; t < T; t++) sum[t] += rows[at + t];
  return sum.map((value) => value / (rows.length / T));
}
