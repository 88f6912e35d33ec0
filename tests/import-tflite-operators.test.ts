import assert from "node:assert/strict";
import { test } from "node:test";
import type { Graph, Layer } from "../host/graph/graph.ts";
import { importTflite } from "../host/import/tflite/index.ts";
import { type BuilderTensor, buildTflite } from "./support/tflite-builder.ts";
import { floats, indexList, int8, ints, shape, single } from "./support/tflite-nets.ts";

const graphOf = (bytes: Uint8Array): Graph => importTflite(bytes, "net.tflite");
const layerOf = (bytes: Uint8Array): Layer => graphOf(bytes).layers[0];
/** Each case: a model, and fields of the layer that it becomes. */
const CASES: [what: string, model: Uint8Array, expected: object][] = [
  [
    "CONV_2D SAME puts the odd pixel of padding after",
    single("CONV_2D", shape(1, 5, 6, 1), shape(1, 3, 3, 1), [{ shape: [1, 2, 3, 1], data: new Float32Array(6) }], {
      padding: 0,
      strideH: 2,
      strideW: 2,
    }),
    {
      kind: "Conv2D",
      groups: 1,
      activation: "None",
      bias: floats(0),
      geometry: {
        kernel: [2, 3],
        stride: [2, 2],
        dilation: [1, 1],
        padding: { top: 0, left: 0, bottom: 1, right: 1 },
      },
    },
  ],
  [
    "CONV_2D with fewer channels of weights than of input is grouped",
    single("CONV_2D", shape(1, 2, 2, 4), shape(1, 2, 2, 6), [{ shape: [6, 1, 1, 2], data: new Float32Array(12) }], {
      padding: 1,
      strideH: 1,
      strideW: 1,
      fusedActivation: 3,
    }),
    { kind: "Conv2D", groups: 2, activation: "Relu6" },
  ],
  [
    "CONV_2D with dilation pads by the spread kernel",
    single("CONV_2D", shape(1, 8, 8, 1), shape(1, 8, 8, 1), [{ shape: [1, 3, 3, 1], data: new Float32Array(9) }], {
      strideH: 1,
      strideW: 1,
      dilationH: 2,
      dilationW: 3,
    }),
    {
      geometry: {
        kernel: [3, 3],
        stride: [1, 1],
        dilation: [2, 3],
        padding: { top: 2, left: 3, bottom: 2, right: 3 },
      },
    },
  ],
  [
    "DEPTHWISE_CONV_2D takes a depth multiplier",
    single(
      "DEPTHWISE_CONV_2D",
      shape(1, 2, 2, 2),
      shape(1, 2, 2, 4),
      [{ shape: [1, 1, 1, 4], data: floats(1, 2, 3, 4) }],
      { strideH: 1, strideW: 1, depthMultiplier: 2 },
    ),
    { kind: "DepthwiseConv2D", weights: floats(1, 2, 3, 4), bias: floats(0, 0, 0, 0) },
  ],
  [
    "FULLY_CONNECTED flattens its input",
    single(
      "FULLY_CONNECTED",
      shape(1, 2, 2, 1),
      shape(1, 1),
      [
        { shape: [1, 4], data: floats(1, 2, 3, 4) },
        { shape: [1], data: floats(5) },
      ],
      { fusedActivation: 1 },
    ),
    { kind: "FullyConnected", weights: floats(1, 2, 3, 4), bias: floats(5), activation: "Relu" },
  ],
  [
    "FULLY_CONNECTED over several rows is a 1×1 convolution",
    single("FULLY_CONNECTED", shape(1, 3, 2), shape(1, 3, 1), [{ shape: [1, 2], data: floats(1, 2) }], {
      keepNumDims: true,
    }),
    { kind: "Conv2D", weights: floats(1, 2), groups: 1 },
  ],
  [
    "a float16 constant is read as its value",
    single("ADD", shape(1, 2), shape(1, 2), [{ shape: [2], type: "FLOAT16", data: Uint16Array.of(0x3c00, 0xc100) }]),
    { kind: "DepthwiseConv2D", weights: floats(1, 1), bias: floats(1, -2.5) },
  ],
  [
    "MUL by a constant a channel is a 1×1 depthwise convolution",
    single("MUL", shape(1, 2, 2, 2), shape(1, 2, 2, 2), [{ shape: [2], data: floats(3, -4) }]),
    { kind: "DepthwiseConv2D", weights: floats(3, -4), bias: floats(0, 0) },
  ],
  [
    "MUL by one number applies it to every channel",
    single("MUL", shape(1, 1, 3), shape(1, 1, 3), [{ shape: [], data: floats(7) }], { fusedActivation: 1 }),
    { kind: "DepthwiseConv2D", weights: floats(7, 7, 7), activation: "Relu" },
  ],
  [
    "SUB of a constant adds its negative",
    single("SUB", shape(1, 2), shape(1, 2), [{ shape: [2], data: floats(3, -4) }]),
    { kind: "DepthwiseConv2D", weights: floats(1, 1), bias: floats(-3, 4) },
  ],
  [
    "int8 MUL by a constant keeps its integers, so that the bits stay TFLite's",
    single("MUL", int8([1, 1, 1, 2], 0.5, 3), int8([1, 1, 1, 2], 0.25, 0), [
      { ...int8([2], 0.125, 20), data: Int8Array.of(100, -100) },
    ]),
    {
      kind: "DepthwiseConv2D",
      weights: floats(10, -15),
      int8: {
        values: Int8Array.of(80, -120),
        scales: Float64Array.of(0.125, 0.125),
        bias: Int32Array.of(0, 0),
      },
    },
  ],
  [
    "PAD becomes pixels before and after",
    single("PAD", shape(1, 2, 2, 1), shape(1, 5, 6, 1), [
      { shape: [4, 2], type: "INT32", data: ints(0, 0, 1, 2, 3, 1, 0, 0) },
    ]),
    { kind: "Pad", padding: { top: 1, bottom: 2, left: 3, right: 1 } },
  ],
  [
    "MAX_POOL_2D has geometry and activation",
    single("MAX_POOL_2D", shape(1, 4, 4, 1), shape(1, 2, 2, 1), [], {
      padding: 1,
      strideH: 2,
      strideW: 2,
      filterH: 2,
      filterW: 2,
      fusedActivation: 1,
    }),
    {
      kind: "MaxPool",
      activation: "Relu",
      geometry: {
        kernel: [2, 2],
        stride: [2, 2],
        dilation: [1, 1],
        padding: { top: 0, left: 0, bottom: 0, right: 0 },
      },
    },
  ],
  ["MEAN over height and width", single("MEAN", shape(1, 4, 4, 3), shape(1, 3), [indexList(1, 2)]), { kind: "Mean" }],
  [
    "MEAN with negative axes and kept dimensions",
    single("MEAN", shape(1, 4, 4, 3), shape(1, 1, 1, 3), [indexList(-2, -3)], { keepDims: true }),
    { kind: "Mean" },
  ],
  ["SOFTMAX has beta", single("SOFTMAX", shape(1, 4), shape(1, 4), [], { beta: 0.5 }), { kind: "Softmax", beta: 0.5 }],
  ["RESHAPE", single("RESHAPE", shape(1, 2, 2, 3), shape(1, 12), [indexList(1, 12)]), { kind: "Reshape" }],
  ["SQUEEZE", single("SQUEEZE", shape(1, 1, 1, 3), shape(1, 3), []), { kind: "Reshape" }],
  ["EXPAND_DIMS", single("EXPAND_DIMS", shape(1, 5, 3), shape(1, 1, 5, 3), [indexList(1)]), { kind: "Reshape" }],
  [
    "TRANSPOSE that moves only sizes of 1 is a Reshape",
    single("TRANSPOSE", shape(1, 1, 5, 3), shape(1, 5, 1, 3), [indexList(0, 2, 1, 3)]),
    { kind: "Reshape" },
  ],
  ...(["RELU", "RELU6", "HARD_SWISH", "LOGISTIC", "TANH"] as const).map((op): (typeof CASES)[number] => [
    `${op} is elementwise`,
    single(op, shape(1, 2, 2, 1), shape(1, 2, 2, 1), []),
    {
      kind: "Elementwise",
      function: { RELU: "Relu", RELU6: "Relu6", HARD_SWISH: "HardSwish", LOGISTIC: "Logistic", TANH: "Tanh" }[op],
    },
  ]),
];

