// The operators of graph models that are supported, by their name in TensorFlow.

import type { Geometry } from "../../graph/graph.ts";
import { show } from "../numbers.ts";
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
import {
  ACTIVATIONS,
  type Arithmetic,
  arithmetic,
  normalise,
  relu,
  relu6,
  sigmoid,
  softmax,
  tanh,
} from "./elementwise.ts";
import {
  activation,
  constant,
  flag,
  float,
  integerList,
  integers,
  type NodeCall,
  operand,
  string,
  stringList,
} from "./graph-node.ts";
import { concatenate, pad, reshape } from "./shape.ts";
import { packed, shapeOfValue, slicedShape } from "./shape-arithmetic.ts";
import {
  type Activation,
  type Constant,
  corrupt,
  imageAxis,
  part,
  shapeOf,
  unsupported,
  type Value,
} from "./values.ts";

type Importer = (call: NodeCall) => Value;

/** Weights of a layer, and the bias where there is one. */
type Weighted = (call: NodeCall, x: Activation, weights: Constant, bias?: Constant) => Activation;

const convolution: Weighted = (call, x, filter, bias) => convolve(call, x, filter, bias, windowOf(call));
const depthwise: Weighted = (call, x, filter, bias) => convolveDepthwise(call, x, filter, bias, windowOf(call));

const product: Weighted = (call, x, matrix, bias) => {
  if (flag(call, "transpose_a")) throw unsupported(call, "transposes its first input");
  return dense(call, x, matrix, bias, flag(call, "transpose_b"));
};

const plain =
  (layer: Weighted): Importer =>
  (call) =>
    layer(call, activation(call, 0), constant(call, 1));

/** fused_ops: BiasAdd, whose bias is input 2, and an activation function. */
const fused =
  (layer: Weighted): Importer =>
  (call) => {
    const names = stringList(call, "fused_ops");
    const biased = names[0] === "BiasAdd";
    const functions = names.slice(biased ? 1 : 0).map((name) => {
      const found = Object.hasOwn(ACTIVATIONS, name.toLowerCase()) ? ACTIVATIONS[name.toLowerCase()] : undefined;
      if (found === undefined) throw unsupported(call, `is fused with ${name}, which is not supported`);
      return (x: Activation) => found(part(call, name.toLowerCase()), x);
    });
    const x = layer(call, activation(call, 0), constant(call, 1), biased ? constant(call, 2) : undefined);
    return functions.reduce((value, apply) => apply(value), x);
  };

const batchNorm: Importer = (call) => {
  if (flag(call, "is_training")) throw unsupported(call, "is in training mode; export the network for inference");
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((i) => constant(call, i));
  return normalise(call, activation(call, 0), { gamma, beta, mean, variance, epsilon: float(call, "epsilon", 1e-4) });
};

const unary =
  (apply: (call: NodeCall, x: Activation) => Activation): Importer =>
  (call) =>
    apply(call, activation(call, 0));

const binary =
  (operator: Arithmetic): Importer =>
  (call) =>
    arithmetic(call, operator, operand(call, 0), operand(call, 1));

const pooling =
  (kind: PoolKind): Importer =>
  (call) =>
    pool(call, kind, activation(call, 0), middle(call, "ksize"), windowOf(call));

/** Over height and width, where these are larger than 1, and nothing else that is. */
const reduction =
  (kind: "Mean" | "MaxPool"): Importer =>
  (call) => {
    const x = activation(call, 0);
    const rank = x.dims.length;
    const axes = integers(call, 1).map((axis) => (axis < 0 ? axis + rank : axis));
    const image = axes.map((axis) => imageAxis(axis, rank));
    if (shapeOf(call, x).some((n, axis) => n > 1 && image.includes(axis) !== axis < 2)) {
      throw unsupported(
        call,
        `reduces axes ${axes.join(", ")} of ${show(x.dims)}; height and width together are supported`,
      );
    }
    const keep = flag(call, "keep_dims");
    const dims = x.dims.flatMap((n, i) => (axes.includes(i) ? (keep ? [1] : []) : [n]));
    return poolWhole(call, kind, x, dims);
  };

/** Paddings: rank × 2, before and after. PadV2 names the number, which has to be 0. */
const padding: Importer = (call) => {
  const x = activation(call, 0);
  const amounts = integers(call, 1);
  if (amounts.length !== 2 * x.dims.length) throw corrupt(call, `has ${amounts.length} paddings for ${show(x.dims)}`);
  if (call.inputs.length > 2 && constant(call, 2).data.some((n) => n !== 0)) {
    throw unsupported(call, "pads with a number other than 0");
  }
  const [b0, b1, top, bottom, left, right, c0, c1] = amounts;
  if (b0 || b1 || c0 || c1) throw unsupported(call, "pads batch or channels; only height and width are supported");
  return pad(call, x, { top, bottom, left, right });
};

