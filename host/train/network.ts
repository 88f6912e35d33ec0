// A graph as a function that TensorFlow.js differentiates with respect to its parameters.

import * as tf from "@tensorflow/tfjs-core";
import { HalfbitError } from "../errors.ts";
import type { Graph, TensorId } from "../graph/graph.ts";
import type { WeightLayer } from "../passes/decompose/choose.ts";
import { mostOf } from "../solve/levels.ts";
import { activate, prepareLayer } from "../tfjs/layers.ts";
import { affine, convolve, convolveDepthwise } from "./convolution.ts";
import type { Parameter, Role } from "./parameters.ts";

/** One tensor a parameter, in the order of Parameters.list. */
export type Values = tf.Tensor[];

/** Values of `wanted` tensors, n × h × w × c each, for inputs x of n samples. Inside tf.tidy. */
export type Network = (values: Values, x: tf.Tensor4D, wanted: readonly TensorId[]) => tf.Tensor4D[];

export function trainable(graph: Graph, list: readonly Parameter[]): Network {
  const own = graph.layers.map((_, index) => list.flatMap((parameter, i) => (parameter.layer === index ? [i] : [])));
  const plain = graph.layers.map((layer, i) => (own[i].length === 0 ? prepareLayer(graph, layer) : undefined));
  return (values, x, wanted) => {
    const live = new Map<TensorId, tf.Tensor4D>([[graph.input, x]]);
    graph.layers.forEach((layer, i) => {
      const inputs = layer.inputs.map((id) => live.get(id) as tf.Tensor4D);
      const parts = new Map(own[i].map((index) => [list[index].role, values[index]]));
      live.set(
        layer.output,
        plain[i]?.apply(inputs) ??
          weightLayer(layer as WeightLayer, inputs[0], parts, graph.tensors[layer.output].shape),
      );
    });
    return wanted.map((id) => live.get(id) as tf.Tensor4D);
  };
}

/** Throws E_UNSUPPORTED on convolutions in groups, and depthwise ones with several filters a channel. */
export function checkTrainable(graph: Graph): void {
  for (const layer of graph.layers) {
    const grouped = layer.kind === "Conv2D" && layer.groups > 1;
    const [from, to] = [layer.inputs[0], layer.output].map((id) => graph.tensors[id].shape[2]);
    if (!grouped && !(layer.kind === "DepthwiseConv2D" && from !== to)) continue;
    const what = grouped ? "a convolution in groups" : "several filters a channel";
    throw new HalfbitError(
      "E_UNSUPPORTED",
      `layer ${layer.name}: ${what} cannot be trained; compile without --recover and --finetune`,
    );
  }
}

function weightLayer(
  layer: WeightLayer,
  x: tf.Tensor4D,
  parts: Map<Role, tf.Tensor>,
  output: [number, number, number],
): tf.Tensor4D {
  const bias = parts.get("bias") as tf.Tensor1D;
  const T = bias.size;
  if (layer.kind === "DepthwiseConv2D") {
    const filter = tf.reshape<tf.Rank.R4>(parts.get("weights")!, [...layer.geometry.kernel, T, 1]);
    return convolveDepthwise(x, filter, bias, layer.geometry, layer.activation);
  }
  const most = layer.binary?.scheme === "planes" ? mostOf(layer.binary.planes) : 0;
  const dense = denseWeights(parts, T, most); // T × S
  if (layer.kind === "FullyConnected") {
    const rows = tf.reshape<tf.Rank.R2>(x, [x.shape[0], dense.shape[1]]);
    const y = affine(rows, tf.transpose<tf.Tensor2D>(dense), bias);
    return activate(tf.reshape(y, [x.shape[0], ...output]), layer.activation);
  }
  const [kh, kw] = layer.geometry.kernel;
  const filter = tf.reshape<tf.Rank.R4>(tf.transpose(dense), [kh, kw, x.shape[3], T]);
  return convolve(x, filter, bias, layer.geometry, layer.activation);
}

/** most: largest level, where there are levels. */
function denseWeights(parts: Map<Role, tf.Tensor>, T: number, most: number): tf.Tensor2D {
  const weights = parts.get("weights");
  if (weights) return tf.reshape(weights, [T, weights.size / T]);
  const u = parts.get("u");
  if (u) {
    const left = tf.mul<tf.Tensor2D>(tf.mul(signs(u), parts.get("d")!), parts.get("r")!);
    const v = parts.get("v") as tf.Tensor2D;
    return affine(left, signs(v) as tf.Tensor2D, tf.zeros<tf.Rank.R1>([v.shape[1]]));
  }
  const levels = parts.get("levels") as tf.Tensor2D | undefined;
  if (levels) return tf.mul(nearestLevels(levels, most), parts.get("half")!);
  const planes = parts.get("planes") as tf.Tensor3D;
  const alpha = tf.reshape(tf.transpose(parts.get("alpha")!), [planes.shape[0], T, 1]);
  return tf.sum(tf.mul(signs(planes), alpha), 0);
}

/**
 * `of`, a step function of x, with straight-through gradients where |x| ≤ most (Bengio et al. 2013; Courbariaux et al.
 * 2016).
 */
function straightThrough(x: tf.Tensor, most: number, of: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  return tf.customGrad((given, save) => {
    const input = given as tf.Tensor;
    (save as (tensors: tf.Tensor[]) => void)([input]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      tf.mul(dy, tf.cast(tf.lessEqual(tf.abs(saved[0]), most), "float32"));
    return { value: of(input), gradFunc };
  })(x);
}

/** sign(x), 1 or −1. */
export const signs = (x: tf.Tensor): tf.Tensor =>
  straightThrough(x, 1, (input) => tf.sub(tf.mul(tf.step(input), 2), 1));

/** The odd number from −most to most next to x (solve/levels.ts). */
export function nearestLevels(x: tf.Tensor, most: number): tf.Tensor {
  const odd = (input: tf.Tensor) => tf.add(tf.mul(tf.floor(tf.div(input, 2)), 2), 1);
  return straightThrough(x, most + 1, (input) => tf.clipByValue(odd(input), -most, most));
}
