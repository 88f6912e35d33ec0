// Calibration: int8 steps of tensors, weights and inner numbers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { execute } from "../host/execute.ts";
import type { Conv2D, DepthwiseConv2D, FullyConnected, Graph, SemiBinaryWeights } from "../host/graph/graph.ts";
import { innerScale } from "../host/passes/calibrate/inner-scale.ts";
import { activationRanges } from "../host/passes/calibrate/ranges.ts";
import { int8Weights } from "../host/passes/calibrate/weights.ts";
import { calibrate } from "../host/passes/calibrate.ts";
import { decompose } from "../host/passes/decompose.ts";
import { conv, dense, depthwise, geometry, graphOf, numbers, relu, type Shape, type Step } from "./support/graphs.ts";

const samplesOf = (each: number, count = 20) => ({ data: numbers(each * count), count });
const quantisation = (graph: Graph, id: number) => graph.tensors[id].quantisation!;

const classifier: Step[] = [
  { body: { ...conv(3, 8, 3, 1), activation: "Relu" }, shape: [6, 6, 8] },
  { body: { kind: "MaxPool", geometry: { ...geometry(2), stride: [2, 2] }, activation: "None" }, shape: [3, 3, 8] },
  { body: { kind: "Reshape" }, shape: [1, 1, 72] },
  { body: dense(72, 4), shape: [1, 1, 4] },
  { body: { kind: "Softmax", beta: 1 }, shape: [1, 1, 4] },
];

test("every tensor of a float network gets a quantisation, every weight layer int8 weights", async () => {
  const graph = await calibrate(graphOf([6, 6, 3], classifier), samplesOf(108));
  assert.ok(graph.tensors.every((tensor) => tensor.quantisation));
  assert.ok((graph.layers[0] as Conv2D).int8 && (graph.layers[3] as FullyConnected).int8);
});

test("a range reaches from the smallest to the largest value on 255 steps, 0 falling on one", async () => {
  const samples = samplesOf(108);
  const [low, high] = [Math.min(...samples.data), Math.max(...samples.data)];
  const { scale, zeroPoint } = quantisation(await calibrate(graphOf([6, 6, 3], classifier), samples), 0);
  assert.equal(scale, Math.fround((high - low) / 255));
  assert.ok(Math.abs(scale * (-128 - zeroPoint) - low) <= scale / 2 + 1e-6);
  assert.ok(Math.abs(scale * (127 - zeroPoint) - high) <= scale / 2 + 1e-6);
  const pixels = { data: Float32Array.from({ length: 108 }, (_, i) => (i === 0 ? 255 : 20 + i)), count: 1 };
  const input = quantisation(await calibrate(graphOf([6, 6, 3], classifier), pixels), 0);
  assert.deepEqual(input, { scale: 1, zeroPoint: -128 });
});

test("what follows a Relu starts at 0", async () => {
  const graph = await calibrate(graphOf([6, 6, 3], classifier), samplesOf(108));
  assert.equal(quantisation(graph, 1).zeroPoint, -128);
});

test("pools, Reshape, Pad and Concat share one quantisation over the union of their ranges", async () => {
  const shape: Shape = [4, 4, 2];
  const steps: Step[] = [
    { body: conv(2, 2, 1), shape },
    { body: { kind: "AveragePool", geometry: geometry(1), activation: "None" }, shape, inputs: [1] },
    { body: conv(2, 2, 1), shape, inputs: [0] },
    { body: { kind: "Concat", axis: 2 }, shape: [4, 4, 4], inputs: [2, 3] },
    { body: { kind: "Pad", padding: { top: 1, left: 1, bottom: 1, right: 1 } }, shape: [6, 6, 4] },
    { body: relu, shape: [6, 6, 4] },
  ];
  const source = graphOf(shape, steps);
  const samples = samplesOf(32);
  const graph = await calibrate(source, samples);
  const shared = quantisation(graph, 1);
  for (const id of [2, 3, 4, 5]) assert.deepEqual(quantisation(graph, id), shared);
  assert.notDeepEqual(quantisation(graph, 6), shared);
  const values = [...(await execute(source, samples.data, samples.count, [1, 3])).values()].flatMap((v) => [...v]);
  assert.equal(shared.scale, Math.fround((Math.max(...values) - Math.min(...values)) / 255));
});

