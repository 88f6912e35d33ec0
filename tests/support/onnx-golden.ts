// The networks of tests/golden/onnx, and how ONNX's order of numbers maps to the graph's.

import { readFileSync } from "node:fs";

const folder = new URL("../golden/onnx/", import.meta.url);

export interface Golden {
  bytes: Uint8Array;
  input: number[];
  shape: number[];
  output: number[];
}

const expected = JSON.parse(readFileSync(new URL("expected.json", folder), "utf8")) as Record<
  string,
  Omit<Golden, "bytes">
>;

export const goldenNames: readonly string[] = Object.keys(expected);

export function golden(name: string): Golden {
  return { bytes: new Uint8Array(readFileSync(new URL(`${name}.onnx`, folder))), ...expected[name] };
}

/** x_i = ((7919·i + 13) mod 997) / 498.5 − 1, as tools/golden-onnx.py fills inputs, in ONNX's order. */
export function sample(dims: readonly number[]): Float32Array {
  const count = dims.reduce((a, b) => a * b, 1);
  return Float32Array.from({ length: count }, (_, i) => ((7919 * i + 13) % 997) / 498.5 - 1);
}

/** Numbers of an N×c×h×w image in the order h, w, c; anything that is no such image as it is. */
export function channelsLast(data: ArrayLike<number>, dims: readonly number[]): Float32Array {
  if (dims.length !== 4) return Float32Array.from(data);
  const [, c, h, w] = dims;
  return Float32Array.from({ length: c * h * w }, (_, i) => data[(i % c) * h * w + Math.floor(i / c)]);
}