for (const [what, model, expected] of CASES) {
  test(what, () => {
    const layer = layerOf(model) as unknown as Record<string, unknown>;
    const got = Object.fromEntries(Object.keys(expected).map((key) => [key, layer[key]]));
    assert.deepEqual(got, expected);
  });
}

test("ADD of two activations", () => {
  const graph = graphOf(
    buildTflite({
      tensors: [shape(1, 2, 2, 3), shape(1, 2, 2, 3), shape(1, 2, 2, 3)],
      operators: [
        { name: "RELU6", inputs: [0], outputs: [1] },
        { name: "ADD", inputs: [0, 1], outputs: [2], options: { fusedActivation: 1 } },
      ],
      inputs: [0],
      outputs: [2],
    }),
  );
  const last = graph.layers[1];
  assert.deepEqual([last.kind, last.inputs, last.kind === "Add" && last.activation], ["Add", [0, 1], "Relu"]);
});

test("MUL takes one number a channel as second operand, whichever stood first", () => {
  const graph = graphOf(
    buildTflite({
      tensors: [shape(1, 2, 2, 3), shape(1, 1, 1, 3), shape(1, 2, 2, 3), indexList(1, 2)],
      operators: [
        { name: "MEAN", inputs: [0, 3], outputs: [1], options: { keepDims: true } },
        { name: "MUL", inputs: [1, 0], outputs: [2] },
      ],
      inputs: [0],
      outputs: [2],
    }),
  );
  assert.equal(graph.layers[1].kind, "Mul");
  assert.deepEqual(graph.layers[1].inputs, [0, 1]);
});

