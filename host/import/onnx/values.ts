import type { TensorId } from "../../graph/graph.ts";
import type { Numbers } from "../numbers.ts";

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

/** Bound for constants that a few bytes of the file can ask for (ConstantOfShape). */
export const MAX_FILLED = 2 ** 22;

/** A constant of int64 numbers; dims [] is a scalar. */
export function integers(data: ArrayLike<number>, dims: number[] = [data.length]): Constant {
  return { kind: "constant", dims, data: Float64Array.from(data) };
}