test("Softmax, Logistic and Tanh have TFLite's fixed output scales, also through a Reshape", async () => {
  const vector: Shape = [1, 1, 4];
  const steps: Step[] = [
    { body: { kind: "Softmax", beta: 1 }, shape: vector, inputs: [0] },
    { body: { kind: "Elementwise", function: "Logistic" }, shape: vector, inputs: [0] },
    { body: { kind: "Elementwise", function: "Tanh" }, shape: vector, inputs: [0] },
    { body: { kind: "Reshape" }, shape: [2, 2, 1], inputs: [1] },
  ];
  const graph = await calibrate(graphOf(vector, steps), samplesOf(4));
  const eighth = { scale: 1 / 256, zeroPoint: -128 };
  assert.deepEqual(
    [1, 2, 3, 4].map((id) => quantisation(graph, id)),
    [eighth, eighth, { scale: 1 / 128, zeroPoint: 0 }, eighth],
  );
});

test("a Logistic concatenated with wider values takes their range; a Softmax is refused", async () => {
  const build = (first: Step["body"]) =>
    graphOf(
      [1, 1, 4],
      [
        { body: first, shape: [1, 1, 4], inputs: [0] },
        { body: dense(4, 4), shape: [1, 1, 4], inputs: [0] },
        { body: { kind: "Concat", axis: 2 }, shape: [1, 1, 8], inputs: [1, 2] },
      ],
    );
  const graph = await calibrate(build({ kind: "Elementwise", function: "Logistic" }), samplesOf(4));
  assert.notEqual(quantisation(graph, 1).scale, 1 / 256);
  assert.deepEqual(quantisation(graph, 1), quantisation(graph, 2));
  await assert.rejects(calibrate(build({ kind: "Softmax", beta: 1 }), samplesOf(4)), {
    code: "E_UNSUPPORTED",
    message: /l0 \(Softmax\)/,
  });
});

test("without samples the error tells to pass --calib", async () => {
  const graph = graphOf([6, 6, 3], classifier);
  for (const samples of [undefined, { data: new Float32Array(0), count: 0 }]) {
    await assert.rejects(calibrate(graph, samples), { code: "E_CALIBRATION", message: /--calib/ });
  }
});

test("one value in 100,000 may lie outside a layer's range, not outside the input's", async () => {
  const graph = graphOf([64, 64, 1], [{ body: relu, shape: [64, 64, 1] }]);
  const data = Float32Array.from({ length: 64 * 64 * 50 }, (_, i) => (i === 70_000 ? 1000 : (i % 100) / 100));
  const ranges = await activationRanges(graph, { data, count: 50 });
  assert.equal(ranges.get(0)?.max, 1000);
  assert.ok(ranges.get(1)!.max <= 1);
});

test("many samples are thinned out without leaving channels out", async () => {
  // 2^21 values of 8 channels, of which only the last is above 0: every other value would be all of the even channels.
  const graph = graphOf([64, 64, 8], [{ body: relu, shape: [64, 64, 8] }]);
  const data = Float32Array.from({ length: 64 * 64 * 8 * 64 }, (_, i) => (i % 8 === 7 ? 5 : 0));
  assert.equal((await activationRanges(graph, { data, count: 64 })).get(1)?.max, 5);
});

test("weights are symmetric a channel, within half a step, the bias in steps of s_x · s_w", () => {
  const layers: (Conv2D | DepthwiseConv2D | FullyConnected)[] = graphOf(
    [6, 6, 4],
    [
      { body: conv(4, 5, 3), shape: [4, 4, 5] },
      { body: depthwise(5, 3), shape: [2, 2, 5] },
      { body: dense(20, 3), shape: [1, 1, 3] },
    ],
  ).layers as Conv2D[];
  for (const layer of layers) {
    const T = layer.bias.length;
    const { values, scales, bias } = int8Weights(layer, 0.05);
    const channel = (i: number) =>
      layer.kind === "DepthwiseConv2D" ? i % T : Math.floor(i / (layer.weights.length / T));
    for (const [i, w] of layer.weights.entries()) {
      const scale = scales[channel(i)];
      assert.ok(Math.abs(values[i] * scale - w) <= scale / 2 + 1e-7);
    }
    for (let t = 0; t < T; t++) {
      assert.equal(Math.max(...[...values].filter((_, i) => channel(i) === t).map(Math.abs)), 127);
      assert.ok(Math.abs(bias[t] * 0.05 * scales[t] - layer.bias[t]) <= (0.05 * scales[t]) / 2 + 1e-7);
    }
  }
});

