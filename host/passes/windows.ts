// The windows of a convolution's input as a matrix (im2col), all of them or a sample.

import { type Conv2D, type FullyConnected, type Geometry, type Graph, POINT, windowOutput } from "../graph/graph.ts";
import { mulberry32 } from "../solve/random.ts";

/** Windows of count images of height × width × channels float32 under a geometry, in the weights' kh, kw, c order. */
export interface Windows {
  shape: [height: number, width: number, channels: number];
  geometry: Geometry;
  count: number;
}

/** The windows a layer sees on `count` samples; a FullyConnected's is its whole input. */
export function windowsOf(graph: Graph, layer: Conv2D | FullyConnected, count: number): Windows {
  const shape = graph.tensors[layer.inputs[0]].shape;
  if (layer.kind === "Conv2D") return { shape, geometry: layer.geometry, count };
  return { shape: [1, 1, shape[0] * shape[1] * shape[2]], geometry: POINT, count };
}

/** S: numbers a window. */
export function windowSize({ shape, geometry }: Windows): number {
  return geometry.kernel[0] * geometry.kernel[1] * shape[2];
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
  shift?: Float32Array,
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
    for (let i = 0, s = 0; i < kernel[0]; i++) {
      for (let j = 0; j < kernel[1]; j++, s += channels) {
        const row = top + i * dilation[0];
        const column = left + j * dilation[1];
        const at = n * S + s;
        if (row < 0 || row >= height || column < 0 || column >= width) {
          for (let c = 0; shift && c < channels; c++) rows[at + c] = -shift[s + c];
          continue;
        }
        const from = ((sample * height + row) * width + column) * channels;
        if (shift) for (let c = 0; c < channels; c++) rows[at + c] = x[from + c] - shift[s + c];
        else for (let c = 0; c < channels; c++) rows[at + c] = x[from + c];
      }
    }
  }
  return rows;
}
