// The convolutions that training differentiates: their values are those of the definitions, and their gradients the
// slopes of these along random directions.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Rank, Tensor, Tensor1D, Tensor4D } from "@tensorflow/tfjs-core";
import type { Activation, Geometry, Layer } from "../host/graph/graph.ts";
import { windowOutput } from "../host/graph/graph.ts";
import { affine, convolve, convolveDepthwise, startTraining } from "../host/train/convolution.ts";
import { naiveLayer } from "./support/naive.ts";
import { reals } from "./support/reals.ts";

const padding = (top: number, left: number, bottom: number, right: number) => ({ top, left, bottom, right });

interface Case {
  name: string;
  kind: "Conv2D" | "DepthwiseConv2D";
  input: [number, number, number];
  T: number;
  geometry: Geometry;
  activation: Activation;
}

const plain: Geometry = { kernel: [3, 3], stride: [1, 1], dilation: [1, 1], padding: padding(1, 1, 1, 1) };

const cases: Case[] = [
  { name: "3 × 3, padded", kind: "Conv2D", input: [8, 8, 16], T: 16, geometry: plain, activation: "None" },
  {
    name: "channels that fill no vector",
    kind: "Conv2D",
    input: [5, 6, 3],
    T: 10,
    geometry: plain,
    activation: "Relu",
  },
  {
    name: "strides",
    kind: "Conv2D",
    input: [9, 7, 8],
    T: 12,
    geometry: { ...plain, stride: [2, 1], padding: padding(0, 0, 1, 1) },
    activation: "None",
  },
  {
    name: "dilation, uneven padding, ReLU6",
    kind: "Conv2D",
    input: [9, 8, 5],
    T: 7,
    geometry: { kernel: [3, 2], stride: [1, 2], dilation: [2, 3], padding: padding(2, 0, 1, 3) },
    activation: "Relu6",
  },
  {
    name: "1 × 1 with stride 2",
    kind: "Conv2D",
    input: [8, 8, 16],
    T: 32,
    geometry: { kernel: [1, 1], stride: [2, 2], dilation: [1, 1], padding: padding(0, 0, 0, 0) },
    activation: "Relu",
  },
  {
    name: "a window that leaves pixels out",
    kind: "Conv2D",
    input: [10, 4, 1],
    T: 9,
    geometry: { kernel: [7, 2], stride: [2, 3], dilation: [1, 1], padding: padding(0, 0, 0, 0) },
    activation: "None",
  },
  { name: "depthwise", kind: "DepthwiseConv2D", input: [7, 5, 64], T: 64, geometry: plain, activation: "Relu" },
  {
    name: "depthwise with strides and odd channels",
    kind: "DepthwiseConv2D",
    input: [9, 8, 6],
    T: 6,
    geometry: { ...plain, stride: [2, 2], padding: padding(0, 1, 1, 0) },
    activation: "Relu6",
  },
];

const SAMPLES = 2;

for (const { name, kind, input, T, geometry, activation } of cases) {
  test(`${kind}: ${name}`, async () => {
    const tf = await startTraining();
    const [height, width, C] = input;
    const [kh, kw] = geometry.kernel;
    const [outHeight, outWidth] = windowOutput(input, geometry);
    const output: [number, number, number] = [outHeight, outWidth, T];
    const filter = kind === "Conv2D" ? [kh, kw, C, T] : [kh, kw, C, 1];
    const sizes = [SAMPLES * height * width * C, filter.reduce((a, b) => a * b), T];
    const values = sizes.map((n, i) => reals(n, 1 + i).map((v) => (i === 0 ? 3 * v : v)));
    const weighing = reals(SAMPLES * outHeight * outWidth * T, 4);

    const naive = ([x, w, bias]: ArrayLike<number>[], activation: Activation): number[] => {
      // The graph keeps T × kh × kw × C, training kh × kw × C × T.
      const taps = kh * kw * C;
      const weights = Array.from(w, (_, i) => (kind === "Conv2D" ? w[(i % taps) * T + Math.floor(i / taps)] : w[i]));
      const layer = { kind, geometry, groups: 1, weights, bias, activation, name: "", inputs: [0], output: 1 };
      const each = height * width * C;
      return Array.from({ length: SAMPLES }, (_, n) => {
        const data = Array.from(x).slice(n * each, (n + 1) * each);
        return Array.from(naiveLayer(layer as unknown as Layer, [{ shape: input, data }], output).data);
      }).flat();
    };

    const shapes = [[SAMPLES, ...input], filter, [T]];
    const tensors = values.map((v, i) => tf.tensor(Float32Array.from(v), shapes[i]));
    const apply = (x: Tensor, w: Tensor, b: Tensor) =>
      (kind === "Conv2D" ? convolve : convolveDepthwise)(
        x as Tensor4D,
        w as Tensor4D,
        b as Tensor1D,
        geometry,
        activation,
      );
    const y = apply(tensors[0], tensors[1], tensors[2]).dataSync();
    const expected = naive(values, activation);
    assert.equal(y.length, expected.length);
    for (const [i, value] of expected.entries()) assert.ok(Math.abs(y[i] - value) < 1e-4, `y[${i}]: ${y[i]} ${value}`);

    // Where the activation does not clamp, the output is linear in each part alone: any step gives its slope.
    const [low, high] = { None: [-Infinity, Infinity], Relu: [0, Infinity], Relu6: [0, 6] }[activation];
    const counts = expected.map((value, i) => (value > low && value < high ? weighing[i] : 0));
    const score = (parts: ArrayLike<number>[]) =>
      naive(parts, "None").reduce((sum, value, i) => sum + value * counts[i], 0);
    const gradients = tf.grads((x: Tensor, w: Tensor, b: Tensor) =>
      tf.sum<Tensor>(tf.mul(apply(x, w, b), tf.tensor(Float32Array.from(weighing), [SAMPLES, ...output]))),
    )(tensors);
    for (const [part, gradient] of gradients.entries()) {
      const direction = reals(sizes[part], 9 + part);
      const moved = (step: number) =>
        values.map((v, i) => (i === part ? Array.from(v, (value, j) => value + step * direction[j]) : v));
      const slope = (score(moved(1)) - score(moved(-1))) / 2;
      const found = gradient.dataSync<"float32">().reduce((sum, g, i) => sum + g * direction[i], 0);
      assert.ok(Math.abs(found - slope) < 1e-3 * (1 + Math.abs(slope)), `part ${part}: ${found}, slope ${slope}`);
    }
  });
}

test("affine is a product of matrices, and so are its gradients", async () => {
  const tf = await startTraining();
  const [a, b] = [
    tf.tensor2d(Float32Array.from(reals(21, 1)), [3, 7]),
    tf.tensor2d(Float32Array.from(reals(35, 2)), [7, 5]),
  ];
  const bias = tf.zeros<Rank.R1>([5]);
  const same = (x: Tensor, y: Tensor) => assert.ok(tf.max(tf.abs(tf.sub(x, y))).dataSync()[0] < 1e-5);
  same(affine(a, b, bias), tf.matMul(a, b));
  const [da, db] = tf.grads((x, y) => tf.sum(affine(x as typeof a, y as typeof b, bias)))([a, b]);
  same(da, tf.matMul(tf.ones([3, 5]), b, false, true));
  same(db, tf.matMul(a, tf.ones([3, 5]), true));
});