test("int8 MUL by a constant beyond int8 weights multiplies by a tensor of one pixel, made in steps of 255", () => {
  const x = int8([1, 300, 2, 2], 0.5, 3);
  const graph = graphOf(
    single("MUL", x, { ...x, scale: [0.25] }, [{ ...int8([2], 0.125, -128), data: Int8Array.of(100, -100) }]),
  );
  assert.deepEqual(
    graph.layers.map(({ kind, inputs, output }) => [kind, inputs, graph.tensors[output].shape.join()]),
    [
      ["DepthwiseConv2D", [0], "2,1,2"],
      ["DepthwiseConv2D", [1], "1,1,2"],
      ["Mul", [0, 2], "300,2,2"],
    ],
  );
  for (const layer of graph.layers.slice(0, 2)) {
    assert.ok(layer.kind === "DepthwiseConv2D" && layer.int8);
    assert.deepEqual(layer.weights, floats(0, 0));
    assert.deepEqual(layer.bias, floats(228 / 8, 28 / 8));
    assert.deepEqual(layer.int8.bias, ints(228, 28));
  }
});

test("int8 ADD of a constant adds a tensor of it, so that the bits stay TFLite's", () => {
  const x = int8([1, 3, 2, 2], 0.5, 3);
  const graph = graphOf(single("ADD", x, x, [{ ...int8([2], 0.125, 20), data: Int8Array.of(100, -100) }]));
  const [constant, sum] = graph.layers;
  assert.deepEqual([constant.kind, sum.kind, sum.inputs], ["DepthwiseConv2D", "Add", [0, constant.output]]);
  assert.deepEqual(graph.tensors[constant.output].shape, [3, 2, 2]);
  assert.deepEqual(graph.tensors[constant.output].quantisation, { scale: 0.125, zeroPoint: 20 });
});

test("int8 FULLY_CONNECTED over several rows keeps its own rounding", () => {
  const weights = { ...int8([1, 2], 0.5, 0), data: Int8Array.of(1, 2) };
  const layer = layerOf(single("FULLY_CONNECTED", int8([1, 3, 2], 0.5, 0), int8([1, 3, 1], 1, 0), [weights]));
  assert.ok(layer.kind === "Conv2D" && layer.int8?.roundsOnce);
});

test("CONCATENATION along the channels, counted from either end", () => {
  for (const axis of [3, -1]) {
    const graph = graphOf(
      buildTflite({
        tensors: [shape(1, 2, 2, 1), shape(1, 2, 2, 1), shape(1, 2, 2, 2)],
        operators: [
          { name: "RELU", inputs: [0], outputs: [1] },
          { name: "CONCATENATION", inputs: [0, 1], outputs: [2], options: { axis } },
        ],
        inputs: [0],
        outputs: [2],
      }),
    );
    const last = graph.layers[1];
    assert.deepEqual([last.kind, last.inputs, last.kind === "Concat" && last.axis], ["Concat", [0, 1], 2]);
  }
});

