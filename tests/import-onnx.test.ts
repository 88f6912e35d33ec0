import assert from "node:assert/strict";
import { test } from "node:test";
import { HalfbitError } from "../host/errors.ts";
import { execute } from "../host/execute.ts";
import type { Graph } from "../host/graph/graph.ts";
import { importOnnx } from "../host/import/onnx/index.ts";
import { shorten } from "../host/import/onnx/names.ts";
import { fold } from "../host/passes/fold.ts";
import { lower } from "../host/passes/lower/index.ts";
import { runReference } from "../host/reference/index.ts";
import { random } from "./support/models.ts";
import { buildOnnx, floats, ints, node, scalar } from "./support/onnx-builder.ts";
import { channelsLast, golden, goldenNames, sample } from "./support/onnx-golden.ts";

const FILE = "net.onnx";
const CHANNELS_LAST = ["odd"]; // end with a transpose to N×h×w×c
const quantised = goldenNames.filter((name) => name.endsWith("int8"));

async function run(graph: Graph, x: Float32Array): Promise<Float32Array> {
  return (await execute(graph, x, 1, [graph.output])).get(graph.output)!;
}

/** Largest difference over the largest expected magnitude. */
function distance(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  assert.equal(found.length, expected.length);
  const largest = (of: (i: number) => number) => Math.max(...Array.from(expected, (_, i) => Math.abs(of(i))));
  return largest((i) => found[i] - expected[i]) / largest((i) => expected[i]);
}

for (const name of goldenNames.filter((n) => !quantised.includes(n)))
  test(`${name}, as PyTorch exports it, gives PyTorch's output, folded too`, async () => {
    const { bytes, input, shape, output } = golden(name);
    const graph = importOnnx(bytes, FILE);
    const x = channelsLast(sample(input), input);
    const y = CHANNELS_LAST.includes(name) ? output : channelsLast(output, shape);
    assert.ok(distance(await run(graph, x), y) < 1e-5);
    assert.ok(distance(await run(fold(graph), x), y) < 1e-5);
  });

for (const name of quantised)
  test(`${name}, as onnxruntime quantises it, gives ONNX's output within one step, in integers`, () => {
    const { bytes, input, output } = golden(name);
    const graph = importOnnx(bytes, FILE);
    assert.ok(graph.tensors.every((tensor) => tensor.quantisation));
    assert.ok(graph.layers.every((layer) => !("weights" in layer) || layer.int8));
    const from = graph.tensors[graph.input].quantisation!;
    const to = graph.tensors[graph.output].quantisation!;
    const x = Int8Array.from(channelsLast(sample(input), input), (v) =>
      Math.max(-128, Math.min(127, Math.round(v / from.scale) + from.zeroPoint)),
    );
    const y = runReference(lower(graph).program, x).at(-1)!;
    for (const [i, q] of y.entries()) assert.ok(Math.abs((q - to.zeroPoint) * to.scale - output[i]) < 1.01 * to.scale);
  });

test("a decomposed network becomes layers of exactly its signs and magnitudes", () => {
  const { layers } = fold(importOnnx(golden("decomposed").bytes, FILE));
  const kinds = layers.map((layer) => `${layer.kind} ${"binary" in layer ? layer.binary?.scheme : ""}`.trim());
  assert.deepEqual(kinds, ["Conv2D", "Conv2D semi-binary", "Mean", "FullyConnected semi-binary"]);
});

test("uint8 numbers and zero points move down by 128, weights and bias stay as they are", () => {
  const bytes = buildOnnx({
    input: [1, 2, 1, 1],
    constants: {
      s: scalar(0.5),
      z: { dims: [], data: Uint8Array.of(130) },
      w: { dims: [3, 2, 1, 1], data: Int8Array.of(1, -2, 3, -4, 5, -6) },
      ws: floats([3], [0.25, 0.5, 1]),
      wz: { dims: [3], data: new Int8Array(3) },
      b: { dims: [3], data: Int32Array.of(7, -8, 9) },
      bs: floats([3], [0.125, 0.25, 0.5]),
      t: scalar(2),
    },
    nodes: [
      node("QuantizeLinear", "q", ["x", "s", "z"]),
      node("DequantizeLinear", "d", ["q", "s", "z"]),
      node("DequantizeLinear", "dw", ["w", "ws", "wz"], { axis: 0 }),
      node("DequantizeLinear", "db", ["b", "bs"], { axis: 0 }),
      node("Conv", "conv", ["d", "dw", "db"]),
      node("Relu", "relu", ["conv"]),
      node("QuantizeLinear", "q2", ["relu", "t", "z"]),
      node("DequantizeLinear", "d2", ["q2", "t", "z"]),
    ],
  });
  const { tensors, layers, output } = importOnnx(bytes, FILE);
  const [conv] = layers;
  assert.equal(layers.length, 1);
  assert.deepEqual(tensors[0].quantisation, { scale: 0.5, zeroPoint: 2 });
  assert.deepEqual(tensors[output].quantisation, { scale: 2, zeroPoint: 2 });
  assert.ok(conv.kind === "Conv2D" && conv.int8);
  assert.equal(conv.activation, "Relu");
  assert.deepEqual(conv.int8.values, Int8Array.of(1, -2, 3, -4, 5, -6));
  assert.deepEqual(conv.int8.scales, Float64Array.of(0.25, 0.5, 1));
  assert.deepEqual(conv.int8.bias, Int32Array.of(7, -8, 9));
  assert.deepEqual(conv.weights, Float32Array.of(0.25, -0.5, 1.5, -2, 5, -6));
});

