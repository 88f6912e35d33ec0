import assert from "node:assert/strict";
import { test } from "node:test";
import { execute } from "../host/execute.ts";
import { importOnnx } from "../host/import/onnx/index.ts";
import { fold } from "../host/passes/fold.ts";
import {
  type BuilderModel,
  type BuilderTensor,
  buildOnnx,
  floats,
  ints,
  node,
  scalar,
} from "./support/onnx-builder.ts";
import { channelsLast, sample } from "./support/onnx-golden.ts";
import { noOnnxruntime, runOnnxruntime } from "./support/onnxruntime.ts";

const seven = (dims: number[]): BuilderTensor => floats(dims, sample(dims));
const positive = (dims: number[]): BuilderTensor =>
  floats(
    dims,
    sample(dims).map((n) => Math.abs(n) + 0.5),
  );
const IMAGE = [1, 4, 7, 6];
const one = (op: string, attributes = {}, constants: Record<string, BuilderTensor> = {}, opset = 17): BuilderModel => ({
  input: IMAGE,
  constants,
  opset,
  nodes: [node(op, "y", ["x", ...Object.keys(constants)], attributes)],
});
const conv = (dims: number[], attributes = {}): BuilderModel =>
  one("Conv", attributes, { w: seven(dims), b: seven([dims[0]]) });
const swish = (...steps: ReturnType<typeof node>[]): BuilderModel => ({
  input: IMAGE,
  constants: { zero: scalar(0), three: scalar(3), six: scalar(6), sixth: scalar(1 / 6) },
  nodes: [node("Add", "sum", ["x", "three"]), node("Clip", "clip", ["sum", "zero", "six"]), ...steps],
});