test("weights that a DEQUANTIZE makes float are constants", () => {
  const layer = layerOf(
    buildTflite({
      tensors: [shape(1, 2), { ...int8([1, 2], 0.5, 0), data: Int8Array.of(4, -6) }, shape(1, 2), shape(1, 1)],
      operators: [
        { name: "DEQUANTIZE", inputs: [1], outputs: [2] },
        { name: "FULLY_CONNECTED", inputs: [0, 2, -1], outputs: [3] },
      ],
      inputs: [0],
      outputs: [3],
    }),
  );
  assert.equal(layer.kind, "FullyConnected");
  assert.deepEqual("weights" in layer && layer.weights, floats(2, -3));
});

test("QUANTIZE behind a float input and DEQUANTIZE before a float output are dropped", () => {
  const graph = graphOf(
    buildTflite({
      tensors: [shape(1, 4), int8([1, 4], 0.5, -3), int8([1, 4], 1 / 256, -128), shape(1, 4)],
      operators: [
        { name: "QUANTIZE", inputs: [0], outputs: [1] },
        { name: "SOFTMAX", inputs: [1], outputs: [2], options: { beta: 1 } },
        { name: "DEQUANTIZE", inputs: [2], outputs: [3] },
      ],
      inputs: [0],
      outputs: [3],
    }),
  );
  assert.deepEqual(
    graph.layers.map((layer) => layer.kind),
    ["Softmax"],
  );
  assert.deepEqual(graph.tensors[graph.input].quantisation, { scale: 0.5, zeroPoint: -3 });
  assert.deepEqual(graph.tensors[graph.output].quantisation, { scale: 1 / 256, zeroPoint: -128 });
});

test("a uint8 input and output are the same numbers as int8, 128 lower", () => {
  const uint8 = (zeroPoint: number): BuilderTensor => ({ ...int8([1, 4], 0.5, zeroPoint), type: "UINT8" });
  const graph = graphOf(
    buildTflite({
      tensors: [uint8(125), int8([1, 4], 0.5, -3), int8([1, 4], 0.5, 0), uint8(128)],
      operators: [
        { name: "QUANTIZE", inputs: [0], outputs: [1] },
        { name: "RELU", inputs: [1], outputs: [2] },
        { name: "QUANTIZE", inputs: [2], outputs: [3] },
      ],
      inputs: [0],
      outputs: [3],
    }),
  );
  assert.deepEqual(
    graph.layers.map((layer) => layer.kind),
    ["Elementwise"],
  );
  assert.deepEqual(graph.tensors[graph.input].quantisation, { scale: 0.5, zeroPoint: -3 });
});

test("QUANTIZE from int8 to int8 is the identity under another scale", () => {
  const layer = layerOf(single("QUANTIZE", int8([1, 4], 0.5, 1), int8([1, 4], 0.25, 2), []));
  assert.deepEqual([layer.kind, layer.kind === "Elementwise" && layer.function], ["Elementwise", "Identity"]);
});

test("shape arithmetic before a RESHAPE leaves no layer", () => {
  const graph = graphOf(
    buildTflite({
      tensors: [
        shape(1, 6),
        { shape: [2], type: "INT32" },
        { shape: [], type: "INT32" },
        { shape: [3], type: "INT32" },
        { shape: [1, 2, 3], signature: [-1, 2, 3] },
        indexList(0),
        indexList(1),
        indexList(1),
        { shape: [], type: "INT32", data: ints(2) },
        { shape: [], type: "INT32", data: ints(3) },
      ],
      operators: [
        { name: "SHAPE", inputs: [0], outputs: [1] },
        { name: "STRIDED_SLICE", inputs: [1, 5, 6, 7], outputs: [2] },
        { name: "PACK", inputs: [2, 8, 9], outputs: [3] },
        { name: "RESHAPE", inputs: [0, 3], outputs: [4] },
      ],
      inputs: [0],
      outputs: [4],
    }),
  );
  assert.deepEqual(
    graph.layers.map((layer) => layer.kind),
    ["Reshape"],
  );
  assert.deepEqual(graph.tensors[graph.output].shape, [1, 2, 3]);
});