test("a network that is quantised only in part is imported as float", () => {
  const bytes = buildOnnx({
    input: [1, 4],
    constants: { s: scalar(0.5), z: { dims: [], data: Int8Array.of(0) } },
    nodes: [
      node("QuantizeLinear", "q", ["x", "s", "z"]),
      node("DequantizeLinear", "d", ["q", "s", "z"]),
      node("HardSwish", "y", ["d"]),
    ],
  });
  assert.ok(importOnnx(bytes, FILE).tensors.every((tensor) => tensor.quantisation === undefined));
});

test("Flatten before Gemm moves the columns of the weights from c, h, w to h, w, c order", () => {
  const bytes = buildOnnx({
    input: [1, 2, 1, 3],
    constants: { w: floats([1, 6], [0, 1, 2, 10, 11, 12]) },
    nodes: [node("Flatten", "flat", ["x"]), node("Gemm", "fc", ["flat", "w"], { transB: 1 })],
  });
  const [dense] = importOnnx(bytes, FILE).layers;
  assert.equal(dense.kind, "FullyConnected");
  assert.deepEqual("weights" in dense && dense.weights, Float32Array.of(0, 10, 1, 11, 2, 12));
});

test("transposes that TensorFlow exports put around convolutions fold away", () => {
  const bytes = buildOnnx({
    input: ["batch", 4, 5, 2],
    constants: {
      w: floats([3, 2, 1, 1], [1, 2, 3, 4, 5, 6]),
      m: floats([3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]),
      k: floats([60, 1], sample([60])),
      shape: ints(-1, 60),
    },
    nodes: [
      node("Transpose", "in", ["x"], { perm: [0, 3, 1, 2] }),
      node("Conv", "conv", ["in", "w"]),
      node("Transpose", "out", ["conv"], { perm: [0, 2, 3, 1] }),
      node("MatMul", "pixels", ["out", "m"]),
      node("Reshape", "flat", ["pixels", "shape"]),
      node("MatMul", "fc", ["flat", "k"]),
    ],
  });
  const { tensors, layers } = importOnnx(bytes, FILE);
  assert.deepEqual(tensors[0].shape, [4, 5, 2]);
  assert.deepEqual(
    layers.map((layer) => layer.kind),
    ["Conv2D", "Conv2D", "FullyConnected"],
  );
  assert.deepEqual("weights" in layers[2] && layers[2].weights, sample([60]));
});

test("one-channel images that TensorFlow exports reshape keep their height and width", () => {
  const bytes = buildOnnx({
    input: [1, 5, 4, 1],
    constants: { shape: ints(1, 1, 5, 4), w: floats([2, 1, 3, 3], sample([18])) },
    nodes: [node("Reshape", "in", ["x", "shape"]), node("Conv", "conv", ["in", "w"])],
  });
  const { tensors, layers } = importOnnx(bytes, FILE);
  assert.deepEqual(tensors[0].shape, [5, 4, 1]);
  assert.deepEqual(
    layers.map((layer) => layer.kind),
    ["Conv2D"],
  );
});

/** x, and what a QDQ group leaves between it and the next quantisation. */
const S = scalar(0.5);
const Z = { dims: [], data: Int8Array.of(3) };
const quantise = (name: string, from: string, scale = "s") => [
  node("QuantizeLinear", `${name}.q`, [from, scale, "z"]),
  node("DequantizeLinear", name, [`${name}.q`, scale, "z"]),
];

