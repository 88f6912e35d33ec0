import { packedRowBytes } from "../format/layout.ts";
import { windowRuns } from "../format/rows.ts";
import { OF_INT8 } from "./kinds.ts";
import type { ProgramLayer } from "./program.ts";

/** Packs `rows` rows of `columns` signs (±1), each row to whole bytes: bit s is 1 for +1, least significant first. */
export function packSigns(signs: ArrayLike<number>, rows: number, columns: number): Uint8Array {
  const rowBytes = packedRowBytes(columns);
  const packed = new Uint8Array(rows * rowBytes);
  for (let row = 0; row < rows; row++)
    for (let s = 0; s < columns; s++)
      if (signs[row * columns + s] > 0) packed[row * rowBytes + (s >> 3)] |= 1 << (s & 7);
  return packed;
}

/** The inverse of packSigns. */
export function unpackSigns(packed: Uint8Array, rows: number, columns: number): Int8Array {
  const rowBytes = packedRowBytes(columns);
  const signs = new Int8Array(rows * columns);
  for (let row = 0; row < rows; row++)
    for (let s = 0; s < columns; s++)
      signs[row * columns + s] = (packed[row * rowBytes + (s >> 3)] >> (s & 7)) & 1 ? 1 : -1;
  return signs;
}

/** Place of number n of a run of `numbers`, of channel t of T: pairs of numbers, of each the channels; then a last one. */
function inPairs(n: number, numbers: number, t: number, T: number): number {
  return (n | 1) < numbers ? ((n >> 1) * T + t) * 2 + (n & 1) : n * T + t;
}

/**
 * Where the model file has weight `at` of a layer's T · window int8 weights: one run of the window after another
 * (format/rows.ts), in groups those of a group's channels.
 */
function placeOf(layer: ProgramLayer, T: number, window: number): (at: number) => number {
  if (layer.kind === "DepthwiseConv2D") return (at) => inPairs(Math.floor(at / T), window, at % T, T);
  const [height, width] = layer.kernel;
  const runs = layer.kind === "Conv2D" ? windowRuns(height, width, layer.dilation[1], layer.groups) : 1;
  const numbers = window / runs;
  const perGroup = T / layer.groups;
  return (at) => {
    const t = Math.floor(at / window);
    const s = at % window;
    const run = Math.floor(t / perGroup) * runs + Math.floor(s / numbers);
    return run * numbers * perGroup + inPairs(s % numbers, numbers, t % perGroup, perGroup);
  };
}

/** The weights of a layer as they stand in the model file. */
export function packWeights(layer: ProgramLayer): Uint8Array {
  const { weights, bias } = layer;
  if (!OF_INT8.has(layer.kind)) return weights;
  const place = placeOf(layer, bias.length, weights.length / bias.length);
  const packed = new Uint8Array(weights.length);
  for (let at = 0; at < weights.length; at++) packed[place(at)] = weights[at];
  return packed;
}

/** The inverse, of T channels. */
export function unpackWeights(layer: ProgramLayer, packed: Uint8Array, T: number): Uint8Array {
  if (!OF_INT8.has(layer.kind)) return packed;
  const place = placeOf(layer, T, packed.length / T);
  return packed.map((_, at) => packed[place(at)]);
}
