// The layers of Keras that are supported, by their class, as TensorFlow.js configures them.

import type { Geometry } from "../../graph/graph.ts";
import {
  convolve,
  convolveDepthwise,
  dense,
  type Pair,
  type PoolKind,
  pool,
  poolWhole,
  type Window,
} from "./convolution.ts";
import { ACTIVATIONS, affineAll, arithmetic, clip, normalise, relu, softmax } from "./elementwise.ts";
import type { Json } from "./model.ts";
import { concatenate, pad, reshape } from "./shape.ts";
import { type Activation, type Constant, type Operation, part, unsupported } from "./values.ts";

/** One layer, applied to its inputs. */
export interface LayerCall extends Operation {
  /** Its class. */
  kind: string;
  inputs: Activation[];
  /** Every setting, in camel case. */
  config: Json;
  weights: Constant[];
  /** The output's shape, with batch 1; −1 for what a Reshape leaves open. */
  dims: number[];
}

type Importer = (call: LayerCall) => Activation;

const convolution: Importer = (call) => {
  const [filter, bias] = call.weights;
  return activated(call, convolve(call, call.inputs[0], filter, bias, windowOf(call)));
};

const depthwise: Importer = (call) => {
  const [filter, bias] = call.weights;
  return activated(call, convolveDepthwise(call, call.inputs[0], filter, bias, windowOf(call)));
};

const POINTWISE: Window = { strides: [1, 1], dilations: [1, 1], padding: "valid" };

const separable: Importer = (call) => {
  const [filter, matrix, bias] = call.weights;
  const between = convolveDepthwise(part(call, "depthwise"), call.inputs[0], filter, undefined, windowOf(call));
  return activated(call, convolve(part(call, "pointwise"), between, matrix, bias, POINTWISE));
};

const fullyConnected: Importer = (call) => {
  const [matrix, bias] = call.weights;
  return activated(call, dense(call, call.inputs[0], matrix, bias));
};

/** Weights: γ and β where the layer has them, then mean and variance. */
const batchNormalization: Importer = (call) => {
  const { config, weights } = call;
  const left = [...weights];
  const gamma = config.scale === false ? undefined : left.shift();
  const beta = config.center === false ? undefined : left.shift();
  const [mean, variance] = left;
  lastAxisOnly(call);
  return normalise(call, call.inputs[0], { gamma, beta, mean, variance, epsilon: Number(config.epsilon) });
};

/** maxValue: none, or a bound. */
const rectifier: Importer = (call) => {
  const { maxValue } = call.config;
  return typeof maxValue === "number" ? clip(call, call.inputs[0], 1, 0, maxValue) : relu(call, call.inputs[0]);
};

const softmaxLayer: Importer = (call) => {
  lastAxisOnly(call);
  return softmax(call, call.inputs[0]);
};

const combined =
  (operator: "Add" | "Mul"): Importer =>
  (call) =>
    call.inputs.reduce((a, b) => arithmetic(call, operator, a, b));

const rescaling: Importer = (call) => {
  const { scale, offset } = call.config;
  if (typeof scale !== "number" || typeof offset !== "number")
    throw unsupported(call, "has more than one scale or offset");
  return affineAll(call, call.inputs[0], [scale, offset]);
};

const pooling =
  (kind: PoolKind): Importer =>
  (call) =>
    pool(call, kind, call.inputs[0], pair(call.config.poolSize), windowOf(call));

const globalPooling =
  (kind: "Mean" | "MaxPool"): Importer =>
  (call) =>
    poolWhole(call, kind, call.inputs[0], call.dims);

const zeroPadding: Importer = (call) => {
  const [[top, bottom], [left, right]] = call.config.padding as [Pair, Pair];
  return pad(call, call.inputs[0], { top, bottom, left, right });
};

const reshaped: Importer = (call) => reshape(call, call.inputs[0], call.dims);

/** Layers that only do something in training. */
const same: Importer = (call) => call.inputs[0];

export const LAYERS: ReadonlyMap<string, Importer> = new Map([
  ["InputLayer", same],
  ["Conv2D", convolution],
  ["DepthwiseConv2D", depthwise],
  ["SeparableConv2D", separable],
  ["Dense", fullyConnected],
  ["BatchNormalization", batchNormalization],
  ["Activation", (call) => activated(call, call.inputs[0])],
  ["ReLU", rectifier],
  ["Softmax", softmaxLayer],
  ["Add", combined("Add")],
  ["Multiply", combined("Mul")],
  ["Rescaling", rescaling],
  ["Concatenate", (call) => concatenate(call, call.inputs, Number(call.config.axis))],
  ["AveragePooling2D", pooling("AveragePool")],
  ["MaxPooling2D", pooling("MaxPool")],
  ["GlobalAveragePooling2D", globalPooling("Mean")],
  ["GlobalMaxPooling2D", globalPooling("MaxPool")],
  ["ZeroPadding2D", zeroPadding],
  ["Flatten", reshaped],
  ["Reshape", reshaped],
  ["Dropout", same],
  ["GaussianNoise", same],
  ["GaussianDropout", same],
  ["AlphaDropout", same],
]);

export function importLayer(call: LayerCall): Activation {
  if (call.config.dataFormat === "channelsFirst") {
    throw unsupported(
      call,
      'has channels before height and width ("channels_first"); export the network with channels last',
    );
  }
  return LAYERS.get(call.kind)!(call);
}

/** "hard_sigmoid" and "hardSigmoid" are one; undefined where it is not supported. */
export function activationOf(name: string): (typeof ACTIVATIONS)[string] | undefined {
  const plain = name.replaceAll("_", "").toLowerCase();
  return Object.hasOwn(ACTIVATIONS, plain) ? ACTIVATIONS[plain] : undefined;
}

/** x under the activation function that the layer is set to. */
function activated(call: LayerCall, x: Activation): Activation {
  const name = String(call.config.activation ?? "linear");
  const activation = activationOf(name);
  if (activation === undefined) throw unsupported(call, `has the activation ${name}`);
  return activation(call.kind === "Activation" ? call : part(call, name), x);
}

function lastAxisOnly(call: LayerCall): void {
  const rank = call.dims.length;
  const axis = Number(call.config.axis);
  if ((axis < 0 ? axis + rank : axis) !== rank - 1)
    throw unsupported(call, `runs over axis ${axis}; only the last is supported`);
}

function windowOf({ config }: LayerCall): Window {
  const padding = config.padding as Geometry["padding"] | "same" | "valid";
  return { strides: pair(config.strides), dilations: pair(config.dilationRate ?? 1), padding };
}

function pair(value: unknown): Pair {
  return typeof value === "number" ? [value, value] : (value as Pair);
}
