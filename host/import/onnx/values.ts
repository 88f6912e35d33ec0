import type { TensorId } from "../../graph/graph.ts";

/**
 * The numbers of a constant. Float32Array holds every floating type, Float64Array holds int64 (exact to 2^53),
 * the others are themselves; booleans are Uint8Array.
 */
export type Numbers = Float32Array | Float64Array | Int32Array | Int8Array | Uint8Array;

/** Where a constant came out of DequantizeLinear: real = scales[t]·values, t counted along `axis` (one scale: everywhere). */
export interface Dequantised {
  values: Int8Array | Int32Array;
  scales: Float64Array;
  axis: number;
  /** False where the source has zero points other than 0 (128 for uint8): then `values` lack them. */
  symmetric: boolean;
}

export interface Constant {
  kind: "constant";
  dims: number[];
  data: Numbers;
  dequantised?: Dequantised;
}

/** 0 height, 1 width, 2 channels. */
export type Axis = 0 | 1 | 2;

/** In which order ONNX walks a tensor that the graph keeps as [height, width, channels], outermost first. */
export type Order = readonly [Axis, Axis, Axis];
export const CHW: Order = [2, 0, 1];
export const HWC: Order = [0, 1, 2];

/**
 * A value computed from the network's input. Reshape and Transpose only change how ONNX sees it: `dims` is its ONNX
 * shape, `order` the ONNX order of its numbers; the graph's tensor stays NHWC.
 */
export interface Activation {
  kind: "activation";
  tensor: TensorId;
  dims: number[];
  order: Order;
}

export type Value = Constant | Activation;

/** More numbers than any model this compiler can lower; stops damaged files from asking for gigabytes. */
export const MAX_NUMBERS = 2 ** 28;

/** Bound for constants that a few bytes of the file can ask for (ConstantOfShape). */
export const MAX_FILLED = 2 ** 22;

/** Product of the dimensions; 1 for a scalar. */
export function count(dims: readonly number[]): number {
  return dims.reduce((product, n) => product * n, 1);
}

/** "1×3×32×32", for messages. */
export function show(dims: readonly number[]): string {
  return dims.length === 0 ? "a scalar" : dims.join("×");
}

/** A constant of int64 numbers; dims [] is a scalar. */
export function integers(data: ArrayLike<number>, dims: number[] = [data.length]): Constant {
  return { kind: "constant", dims, data: Float64Array.from(data) };
}

/** An empty array of the same type. */
export function alike<A extends Numbers>(data: A, length: number): A {
  const make = data.constructor as new (length: number) => A;
  return new make(length);
}

/** Row-major data of shape `dims` with its axes permuted: axis i of the result is axis permutation[i] of the source. */
export function transpose<A extends Numbers>(data: A, dims: readonly number[], permutation: readonly number[]): A {
  const strides = dims.map((_, i) => count(dims.slice(i + 1)));
  const shape = permutation.map((axis) => dims[axis]);
  const steps = permutation.map((axis) => strides[axis]);
  const out = alike(data, data.length);
  const at = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = data[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += steps[axis];
      if (++at[axis] < shape[axis]) break;
      from -= steps[axis] * shape[axis];
      at[axis] = 0;
    }
  }
  return out;
}
