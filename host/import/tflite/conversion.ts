// What every converter works on: the graph as it grows, and how source tensors map to its tensors.

import { type Code, HalfbitError } from "../../errors.ts";
import { type Activation, type Graph, type Layer, size, type Tensor, type TensorId } from "../../graph/graph.ts";
import { layerName, uniqueName } from "../tensorflow-names.ts";
import type { SourceModel, SourceOperator, SourceTensor } from "./model.ts";
import { ACTIVATIONS } from "./schema.ts";

export interface Conversion {
  readonly model: SourceModel;
  readonly tensors: Graph["tensors"];
  readonly layers: Layer[];
  /** Source tensor → graph tensor. Several source tensors share one where an operator changes nothing. */
  readonly ids: Map<number, TensorId>;
  /** Real values of constants that a DEQUANTIZE makes float. */
  readonly folded: Map<number, Float32Array>;
  /** Tensors that hold a shape computed from a shape: known here, so nothing reads them. */
  readonly shapes: Set<number>;
  readonly names: Set<string>;
}

export type Converter = (c: Conversion, op: SourceOperator) => void;

/** The error of one node: file, index, operator and output tensor, then what is wrong. */
export function nodeError(c: Conversion, op: SourceOperator, code: Code, what: string): HalfbitError {
  const output = c.model.tensors[op.outputs[0]];
  const at = output === undefined ? "" : ` → "${short(output.name)}"`;
  return new HalfbitError(code, `${c.model.file}: node ${op.index} (${op.name}${at}): ${what}`);
}

export const unsupported = (c: Conversion, op: SourceOperator, what: string) => nodeError(c, op, "E_UNSUPPORTED", what);

export const inconsistent = (c: Conversion, op: SourceOperator, what: string) =>
  nodeError(c, op, "E_SOURCE_CORRUPT", what);

function short(name: string): string {
  return name.length > 80 ? `${name.slice(0, 79)}…` : name;
}

/** Input i of the operator, which must be there. */
export function source(c: Conversion, op: SourceOperator, i: number): SourceTensor {
  const tensor = c.model.tensors[op.inputs[i] ?? -1];
  if (tensor === undefined) throw inconsistent(c, op, `operand ${i} is missing`);
  return tensor;
}

export function isConstant(c: Conversion, tensor: SourceTensor): boolean {
  return tensor.data !== undefined || c.folded.has(tensor.index);
}

/** Input i as a tensor of the graph: the network's input, or what an earlier layer computed. */
export function operand(c: Conversion, op: SourceOperator, i: number): TensorId {
  const tensor = source(c, op, i);
  const id = c.ids.get(tensor.index);
  if (id === undefined && isConstant(c, tensor)) throw unsupported(c, op, `operand ${i} is a constant`);
  if (id === undefined)
    throw inconsistent(c, op, `operand ${i}, "${short(tensor.name)}", is computed by no earlier node`);
  if (tensor.type === "UINT8" && op.name !== "QUANTIZE" && op.name !== "DEQUANTIZE") {
    throw unsupported(c, op, "uint8 activations are taken only at the input and output; quantise to int8");
  }
  return id;
}

/** A new tensor of the graph for source tensor `index`. uint8 is taken as int8: q − 128, zero point − 128. */
export function define(c: Conversion, op: SourceOperator | undefined, index: number): TensorId {
  const tensor = c.model.tensors[index];
  const where = op === undefined ? `${c.model.file}: input` : `${c.model.file}: node ${op.index} (${op.name}):`;
  const problem = (code: Code, what: string) => new HalfbitError(code, `${where} "${short(tensor.name)}" ${what}`);
  if (c.ids.has(index)) throw problem("E_SOURCE_CORRUPT", "is computed twice");
  if (tensor.unreadable !== undefined) throw problem("E_UNSUPPORTED", tensor.unreadable);
  const defined: Tensor = { name: tensor.name, shape: imageShape(tensor, problem) };
  if (tensor.type === "INT8" || tensor.type === "UINT8") {
    const q = tensor.quantisation;
    const offset = tensor.type === "UINT8" ? 128 : 0;
    if (q === undefined) throw problem("E_UNSUPPORTED", "is an integer tensor without a scale");
    if (q.scales.length !== 1) throw problem("E_UNSUPPORTED", "is an activation with a scale a channel");
    const zeroPoint = q.zeroPoints[0] - offset;
    if (!(zeroPoint >= -128 && zeroPoint <= 127))
      throw problem("E_SOURCE_CORRUPT", "has a zero point outside its type");
    defined.quantisation = { scale: q.scales[0], zeroPoint };
  } else if (tensor.type !== "FLOAT32") {
    throw problem("E_UNSUPPORTED", `is an activation of type ${tensor.type}; supported: FLOAT32, INT8`);
  }
  const id = c.tensors.push(defined) - 1;
  c.ids.set(index, id);
  return id;
}

/** Any rank, batch 1, as [height, width, channels]: the last three sizes, all before them 1. */
function imageShape(tensor: SourceTensor, problem: (code: Code, what: string) => HalfbitError): Tensor["shape"] {
  const { shape, signature } = tensor;
  const list = `[${shape.join(", ")}]`;
  if (signature.slice(1).includes(-1) || shape.some((n) => n <= 0)) {
    throw problem("E_UNSUPPORTED", `has a dynamic shape, ${list}; export with fixed sizes`);
  }
  if (shape.slice(0, -3).some((n) => n !== 1)) {
    throw problem("E_UNSUPPORTED", `has shape ${list}; halfbit takes batch 1 and at most height, width and channels`);
  }
  if (size(shape) > 2 ** 28) throw problem("E_TOO_LARGE", `has shape ${list}, more than 2^28 values`);
  const [channels = 1, width = 1, height = 1] = shape.toReversed();
  return [height, width, channels];
}

/** Axis of a source tensor (negative counts from the end) as 0 height, 1 width, 2 channels; negative: before those. */
export function imageAxis(axis: number, rank: number): number {
  return (axis < 0 ? axis + rank : axis) - rank + 3;
}

/** Name, inputs and a new output tensor; `expected` is the shape that the operator computes. */
export function layerBase(
  c: Conversion,
  op: SourceOperator,
  inputs: TensorId[],
  expected: readonly number[],
): { name: string; inputs: TensorId[]; output: TensorId } {
  const output = define(c, op, op.outputs[0]);
  const { shape, name } = c.tensors[output];
  if (shape.join() !== [...expected].join()) {
    throw inconsistent(
      c,
      op,
      `the output has shape [${shape.join(", ")}], the operator gives [${expected.join(", ")}]`,
    );
  }
  return { name: uniqueName(layerName(name, op.name), c.names), inputs, output };
}

/** A fused activation by its code. */
export function activation(c: Conversion, op: SourceOperator, code: number): Activation {
  const known: Record<string, Activation> = { NONE: "None", RELU: "Relu", RELU6: "Relu6" };
  const name = ACTIVATIONS[code];
  const found = known[name];
  if (found === undefined) {
    throw unsupported(c, op, `fused activation ${name ?? code}; supported: ${Object.keys(known).join(", ")}`);
  }
  return found;
}
