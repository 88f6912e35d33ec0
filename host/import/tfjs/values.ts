// The graph as it grows from a TensorFlow.js model, and the values that its operations pass on.

import { type Code, HalfbitError } from "../../errors.ts";
import type { Layer, LayerBody, Tensor, TensorId } from "../../graph/graph.ts";
import { count, MAX_NUMBERS, type Numbers, show } from "../numbers.ts";
import { uniqueName } from "../tensorflow-names.ts";

/** dims: the shape that TensorFlow.js gives it; the numbers run in its order. */
export interface Constant {
  kind: "constant";
  dims: number[];
  data: Numbers;
}

/** A value computed from the network's input, whose batch is 1. */
export interface Activation {
  kind: "activation";
  tensor: TensorId;
  dims: number[];
}

export type Value = Constant | Activation;

export interface Draft {
  file: string;
  tensors: Tensor[];
  layers: Layer[];
  /** Of layers. */
  names: Set<string>;
}

/** What is being imported: a layer of Keras, or a node of a graph. */
export interface Operation {
  draft: Draft;
  /** How messages call it: 'node "conv" (Conv2D)'. */
  title: string;
  /** What its layers are called. */
  name: string;
}

export function failure(op: Operation, code: Code, what: string): HalfbitError {
  return new HalfbitError(code, `${op.draft.file}: ${op.title} ${what}`);
}

export const unsupported = (op: Operation, what: string) => failure(op, "E_UNSUPPORTED", what);

export const corrupt = (op: Operation, what: string) =>
  failure(op, "E_SOURCE_CORRUPT", `${what}; the model is damaged or was written wrongly`);

/** Height, width and channels of a value: its last three dimensions. All before them must be 1. */
export function imageShape(op: Operation, dims: readonly number[]): Tensor["shape"] {
  if (!dims.every((n) => Number.isInteger(n) && n >= 1)) throw unsupported(op, `has a value of ${show(dims)}`);
  if (count(dims) > MAX_NUMBERS) throw unsupported(op, `has a value of ${show(dims)}, too large for any device`);
  if (dims.slice(0, -3).some((n) => n !== 1)) {
    throw unsupported(op, `has a value of ${show(dims)}; halfbit takes batch 1 and at most height, width and channels`);
  }
  const [channels = 1, width = 1, height = 1] = dims.toReversed();
  return [height, width, channels];
}

/** The network's input. The batch may be unknown (null), and is 1. */
export function addInput(op: Operation, dims: readonly (number | null)[]): Activation {
  const [batch, ...rest] = dims;
  if (rest.includes(null) || (batch === null && rest.length === 0)) {
    const list = dims.map((n) => n ?? "?").join("×");
    throw unsupported(op, `has the shape ${list}; export the network with a fixed size`);
  }
  const fixed = dims.map((n) => n ?? 1);
  const tensor = op.draft.tensors.push({ name: op.name, shape: imageShape(op, fixed) }) - 1;
  return { kind: "activation", tensor, dims: fixed };
}

/** Appends a layer, whose output TensorFlow.js sees as dims. */
export function emit(op: Operation, body: LayerBody, inputs: readonly Activation[], dims: number[]): Activation {
  const { tensors, layers, names } = op.draft;
  const shape = imageShape(op, dims);
  const name = uniqueName(op.name, names);
  const output = tensors.push({ name, shape }) - 1;
  layers.push({ ...body, name, inputs: inputs.map(({ tensor }) => tensor), output });
  return { kind: "activation", tensor: output, dims };
}

/** The same operation for another of its layers. */
export function part(op: Operation, name: string): Operation {
  return { ...op, name: `${op.name}.${name}` };
}

export function shapeOf(op: Operation, value: Activation): Tensor["shape"] {
  return op.draft.tensors[value.tensor].shape;
}

/** 0 height, 1 width, 2 channels; negative for a dimension before them. A negative axis counts from the end. */
export function imageAxis(axis: number, rank: number): number {
  return (axis < 0 ? axis + rank : axis) - rank + 3;
}
