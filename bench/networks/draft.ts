// A network being drawn up as ONNX nodes with seeded weights.

import { mulberry32, type Random } from "../../host/solve/random.ts";
import { type BuilderModel, type BuilderTensor, floats, node } from "../../tests/support/onnx-builder.ts";
import { spectralMatrix } from "./weights.ts";

export interface Draft {
  nodes: BuilderModel["nodes"];
  constants: Record<string, BuilderTensor>;
  random: Random;
}

/** A value of the network: its name and channels. */
export interface Value {
  name: string;
  channels: number;
}

export interface Window {
  kernel: number;
  stride?: number;
  padding?: number;
}

export function newDraft(seed: number): Draft {
  return { nodes: [], constants: {}, random: mulberry32(seed) };
}

/** Adds a node of one output, named as the node. */
export function add(draft: Draft, op: string, name: string, inputs: Value[], channels: number, attributes = {}): Value {
  draft.nodes.push(
    node(
      op,
      name,
      inputs.map((value) => value.name),
      attributes,
    ),
  );
  return { name, channels };
}

function constant(draft: Draft, name: string, tensor: BuilderTensor): Value {
  draft.constants[name] = tensor;
  return { name, channels: tensor.dims[0] };
}

const uniform = (count: number, low: number, high: number, random: Random) =>
  floats(
    [count],
    Float32Array.from({ length: count }, () => low + (high - low) * random()),
  );

function windowAttributes({ kernel, stride = 1, padding = 0 }: Window) {
  return { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [padding, padding, padding, padding] };
}

/**
 * Conv without bias, then BatchNormalization with γ in gamma ± 0.3 and β in ± 0.3. Its mean and variance are 0 and 1
 * until statistics.ts measures them.
 */
export function convNorm(draft: Draft, name: string, x: Value, T: number, window: Window, gamma = 1): Value {
  const { kernel } = window;
  const data = spectralMatrix(T, x.channels * kernel ** 2, 2, draft.random);
  const weights = constant(draft, `${name}.weight`, { dims: [T, x.channels, kernel, kernel], data });
  const y = add(draft, "Conv", name, [x, weights], T, windowAttributes(window));
  const numbers = [
    uniform(T, gamma - 0.3, gamma + 0.3, draft.random),
    uniform(T, -0.3, 0.3, draft.random),
    floats([T], new Float32Array(T)),
    floats([T], new Float32Array(T).fill(1)),
  ].map((tensor, i) => constant(draft, `${name}.bn.${["scale", "bias", "mean", "var"][i]}`, tensor));
  return add(draft, "BatchNormalization", `${name}.bn`, [y, ...numbers], T, { epsilon: { float: 1e-5 } });
}

export function relu(draft: Draft, x: Value): Value {
  return add(draft, "Relu", `${x.name}.relu`, [x], x.channels);
}

export function maxPool(draft: Draft, name: string, x: Value, window: Window): Value {
  return add(draft, "MaxPool", name, [x], x.channels, windowAttributes(window));
}

/** Gemm over x.channels numbers, with a small random bias. gain: of the weights (spectralMatrix). */
export function dense(draft: Draft, name: string, x: Value, T: number, gain: number): Value {
  const data = spectralMatrix(T, x.channels, gain, draft.random);
  const weights = constant(draft, `${name}.weight`, { dims: [T, x.channels], data });
  const bias = constant(draft, `${name}.bias`, uniform(T, -0.1, 0.1, draft.random));
  return add(draft, "Gemm", name, [x, weights, bias], T, { transB: 1 });
}
