// A layer of the graph as a function on TensorFlow.js tensors of count × height × width × channels.

import * as tf from "@tensorflow/tfjs-core";
import {
  type Activation,
  type Conv2D,
  type Elementwise,
  type FullyConnected,
  type Graph,
  type Layer,
  POINT,
  type SemiBinaryWeights,
} from "../graph/graph.ts";
import { reconstruct } from "../solve/reconstruct.ts";
import { averagePool, convolve, maxPool, padImage } from "./window.ts";

export interface PreparedLayer {
  layer: Layer;
  apply: (inputs: tf.Tensor4D[]) => tf.Tensor4D;
  /** Uploaded once; the caller disposes of them. */
  weights: tf.Tensor[];
}

/** K·T·S from which semi-binary factors are applied one after the other: their product would take longer to form. */
const FACTORED = 2 ** 24;

/** Uploads the layer's weights in the layouts that tfjs takes. */
export function prepareLayer(graph: Graph, layer: Layer): PreparedLayer {
  const input = graph.tensors[layer.inputs[0]].shape;
  const output = graph.tensors[layer.output].shape;
  const plain = (apply: PreparedLayer["apply"]): PreparedLayer => ({ layer, apply, weights: [] });
  switch (layer.kind) {
    case "Conv2D":
      return prepareConv2D(layer, input[2], output[2]);
    case "DepthwiseConv2D": {
      const [height, width] = layer.geometry.kernel;
      const filter = tf.tensor4d(layer.weights, [height, width, input[2], output[2] / input[2]]);
      const bias = tf.tensor1d(layer.bias);
      return {
        layer,
        weights: [filter, bias],
        apply: ([x]) => convolve(x, "depthwiseConv2d", filter, bias, layer.geometry, layer.activation),
      };
    }
    case "FullyConnected":
      return prepareFullyConnected(layer, output);
    case "Add":
      return plain(([a, b]) => activate(tf.add(a, b), layer.activation));
    case "Mul":
      return plain(([a, b]) => activate(tf.mul(a, b), layer.activation));
    case "Concat":
      return plain((inputs) => tf.concat(inputs, layer.axis + 1));
    case "Pad":
      return plain(([x]) => padImage(x, layer.padding, 0).clone());
    case "AveragePool":
      return plain(([x]) => activate(averagePool(x, { input, geometry: layer.geometry }), layer.activation));
    case "MaxPool":
      return plain(([x]) => activate(maxPool(x, { input, geometry: layer.geometry }), layer.activation));
    case "Mean":
      return plain(([x]) => tf.mean(x, [1, 2], true));
    case "Softmax":
      return plain(([x]) => tf.softmax(tf.mul<tf.Tensor4D>(x, layer.beta)));
    case "Reshape":
      return plain(([x]) => tf.reshape(x, [x.shape[0], ...output]));
    case "Elementwise":
      return plain(([x]) => elementwise(x, layer.function));
  }
}

/** T × kh × kw × (c / groups) becomes kh × kw × (c / groups) × T, a filter a group. */
function prepareConv2D(layer: Conv2D, inputs: number, outputs: number): PreparedLayer {
  const { geometry, groups, activation } = layer;
  const [height, width] = geometry.kernel;
  const depth = inputs / groups;
  const channels = outputs / groups;
  const taps = height * width * depth;
  const { binary } = layer;
  if (isFactored(binary, taps)) {
    const { rank, u, d, v, r } = binary;
    const first = tf.tensor4d(scaledTranspose(v, d), [height, width, depth, rank]);
    const second = tf.tensor4d(scaledTranspose(u, r), [1, 1, rank, outputs]);
    const [zero, bias] = [tf.zeros<tf.Rank.R1>([rank]), tf.tensor1d(layer.bias)];
    const inner = (x: tf.Tensor4D) => stepped(convolve(x, "conv2d", first, zero, geometry, "None"), binary);
    const apply = ([x]: tf.Tensor4D[]) => convolve(inner(x), "conv2d", second, bias, POINT, activation);
    return { layer, apply, weights: [first, second, zero, bias] };
  }
  const dense = layer.binary ? reconstruct(layer.binary, outputs, taps) : layer.weights;
  const filters = Array.from({ length: groups }, (_, g) => {
    const part = dense.subarray(g * channels * taps, (g + 1) * channels * taps);
    return tf.tensor4d(transpose(part, channels, taps), [height, width, depth, channels]);
  });
  const biases = filters.map((_, g) => tf.tensor1d(layer.bias.slice(g * channels, (g + 1) * channels)));
  const apply = ([x]: tf.Tensor4D[]) => {
    const parts = groups === 1 ? [x] : tf.split<tf.Tensor4D>(x, groups, 3);
    const results = parts.map((part, g) => convolve(part, "conv2d", filters[g], biases[g], geometry, activation));
    return groups === 1 ? results[0] : tf.concat(results, 3);
  };
  return { layer, apply, weights: [...filters, ...biases] };
}