/** What, the network, the layers it becomes after folding; the output's ONNX order where it is not N×c×h×w. */
const CASES: [what: string, model: BuilderModel, kinds: string, order?: "NHWC"][] = [
  ["Conv with uneven padding and strides", conv([3, 4, 3, 2], { pads: [0, 1, 2, 0], strides: [2, 1] }), "Conv2D"],
  ["Conv with SAME_UPPER", conv([3, 4, 2, 4], { auto_pad: "SAME_UPPER", strides: [2, 2] }), "Conv2D"],
  ["Conv with SAME_LOWER", conv([3, 4, 2, 4], { auto_pad: "SAME_LOWER", strides: [1, 2] }), "Conv2D"],
  ["Conv with VALID", conv([3, 4, 2, 4], { auto_pad: "VALID" }), "Conv2D"],
  ["Conv with groups and dilation", conv([6, 2, 3, 3], { group: 2, dilations: [2, 1], pads: [2, 1, 2, 1] }), "Conv2D"],
  ["Conv of every channel for itself", conv([4, 1, 3, 3], { group: 4 }), "DepthwiseConv2D"],
  ["Conv of every channel to two", conv([8, 1, 3, 3], { group: 4, pads: [1, 1, 1, 1] }), "DepthwiseConv2D"],
  ["MaxPool", one("MaxPool", { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 0] }), "MaxPool"],
  ["MaxPool with ceil_mode", one("MaxPool", { kernel_shape: [2, 4], strides: [2, 3], ceil_mode: 1 }), "MaxPool"],
  [
    "AveragePool inside",
    one("AveragePool", { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
    "AveragePool",
  ],
  [
    "AveragePool with ceil_mode",
    one("AveragePool", { kernel_shape: [2, 4], strides: [2, 3], ceil_mode: 1 }),
    "AveragePool",
  ],
  [
    "AveragePool that counts padding",
    one("AveragePool", { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 }),
    "DepthwiseConv2D",
  ],
  ["GlobalAveragePool", one("GlobalAveragePool"), "Mean"],
  ["GlobalMaxPool", one("GlobalMaxPool"), "MaxPool"],
  ["ReduceMean with an attribute", one("ReduceMean", { axes: [2, 3], keepdims: 0 }), "Mean"],
  ["ReduceMean with an input", one("ReduceMean", {}, { axes: ints(-1, -2) }, 18), "Mean"],
  ["ReduceMax", one("ReduceMax", { axes: [-2, -1], keepdims: 1 }), "MaxPool"],
  [
    "BatchNormalization alone",
    one(
      "BatchNormalization",
      { epsilon: { float: 0.01 } },
      { g: seven([4]), b: seven([4]), m: seven([4]), v: positive([4]) },
    ),
    "DepthwiseConv2D",
  ],
  ["Mul by a number a channel", one("Mul", {}, { c: seven([4, 1, 1]) }), "DepthwiseConv2D"],
  ["Div by one number", one("Div", {}, { c: scalar(-3) }), "DepthwiseConv2D"],
  [
    "a constant minus x",
    { input: IMAGE, constants: { c: seven([1, 4, 1, 1]) }, nodes: [node("Sub", "y", ["c", "x"])] },
    "DepthwiseConv2D",
  ],
  [
    "scaling before, between and after convolutions",
    {
      input: IMAGE,
      constants: {
        m: seven([4, 1, 1]),
        w: seven([5, 4, 3, 3]),
        s: seven([5, 1, 1]),
        d: seven([5, 1, 2, 2]),
        t: scalar(0.7),
      },
      nodes: [
        node("Sub", "a", ["x", "m"]),
        node("Conv", "b", ["a", "w"]),
        node("Mul", "c", ["b", "s"]),
        node("Conv", "d1", ["c", "d"], { group: 5, pads: [1, 0, 0, 1] }),
        node("Add", "e", ["d1", "t"]),
        node("Relu", "y", ["e"]),
      ],
    },
    "Conv2D DepthwiseConv2D",
  ],
  [
    "the difference of two tensors",
    { input: IMAGE, nodes: [node("Sigmoid", "a", ["x"]), node("Tanh", "b", ["x"]), node("Sub", "y", ["a", "b"])] },
    "Elementwise Elementwise DepthwiseConv2D Add",
  ],
  [
    "a gate a channel, as first operand of Mul",
    {
      input: IMAGE,
      nodes: [node("GlobalAveragePool", "g", ["x"]), node("Sigmoid", "s", ["g"]), node("Mul", "y", ["s", "x"])],
    },
    "Mean Elementwise Mul",
  ],
  ...[1, 2, -1].map((axis): [string, BuilderModel, string] => [
    `Concat along axis ${axis}`,
    { input: IMAGE, nodes: [node("Relu", "a", ["x"]), node("Concat", "y", ["x", "a", "x"], { axis })] },
    "Elementwise Concat",
  ]),
  ["Pad", one("Pad", {}, { p: ints(0, 0, 1, 2, 0, 0, 3, 0) }), "Pad"],
  [
    "Pad of named axes",
    {
      input: IMAGE,
      opset: 18,
      constants: { p: ints(2, 1, 0, 3), v: scalar(0), axes: ints(-1, 2), w: seven([2, 4, 3, 3]) },
      nodes: [node("Pad", "p1", ["x", "p", "v", "axes"]), node("Conv", "y", ["p1", "w"], { pads: [1, 1, 1, 1] })],
    },
    "Conv2D",
  ],
  ["Clip to 0…6", one("Clip", {}, { a: scalar(0), b: scalar(6) }), "Elementwise"],
  ["Clip to 0…0.3", one("Clip", {}, { a: scalar(0), b: scalar(0.3) }), "DepthwiseConv2D DepthwiseConv2D"],
  ["Clip from 0", one("Clip", {}, { a: scalar(0) }), "Elementwise"],
  ["HardSigmoid", one("HardSigmoid", { alpha: { float: 0.3 } }), "DepthwiseConv2D DepthwiseConv2D"],
  ["HardSwish", one("HardSwish"), "Elementwise"],
  ["x·(Relu6(x + 3)/6)", swish(node("Div", "d", ["clip", "six"]), node("Mul", "y", ["x", "d"])), "Elementwise"],
  ["(x·Relu6(x + 3))/6", swish(node("Mul", "m", ["clip", "x"]), node("Div", "y", ["m", "six"])), "Elementwise"],
  ["(x·Relu6(x + 3))·⅙", swish(node("Mul", "m", ["x", "clip"]), node("Mul", "y", ["m", "sixth"])), "Elementwise"],
  [
    "x·HardSigmoid(x)",
    {
      input: IMAGE,
      nodes: [node("HardSigmoid", "h", ["x"], { alpha: { float: Math.fround(1 / 6) } }), node("Mul", "y", ["h", "x"])],
    },
    "Elementwise",
  ],
  ["Softmax over the channels of an image", one("Softmax", { axis: 1 }), "Softmax"],
  [
    "Softmax of old, over what follows its axis",
    { input: [1, 5, 1, 1], opset: 11, nodes: [node("Softmax", "y", ["x"])] },
    "Softmax",
  ],
  [
    "Softmax behind a transpose",
    { input: IMAGE, nodes: [node("Transpose", "t", ["x"], { perm: [0, 2, 3, 1] }), node("Softmax", "y", ["t"])] },
    "Softmax",
    "NHWC",
  ],
  [
    "Gemm with factors",
    {
      input: ["n", 6],
      constants: { b: seven([6, 3]), c: seven([3]) },
      nodes: [node("Gemm", "y", ["x", "b", "c"], { alpha: { float: 2 }, beta: { float: -0.5 } })],
    },
    "FullyConnected",
  ],
  [
    "MatMul, then Add of a bias",
    {
      input: [1, 6],
      constants: { b: seven([6, 3]), c: seven([3]) },
      nodes: [node("MatMul", "m", ["x", "b"]), node("Add", "y", ["m", "c"])],
    },
    "FullyConnected",
  ],
  [
    "Reshape of a vector to an image of one channel",
    {
      input: [1, 12],
      constants: { s: ints(1, 1, 3, 4), w: seven([2, 1, 2, 2]) },
      nodes: [node("Reshape", "r", ["x", "s"]), node("Conv", "y", ["r", "w"])],
    },
    "Reshape Conv2D",
  ],
  [
    "squeezed, cast, dropped out and flattened",
    {
      input: [1, 6, 1, 1],
      constants: { axes: ints(2, 3), w: seven([6, 2]) },
      nodes: [
        node("Squeeze", "s", ["x", "axes"]),
        node("Cast", "c", ["s"], { to: 1 }),
        node("Dropout", "d", ["c"]),
        node("Unsqueeze", "u", ["d", "axes"]),
        node("Flatten", "f", ["u"]),
        node("MatMul", "y", ["f", "w"]),
      ],
    },
    "FullyConnected",
  ],
  [
    "a flatten whose shape is computed from the input's",
    {
      input: ["n", 2, 3, 2],
      constants: { zero: ints(0), rest: ints(-1), w: seven([12, 2]) },
      nodes: [
        node("Shape", "shape", ["x"]),
        node("Gather", "n", ["shape", "zero"]),
        node("Concat", "target", ["n", "rest"], { axis: 0 }),
        node("Reshape", "flat", ["x", "target"]),
        node("MatMul", "y", ["flat", "w"]),
      ],
    },
    "FullyConnected",
  ],
];

for (const [what, model, kinds] of CASES)
  test(`${what} becomes ${kinds}`, () => {
    const { layers } = fold(importOnnx(buildOnnx(model), "net.onnx"));
    assert.equal(layers.map((layer) => layer.kind).join(" "), kinds);
  });

test("onnxruntime computes the same, before folding and after", { skip: noOnnxruntime }, async () => {
  const models = CASES.map(([, model]) => ({
    bytes: buildOnnx(model),
    x: sample(model.input.map((n) => (typeof n === "number" ? n : 1))).map((n) => 5 * n),
    dims: model.input as number[],
  }));
  const outputs = runOnnxruntime(models);
  for (const [i, [what, , , order]] of CASES.entries()) {
    const { bytes, x, dims } = models[i];
    const imported = importOnnx(bytes, "net.onnx");
    const [h, w, c] = imported.tensors[imported.output].shape;
    const expected = order === "NHWC" ? outputs[i] : channelsLast(outputs[i], [1, c, h, w]);
    for (const graph of [imported, fold(imported)]) {
      const { output } = graph;
      const y = (await execute(graph, channelsLast(x, dims), 1, [output])).get(output)!;
      assert.equal(y.length, expected.length, what);
      const largest = Math.max(...expected.map(Math.abs));
      for (const [k, value] of y.entries()) assert.ok(Math.abs(value - expected[k]) <= 2e-6 * largest, `${what}: ${k}`);
    }
  }
});