test("bias and batch norm of an int8 product go into its bias and scales", () => {
  const bytes = buildOnnx({
    input: [1, 2],
    constants: {
      ...{ s: S, z: Z, ws: scalar(0.25), wz: { dims: [], data: Int8Array.of(0) } },
      w: { dims: [2, 2], data: Int8Array.of(1, 2, 3, 4) },
      ...{ b: floats([2], [1, -2]), g: floats([2], [2, 1]), v: floats([2], [1, 1]), zero: floats([2], [0, 0]) },
    },
    nodes: [
      ...quantise("in", "x"),
      node("DequantizeLinear", "dw", ["w", "ws", "wz"]),
      node("MatMul", "m", ["in", "dw"]),
      node("Add", "a", ["m", "b"]),
      node("BatchNormalization", "n", ["a", "g", "zero", "zero", "v"], { epsilon: { float: 0 } }),
      node("Relu", "r", ["n"]),
      ...quantise("y", "r"),
    ],
  });
  const { layers } = importOnnx(bytes, FILE);
  assert.equal(layers.length, 1);
  const [dense] = layers;
  assert.ok(dense.kind === "FullyConnected" && dense.int8 && dense.activation === "Relu");
  assert.deepEqual(dense.int8.values, Int8Array.of(1, 3, 2, 4)); // one row an output
  assert.deepEqual(dense.int8.scales, Float64Array.of(0.5, 0.25));
  assert.deepEqual(dense.int8.bias, Int32Array.of(8, -16)); // 1/(0.5·0.25), −2/(0.5·0.25)
});

test("layers that cannot change the quantisation get an Identity that does", () => {
  const bytes = buildOnnx({
    input: [1, 2, 4, 4],
    constants: { s: S, z: Z, s2: scalar(0.25) },
    nodes: [
      ...quantise("in", "x"),
      node("AveragePool", "p", ["in"], { kernel_shape: [2, 2] }),
      ...quantise("pool", "p", "s2"),
      node("MaxPool", "m", ["in"], { kernel_shape: [2, 2] }),
      ...quantise("max", "m"),
      node("Concat", "c", ["pool", "max"], { axis: 1 }),
      ...quantise("join", "c", "s2"),
      node("Softmax", "soft", ["join"], { axis: 1 }),
      ...quantise("y", "soft"),
    ],
  });
  const { tensors, layers } = importOnnx(bytes, FILE);
  const described = layers.map((layer) => `${layer.kind} ${tensors[layer.output].quantisation?.scale}`);
  assert.deepEqual(described, [
    "AveragePool 0.5",
    "Elementwise 0.25",
    "MaxPool 0.5",
    "Elementwise 0.25",
    "Concat 0.25",
    "Softmax 0.00390625",
    "Elementwise 0.5",
  ]);
});

test("numbers are read as raw bytes, as lists, and as float16", () => {
  const half = Uint16Array.of(0x3e00, 0xc000, 0x0001, 0x7bff); // 1.5, −2, 2^−24, 65,504
  const real = [1.5, -2, 2 ** -24, 65504];
  for (const w of [
    floats([4, 1], real),
    { ...floats([4, 1], real), stored: "lists" as const },
    { dims: [4, 1], data: half },
    { dims: [4, 1], data: half, stored: "lists" as const },
  ]) {
    const shape = { ...ints(1, -1), stored: w.stored };
    const nodes = [node("Reshape", "flat", ["x", "shape"]), node("MatMul", "fc", ["flat", "w"])];
    const [dense] = importOnnx(buildOnnx({ input: [1, 4, 1, 1], constants: { shape, w }, nodes }), FILE).layers;
    assert.deepEqual("weights" in dense && dense.weights, Float32Array.from(real));
  }
});

test("layer names are short, readable and unique", () => {
  assert.equal(shorten("/layer1/layer1.0/conv1/Conv", "Conv"), "layer1.0.conv1");
  assert.equal(shorten("/Relu", "Relu"), "Relu");
  assert.equal(shorten("/features/features.3/conv/conv.0/Conv_2", "Conv"), "features.3.conv.0");
  assert.equal(shorten("node_conv2d_1", "Conv"), "conv2d_1");
  assert.equal(shorten("StatefulPartitionedCall/net/dense/MatMul:0", "MatMul"), "net.dense");
  for (const name of goldenNames) {
    const names = importOnnx(golden(name).bytes, FILE).layers.map((layer) => layer.name);
    assert.equal(new Set(names).size, names.length);
  }
});

test("truncated files and flipped bits give a HalfbitError or a network, never anything else", () => {
  const next = random(3);
  for (const name of goldenNames) {
    const { bytes } = golden(name);
    for (let i = 0; i < 60; i++) {
      const damaged = i % 3 === 0 ? bytes.slice(0, next() % bytes.length) : bytes.slice();
      if (i % 3 > 0) for (let flip = 0; flip <= i % 4; flip++) damaged[next() % damaged.length] ^= 1 << (next() % 8);
      try {
        fold(importOnnx(damaged, FILE));
      } catch (error) {
        assert.ok(error instanceof HalfbitError, `${name}, damage ${i}: ${error}`);
        assert.ok(error.message.startsWith(FILE));
      }
    }
  }
  for (const bytes of [new Uint8Array(0), Uint8Array.of(0x89, 0x50, 0x4e, 0x47), new Uint8Array(1000)])
    assert.throws(() => importOnnx(bytes, FILE), { code: "E_SOURCE_CORRUPT" });
});