/** T × S becomes S × T: tfjs multiplies by transposed operands with a plain, slow loop. */
function prepareFullyConnected(layer: FullyConnected, output: [number, number, number]): PreparedLayer {
  const channels = layer.bias.length;
  const inputs = layer.weights.length / channels;
  const bias = tf.tensor1d(layer.bias);
  const finish = (y: tf.Tensor) =>
    activate(tf.reshape<tf.Rank.R4>(tf.add(y, bias), [y.shape[0], ...output]), layer.activation);
  const { binary } = layer;
  if (isFactored(binary, inputs)) {
    const { rank, u, d, v, r } = binary;
    const first = tf.tensor2d(scaledTranspose(v, d), [inputs, rank]);
    const second = tf.tensor2d(scaledTranspose(u, r), [rank, channels]);
    const apply = ([x]: tf.Tensor4D[]) => {
      const inner = stepped(tf.matMul(tf.reshape<tf.Rank.R2>(x, [x.shape[0], inputs]), first), binary);
      return finish(tf.matMul(inner, second));
    };
    return { layer, apply, weights: [first, second, bias] };
  }
  const dense = layer.binary ? reconstruct(layer.binary, channels, inputs) : layer.weights;
  const weights = tf.tensor2d(transpose(dense, channels, inputs), [inputs, channels]);
  const apply = ([x]: tf.Tensor4D[]) => finish(tf.matMul(tf.reshape(x, [x.shape[0], inputs]), weights));
  return { layer, apply, weights: [weights, bias] };
}

/** Where the values between the factors are rounded, or the product would take long to form. */
function isFactored(binary: Conv2D["binary"], S: number): binary is SemiBinaryWeights {
  if (binary?.scheme !== "semi-binary") return false;
  return binary.mScale !== undefined || binary.rank * binary.r.length * S > FACTORED;
}

/** Real values as the runtime's int8 numbers m stand for them, where their step is known. */
function stepped<T extends tf.Tensor>(inner: T, { mScale }: SemiBinaryWeights): T {
  return mScale === undefined ? inner : tf.mul(tf.clipByValue(tf.round(tf.div(inner, mScale)), -127, 127), mScale);
}

/** (diag(scales)·signs)ᵀ, signs scales.length × columns. */
export function scaledTranspose(signs: Int8Array, scales: Float64Array): Float32Array {
  const columns = signs.length / scales.length;
  const turned = new Float32Array(signs.length);
  for (let r = 0, at = 0; r < scales.length; r++) {
    for (let c = 0; c < columns; c++, at++) turned[c * scales.length + r] = scales[r] * signs[at];
  }
  return turned;
}

export function activate(x: tf.Tensor4D, activation: Activation): tf.Tensor4D {
  if (activation === "None") return x;
  return activation === "Relu" ? tf.relu(x) : tf.relu6(x);
}

function elementwise(x: tf.Tensor4D, name: Elementwise["function"]): tf.Tensor4D {
  switch (name) {
    case "Identity":
      return x.clone();
    case "Relu":
      return tf.relu(x);
    case "Relu6":
      return tf.relu6(x);
    case "HardSwish": // x · relu6(x + 3) / 6
      return tf.mul(x, tf.div(tf.relu6(tf.add(x, 3)), 6));
    case "Logistic":
      return tf.sigmoid(x);
    case "Tanh":
      return tf.tanh(x);
  }
}

/** rows × columns → columns × rows. */
export function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(values.length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) turned[c * rows + r] = values[r * columns + c];
  }
  return turned;
}
