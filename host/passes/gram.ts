// Second moments of a layer's windows on calibration samples: the H of the solvers.

import { type Geometry, windowOutput } from "../graph/graph.ts";
import { matMul } from "../solve/matmul.ts";
import { mulberry32 } from "../solve/random.ts";

/** Windows of an image: count × height × width × channels float32 under a geometry, in the weights' kh, kw, c order. */
export interface Windows {
  shape: [height: number, width: number, channels: number];
  geometry: Geometry;
  count: number;
}

/** Means and moments about the mean over N windows; S = kh·kw·c. */
export interface Moments {
  /** N, the windows that were used. */
  columns: number;
  /** Mean of x, S numbers. */
  mean: Float64Array;
  /** (X − x̄)·(X − x̄)ᵀ / N, S × S. */
  gram: Float64Array;
  /** The same of the original network's windows at the same pixels, where they were given: S and S × S numbers. */
  original?: { mean: Float64Array; gram: Float64Array /** (X_orig − x̄_orig)·(X − x̄)ᵀ / N. */; cross: Float64Array };
}

export interface MomentOptions {
  seed: number;
  /** Most windows used; drawn evenly spread, one at random from each of as many equal stretches of pixels. */
  maxColumns?: number;
}

const MAX_COLUMNS = 200_000;
/** S²·N multiplications that a Gram matrix may take before fewer windows are used, but never fewer than 4·S. */
const MAX_PRODUCTS = 7e10;
/** Numbers of a chunk of windows: 8 MB. */
const CHUNK = 2 ** 21;

/** S: numbers a window. */
export function windowSize({ shape, geometry }: Windows): number {
  return geometry.kernel[0] * geometry.kernel[1] * shape[2];
}

/** Moments of the windows of `x`, and with `original`, which has the same shape, of both together. */
export async function windowMoments(
  x: Float32Array,
  windows: Windows,
  { seed, maxColumns = MAX_COLUMNS }: MomentOptions,
  original?: Float32Array,
): Promise<Moments> {
  const S = windowSize(windows);
  const most = Math.min(maxColumns, Math.max(4 * S, Math.floor(MAX_PRODUCTS / S ** 2)));
  const positions = choosePositions(windows, most, seed);
  const mean = meanWindow(x, windows, positions);
  const originalMean = original && meanWindow(original, windows, positions);
  const gram = new Float64Array(S * S);
  const cross = new Float64Array(original ? S * S : 0);
  const originalGram = new Float64Array(original ? S * S : 0);
  const rows = Math.max(1, Math.floor(CHUNK / S));
  for (let first = 0; first < positions.length; first += rows) {
    const chunk = positions.subarray(first, first + rows);
    const own = windowRows(x, windows, chunk, mean);
    await accumulate(gram, own, own, chunk.length, S);
    if (!original) continue;
    const other = windowRows(original, windows, chunk, originalMean);
    await accumulate(cross, other, own, chunk.length, S);
    await accumulate(originalGram, other, other, chunk.length, S);
  }
  for (const sums of [gram, cross, originalGram]) {
    for (let i = 0; i < sums.length; i++) sums[i] /= positions.length;
  }
  return {
    columns: positions.length,
    mean,
    gram,
    original: originalMean && { mean: originalMean, gram: originalGram, cross },
  };
}

/** sums += AᵀB for chunks of n windows, n × S each: float32 within a chunk, float64 across them. */
async function accumulate(sums: Float64Array, a: Float32Array, b: Float32Array, n: number, S: number): Promise<void> {
  const product = await matMul(a, b, S, n, S, true);
  for (let i = 0; i < sums.length; i++) sums[i] += product[i];
}

/** Output pixels, counted through samples, rows and columns: all of them, or `most` spread evenly with seeded jitter. */
export function choosePositions({ shape, geometry, count }: Windows, most: number, seed: number): Uint32Array {
  const [height, width] = windowOutput(shape, geometry);
  const total = count * height * width;
  if (total <= most) return Uint32Array.from({ length: total }, (_, i) => i);
  const random = mulberry32(seed);
  return Uint32Array.from({ length: most }, (_, i) => Math.floor(((i + random()) * total) / most));
}

/**
 * The windows at `positions` as rows, n × S: im2col, transposed. Pixels outside the image are 0. `shift` (S numbers)
 * is taken off each row.
 */
export function windowRows(
  x: Float32Array,
  { shape: [height, width, channels], geometry }: Windows,
  positions: Uint32Array,
  shift?: Float64Array,
): Float32Array {
  const { kernel, stride, dilation, padding } = geometry;
  const [outHeight, outWidth] = windowOutput([height, width, channels], geometry);
  const S = kernel[0] * kernel[1] * channels;
  const rows = new Float32Array(positions.length * S);
  for (let n = 0; n < positions.length; n++) {
    const sample = Math.floor(positions[n] / (outHeight * outWidth));
    const pixel = positions[n] % (outHeight * outWidth);
    const top = Math.floor(pixel / outWidth) * stride[0] - padding.top;
    const left = (pixel % outWidth) * stride[1] - padding.left;
    for (let i = 0, at = n * S; i < kernel[0]; i++) {
      for (let j = 0; j < kernel[1]; j++, at += channels) {
        const row = top + i * dilation[0];
        const column = left + j * dilation[1];
        if (row < 0 || row >= height || column < 0 || column >= width) continue;
        const from = ((sample * height + row) * width + column) * channels;
        for (let c = 0; c < channels; c++) rows[at + c] = x[from + c];
      }
    }
    if (shift) for (let s = 0; s < S; s++) rows[n * S + s] -= shift[s];
  }
  return rows;
}

function meanWindow(x: Float32Array, windows: Windows, positions: Uint32Array): Float64Array {
  const S = windowSize(windows);
  const mean = new Float64Array(S);
  const rows = Math.max(1, Math.floor(CHUNK / S));
  for (let first = 0; first < positions.length; first += rows) {
    const chunk = windowRows(x, windows, positions.subarray(first, first + rows));
    for (let at = 0; at < chunk.length; at += S) for (let s = 0; s < S; s++) mean[s] += chunk[at + s];
  }
  for (let s = 0; s < S; s++) mean[s] /= positions.length;
  return mean;
}