test("a channel of zero weights still has its bias in int32", () => {
  const layer = { ...conv(2, 2, 1), weights: Float32Array.of(0, 0, 1, -1), bias: Float32Array.of(3, 0) } as Conv2D;
  const { scales, bias } = int8Weights(layer, 0.1);
  assert.ok(Math.abs(bias[0] * 0.1 * scales[0] - 3) < 1e-5);
  assert.ok(Math.abs(bias[0]) < 2 ** 31);
  const dead = int8Weights({ ...layer, weights: new Float32Array(4), bias: new Float32Array(2) }, 0.1);
  assert.ok(dead.scales.every((scale) => scale > 0));
  assert.deepEqual([...dead.bias], [0, 0]);
});

test("the inner scale leaves U·m nearer than a quarter larger or smaller one, and clamps little", async () => {
  const samples = samplesOf(36 * 16);
  const steps: Step[] = [0, 1, 2].map(() => ({ body: conv(16, 16, 3, 1), shape: [6, 6, 16] }));
  const source = graphOf([6, 6, 16], steps);
  const options = { scheme: "semi-binary", rank: 1, solver: "greedy", objective: "weights", seed: 1 } as const;
  const { graph } = await decompose(source, options);
  const calibrated = await calibrate(graph, samples);
  const binary = (calibrated.layers[1] as Conv2D).binary as SemiBinaryWeights;
  const x = (await execute(graph, samples.data, samples.count, [1])).get(1)!;
  const windows = { shape: [6, 6, 16] as Shape, geometry: geometry(3, 1), count: samples.count };
  assert.equal(binary.mScale, await innerScale(binary, x, windows));

  const inner = await innerOutputs(binary, x, samples.count);
  const lost = (step: number) => {
    let sum = 0;
    for (let n = 0; n < inner.length; n += 16) {
      const left = inner.subarray(n, n + 16).map((m) => m - step * Math.max(-127, Math.min(127, Math.round(m / step))));
      for (let t = 0; t < 16; t++) sum += left.reduce((a, value, k) => a + binary.u[t * 16 + k] * value, 0) ** 2;
    }
    return sum;
  };
  assert.ok(lost(binary.mScale!) < lost(1.25 * binary.mScale!));
  assert.ok(lost(binary.mScale!) < lost(binary.mScale! / 1.25));
  assert.ok(inner.filter((m) => Math.abs(m) > 127 * binary.mScale!).length < inner.length / 200);
});

/** d_k·(V·x)_k of a 3 × 3 layer on 6 × 6 × 16 images, by the float executor. */
async function innerOutputs({ v, d }: SemiBinaryWeights, x: Float32Array, count: number): Promise<Float32Array> {
  const body = conv(16, 16, 3, 1);
  const weights = Float32Array.from(v, (sign, i) => sign * d[Math.floor(i / 144)]);
  const graph = graphOf([6, 6, 16], [{ body: { ...body, weights, bias: new Float32Array(16) }, shape: [6, 6, 16] }]);
  return (await execute(graph, x, count, [1])).get(1)!;
}

test("an input that is always 0 gives an inner scale above 0", async () => {
  const binary: SemiBinaryWeights = {
    scheme: "semi-binary",
    rank: 1,
    u: Int8Array.of(1, -1),
    d: Float64Array.of(1),
    v: Int8Array.of(1, 1, -1),
    r: Float64Array.of(1, 1),
  };
  const windows = { shape: [1, 1, 3] as Shape, geometry: geometry(1), count: 4 };
  assert.ok((await innerScale(binary, new Float32Array(12), windows)) > 0);
});
