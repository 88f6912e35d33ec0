// The outputs that a layer should give on the calibration samples, seen from a prefix that is no longer exact.

import { execute } from "../../execute.ts";
import { type Conv2D, type FullyConnected, type Graph, size, type TensorId, windowOutput } from "../../graph/graph.ts";
import type { Samples } from "../../options.ts";
import { gramPositions, outputRows } from "../gram.ts";
import { type Windows, windowsOf } from "../windows.ts";
import { addAt, otherBranch } from "./other-branch.ts";

export interface Wanted {
  /** N pixels of the layer's output. */
  positions: Uint32Array;
  /** N × T: what the original network has there, without the bias; with the Add's other branch, where there is one. */
  rows: Float32Array;
  /** Variance of each of the layer's own T channels there. */
  variance: Float64Array;
  /** That branch. */
  other: TensorId | undefined;
}

/** By layer index; kept between calls for the same graph, samples, seed and steps. */
export type WantedCache = Map<number, Wanted>;

/** Bytes of wanted outputs for which the original network runs once, and of its activations on a chunk of samples. */
const GROUP_BYTES = 2 ** 27;
const CHUNK_BYTES = 2 ** 25;

/** A layer, and what has been found of it so far. */
interface Collected {
  index: number;
  layer: Conv2D | FullyConnected;
  windows: Windows;
  other: TensorId | undefined;
  positions: Uint32Array;
  rows: Float32Array;
  /** Positions whose rows are there. */
  done: number;
  /** Of the layer's own outputs, a channel. */
  sum: Float64Array;
  squares: Float64Array;
}

/**
 * What is wanted of layer indices[0], and of as many after it as keep within GROUP_BYTES. The original network runs on a
 * chunk of samples at a time: memory does not grow with their number.
 */
export async function wantedOutputs(
  graph: Graph,
  { data, count }: Samples,
  indices: readonly number[],
  { seed, residualTargets }: { seed: number; residualTargets: boolean },
): Promise<WantedCache> {
  const group: Collected[] = [];
  for (let bytes = 0; group.length < indices.length; ) {
    const index = indices[group.length];
    const layer = graph.layers[index] as Conv2D | FullyConnected;
    const T = layer.bias.length;
    const windows = windowsOf(graph, layer, count);
    const positions = gramPositions(windows, T, seed);
    bytes += 4 * positions.length * T;
    if (group.length > 0 && bytes > GROUP_BYTES) break;
    const other = residualTargets ? otherBranch(graph, index) : undefined;
    const [rows, sum, squares] = [new Float32Array(positions.length * T), new Float64Array(T), new Float64Array(T)];
    group.push({ index, layer, windows, other, positions, rows, done: 0, sum, squares });
  }
  const read = [
    ...new Set(group.flatMap(({ layer, other }) => [layer.inputs[0], ...(other === undefined ? [] : [other])])),
  ];
  const each = data.length / count;
  const chunk = Math.max(
    1,
    Math.floor(CHUNK_BYTES / (4 * read.reduce((sum, id) => sum + size(graph.tensors[id].shape), 0))),
  );
  for (let first = 0; first < count; first += chunk) {
    const end = Math.min(count, first + chunk);
    const values = await execute(graph, data.subarray(first * each, end * each), end - first, read);
    for (const collected of group) await collect(collected, values, first, end);
  }
  return new Map(
    group.map(({ index, positions, rows, other, sum, squares }) => {
      const N = positions.length;
      const variance = squares.map((x, t) => Math.max(0, x / N - (sum[t] / N) ** 2));
      return [index, { positions, rows, variance, other }];
    }),
  );
}

/** Adds the rows of samples first…end, of which `values` are the tensors. */
async function collect(to: Collected, values: ReadonlyMap<TensorId, Float32Array>, first: number, end: number) {
  const { layer, windows, other, positions, rows, sum, squares } = to;
  const T = sum.length;
  const [height, width] = windowOutput(windows.shape, windows.geometry);
  let until = to.done;
  while (until < positions.length && positions[until] < end * height * width) until++;
  const here = positions.subarray(to.done, until).map((position) => position - first * height * width);
  const own = await outputRows(values.get(layer.inputs[0])!, { ...windows, count: end - first }, here, layer.weights);
  for (let i = 0; i < own.length; i++) {
    sum[i % T] += own[i];
    squares[i % T] += own[i] ** 2;
  }
  if (other !== undefined) addAt(own, values.get(other)!, here, 1);
  rows.set(own, to.done * T);
  to.done = until;
}
