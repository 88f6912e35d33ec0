import * as layout from "../format/layout.ts";
import type { Kind, ProgramLayer } from "./program.ts";

/** Kinds of layer and their codes in the model file. */
export const KIND_CODES: Record<Kind, number> = {
  Conv2D: layout.KIND_CONV_2D,
  DepthwiseConv2D: layout.KIND_DEPTHWISE_CONV_2D,
  FullyConnected: layout.KIND_FULLY_CONNECTED,
  Add: layout.KIND_ADD,
  Mul: layout.KIND_MUL,
  Concat: layout.KIND_CONCAT,
  Pad: layout.KIND_PAD,
  AveragePool: layout.KIND_AVERAGE_POOL,
  MaxPool: layout.KIND_MAX_POOL,
  Mean: layout.KIND_MEAN,
  Softmax: layout.KIND_SOFTMAX,
  Lookup: layout.KIND_LOOKUP,
  SemiBinary: layout.KIND_SEMI_BINARY,
  BinaryPlanes: layout.KIND_BINARY_PLANES,
};

export const KIND_NAMES = new Map(Object.entries(KIND_CODES).map(([name, code]) => [code, name as Kind]));

/** Kinds whose finished pixels may have an Add fused into their store. */
export const FUSES_ADD: ReadonlySet<Kind> = new Set(["Conv2D", "DepthwiseConv2D", "SemiBinary", "BinaryPlanes"]);

/** Kinds whose weights are int8. */
export const OF_INT8: ReadonlySet<Kind> = new Set(["Conv2D", "DepthwiseConv2D", "FullyConnected"]);

/** Kinds whose weights are signs. */
export const OF_SIGNS: ReadonlySet<Kind> = new Set(["SemiBinary", "BinaryPlanes"]);

/** Indices of the tensors a layer reads. */
export function inputsOf(layer: ProgramLayer): number[] {
  if (layer.kind === "Concat") return [...layer.parameters.subarray(layout.CONCAT_INPUTS)];
  return layer.input2 < 0 ? [layer.input] : [layer.input, layer.input2];
}

/** How a layer's number arrays are stored: bytes an element, 0 where the kind has none. */
export function elementBytes(kind: Kind): { bias: 0 | 2 | 4; multipliers: 0 | 2 | 4; shifts: 0 | 1 | 2 } {
  switch (kind) {
    case "Conv2D":
    case "DepthwiseConv2D":
    case "FullyConnected":
      return { bias: 4, multipliers: 4, shifts: 1 };
    case "SemiBinary":
      return { bias: 2, multipliers: 2, shifts: 2 };
    case "BinaryPlanes":
      return { bias: 2, multipliers: 2, shifts: 0 };
    default:
      return { bias: 0, multipliers: 0, shifts: 0 };
  }
}
