// Shorthand for small TFLite networks.

import { type BuilderTensor, buildTflite } from "./tflite-builder.ts";

/** A network of one operator: x (index 0) → y (index 1), further operands from index 2. */
export function single(
  op: string,
  x: BuilderTensor,
  y: BuilderTensor,
  rest: BuilderTensor[],
  options = {},
): Uint8Array {
  const operands = rest.map((_, i) => i + 2);
  return buildTflite({
    tensors: [{ name: "x", ...x }, { name: "y", ...y }, ...rest],
    operators: [{ name: op, inputs: [0, ...operands], outputs: [1], options }],
    inputs: [0],
    outputs: [1],
  });
}

export const floats = (...values: number[]): Float32Array => Float32Array.from(values);
export const ints = (...values: number[]): Int32Array => Int32Array.from(values);
export const shape = (...sizes: number[]): BuilderTensor => ({ shape: sizes });
export const int8 = (sizes: number[], scale: number, zeroPoint: number, name?: string): BuilderTensor => ({
  shape: sizes,
  type: "INT8",
  scale: [scale],
  zeroPoint: [zeroPoint],
  ...(name && { name }),
});
export const indexList = (...values: number[]): BuilderTensor => ({
  shape: [values.length],
  type: "INT32",
  data: ints(...values),
});