/** The axis is the last input. */
const concat: Importer = (call) => {
  const last = call.inputs.length - 1;
  const values = call.inputs.slice(0, last).map((_, i) => activation(call, i));
  if (values.length === 0) throw corrupt(call, "joins nothing");
  return concatenate(call, values, integers(call, last)[0]);
};

const squeeze: Importer = (call) => {
  const x = activation(call, 0);
  const axes = integerList(call, "squeeze_dims").map((axis) => (axis < 0 ? axis + x.dims.length : axis));
  return reshape(
    call,
    x,
    x.dims.filter((n, i) => !(axes.length === 0 ? n === 1 : axes.includes(i))),
  );
};

const expandDims: Importer = (call) => {
  const x = activation(call, 0);
  const [axis] = integers(call, 1);
  return reshape(call, x, x.dims.toSpliced(axis < 0 ? axis + x.dims.length + 1 : axis, 0, 1));
};

const IMPORTERS: [name: string, importer: Importer][] = [
  ["Conv2D", plain(convolution)],
  ["_FusedConv2D", fused(convolution)],
  ["DepthwiseConv2dNative", plain(depthwise)],
  ["FusedDepthwiseConv2dNative", fused(depthwise)],
  ["MatMul", plain(product)],
  ["_FusedMatMul", fused(product)],
  ["BiasAdd", binary("Add")],
  ["FusedBatchNorm", batchNorm],
  ["FusedBatchNormV2", batchNorm],
  ["FusedBatchNormV3", batchNorm],
  ["Add", binary("Add")],
  ["AddV2", binary("Add")],
  ["Sub", binary("Sub")],
  ["Mul", binary("Mul")],
  ["RealDiv", binary("Div")],
  ["Relu", unary(relu)],
  ["Relu6", unary(relu6)],
  ["Sigmoid", unary(sigmoid)],
  ["Tanh", unary(tanh)],
  ["Softmax", unary(softmax)],
  ["AvgPool", pooling("AveragePool")],
  ["MaxPool", pooling("MaxPool")],
  ["Mean", reduction("Mean")],
  ["Max", reduction("MaxPool")],
  ["Pad", padding],
  ["PadV2", padding],
  ["ConcatV2", concat],
  ["Reshape", (call) => reshape(call, activation(call, 0), integers(call, 1))],
  ["Squeeze", squeeze],
  ["ExpandDims", expandDims],
  ["Identity", (call) => operand(call, 0)],
  ["Shape", shapeOfValue],
  ["StridedSlice", slicedShape],
  ["Pack", packed],
];

const channelsLast =
  (importer: Importer): Importer =>
  (call) => {
    const format = string(call, "data_format", "NHWC");
    if (format !== "NHWC") throw unsupported(call, `has data format ${format}; export the network as NHWC`);
    return importer(call);
  };

export const OPERATORS: ReadonlyMap<string, Importer> = new Map(
  IMPORTERS.map(([name, importer]) => [name, channelsLast(importer)]),
);

function windowOf(call: NodeCall): Window {
  return { strides: middle(call, "strides"), dilations: middle(call, "dilations"), padding: paddingOf(call) };
}

/** Height and width of a list for batch, height, width and channels; ones where it is left out. */
function middle(call: NodeCall, name: string): Pair {
  const [batch = 1, height = 1, width = 1, channels = 1] = integerList(call, name);
  if (batch !== 1 || channels !== 1) throw unsupported(call, `has ${name} over batch or channels`);
  return [height, width];
}

function paddingOf(call: NodeCall): Window["padding"] {
  const mode = string(call, "padding", "VALID");
  if (mode === "SAME") return "same";
  if (mode === "VALID") return "valid";
  const [, , top, bottom, left, right]: (number | undefined)[] = integerList(call, "explicit_paddings");
  const pixels = { top, bottom, left, right };
  const whole = Object.values(pixels).every((n) => Number.isInteger(n) && n! >= 0 && n! <= 0xffff);
  if (mode !== "EXPLICIT" || !whole)
    throw unsupported(call, `has the padding ${mode}; SAME, VALID and EXPLICIT are supported`);
  return pixels as Geometry["padding"];
}
