// Graph models against TensorFlow.js's own executor: what the importer and the folds make of a graph computes the same.
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadGraphModel } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";
import { execute } from "../host/execute.ts";
import { size } from "../host/graph/graph.ts";
import { importModel } from "../host/import/detect.ts";
import { fold } from "../host/passes/fold.ts";
import { startTfjs } from "../host/tfjs/backend.ts";
import { assertClose, reals } from "./support/reals.ts";
import {
  attr,
  type Folder,
  type GraphConstant,
  type GraphDraft,
  node,
  quantised,
  savedGraph,
  source,
} from "./support/tfjs-builder.ts";

await startTfjs();

let seed = 0;
const floats = (...dims: number[]): GraphConstant => ({ dims, data: reals(size(dims), ++seed, 0.5) });
const positive = (...dims: number[]): GraphConstant => ({
  dims,
  data: reals(size(dims), ++seed).map((n) => n * n + 0.5),
});
const number = (value: number): GraphConstant => ({ dims: [], data: Float32Array.of(value) });
const ints = (...values: number[]): GraphConstant => ({ dims: [values.length], data: Int32Array.from(values) });
const index = (value: number): GraphConstant => ({ dims: [], data: Int32Array.of(value) });

const IMAGE = [-1, 7, 6, 4];
/** One operator over the input and constants. */
const one = (
  op: string,
  attributes = {},
  constants: Record<string, GraphConstant> = {},
  input = IMAGE,
): GraphDraft => ({
  input,
  constants,
  nodes: [node(op, "y", ["x", ...Object.keys(constants)], attributes)],
});
const NHWC = { data_format: attr.text("NHWC") };
const windowed = (padding: string, strides = [1, 1], dilations = [1, 1]) => ({
  ...NHWC,
  padding: attr.text(padding),
  strides: attr.ints(1, ...strides, 1),
  dilations: attr.ints(1, ...dilations, 1),
});
const pooled = (padding: string, kernel: number[], strides: number[]) => ({
  ...windowed(padding, strides),
  ksize: attr.ints(1, ...kernel, 1),
});
const fusedWith = (...names: string[]) => ({
  fused_ops: attr.texts(...names),
  num_args: attr.int(1),
  epsilon: attr.float(0),
});
const EXPLICIT = { ...windowed("EXPLICIT"), explicit_paddings: attr.ints(0, 0, 1, 0, 2, 1, 0, 0) };
const NORM = { ...NHWC, epsilon: attr.float(0.01), is_training: attr.flag(false) };
const norm = () => ({ g: floats(4), b: floats(4), m: floats(4), v: positive(4) });
const KEEP = { keep_dims: attr.flag(true) };

/** x → Sigmoid and Tanh, joined by a node. */
const branches = (join: ReturnType<typeof node>, constants = {}): GraphDraft => ({
  input: IMAGE,
  constants,
  nodes: [node("Sigmoid", "a", ["x"]), node("Tanh", "b", ["x"]), join],
});

/** The target shape of a Keras Reshape: the batch out of Shape, packed with the other sizes. */
const kerasReshape: GraphDraft = {
  input: IMAGE,
  constants: { zero: ints(0), one: ints(1), by: index(14), c: index(12) },
  nodes: [
    node("Pack", "target", ["batch", "by", "c"], { N: attr.int(3), axis: attr.int(0) }),
    node("StridedSlice", "batch", ["shape", "zero", "one", "one"], { shrink_axis_mask: attr.int(1) }),
    node("Shape", "shape", ["x"]),
    node("Reshape", "y", ["x", "target"]),
  ],
};

const CASES: [what: string, draft: GraphDraft, kinds: string][] = [
  ["Conv2D SAME", one("Conv2D", windowed("SAME", [2, 1]), { w: floats(3, 2, 4, 5) }), "Conv2D"],
  ["Conv2D VALID with dilation", one("Conv2D", windowed("VALID", [1, 1], [2, 2]), { w: floats(3, 2, 4, 5) }), "Conv2D"],
  ["Conv2D EXPLICIT", one("Conv2D", EXPLICIT, { w: floats(3, 3, 4, 2) }), "Conv2D"],
  [
    "DepthwiseConv2dNative",
    one("DepthwiseConv2dNative", windowed("SAME", [2, 2]), { w: floats(3, 3, 4, 2) }),
    "DepthwiseConv2D",
  ],
  ...["Relu", "Relu6"].map((name): (typeof CASES)[number] => [
    `_FusedConv2D with BiasAdd and ${name}`,
    one(
      "_FusedConv2D",
      { ...windowed("SAME"), ...fusedWith("BiasAdd", name) },
      { w: floats(3, 3, 4, 5), b: floats(5) },
    ),
    "Conv2D",
  ]),
  [
    "_FusedConv2D with BiasAdd alone",
    one("_FusedConv2D", { ...windowed("VALID"), ...fusedWith("BiasAdd") }, { w: floats(1, 1, 4, 5), b: floats(5) }),
    "Conv2D",
  ],
  [
    "FusedDepthwiseConv2dNative",
    one(
      "FusedDepthwiseConv2dNative",
      { ...windowed("SAME"), ...fusedWith("BiasAdd", "Relu6") },
      { w: floats(3, 3, 4, 1), b: floats(4) },
    ),
    "DepthwiseConv2D",
  ],
  ["MatMul", one("MatMul", {}, { w: floats(9, 3) }, [-1, 9]), "FullyConnected"],
  [
    "MatMul with transpose_b",
    one("MatMul", { transpose_b: attr.flag(true) }, { w: floats(3, 9) }, [-1, 9]),
    "FullyConnected",
  ],
  [
    "_FusedMatMul with BiasAdd and Sigmoid",
    one("_FusedMatMul", fusedWith("BiasAdd", "Sigmoid"), { w: floats(9, 3), b: floats(3) }, [-1, 9]),
    "FullyConnected Elementwise",
  ],
  ["BiasAdd", one("BiasAdd", NHWC, { b: floats(4) }), "DepthwiseConv2D"],
  ...["FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"].map((name): (typeof CASES)[number] => [
    name,
    one(name, NORM, norm()),
    "DepthwiseConv2D",
  ]),
  [
    "convolution, batch norm, Relu",
    {
      input: IMAGE,
      constants: { w: floats(3, 3, 4, 4), ...norm() },
      nodes: [
        node("Relu", "y", ["n:0"]),
        node("FusedBatchNormV3", "n", ["c", "g", "b", "m", "v"], NORM),
        node("Conv2D", "c", ["x:0", "w"], windowed("SAME")),
      ],
    },
    "Conv2D",
  ],
  ...["Relu", "Relu6", "Sigmoid", "Tanh"].map((name): (typeof CASES)[number] => [name, one(name), "Elementwise"]),
  ["Softmax", one("Softmax", {}, {}, [-1, 5]), "Softmax"],
  ["Add of a number a channel", one("Add", {}, { c: floats(4) }), "DepthwiseConv2D"],
  ["AddV2 of one number", one("AddV2", {}, { c: number(0.7) }), "DepthwiseConv2D"],
  ["Mul by a number a channel", one("Mul", {}, { c: floats(1, 1, 1, 4) }), "DepthwiseConv2D"],
  ["RealDiv by one number", one("RealDiv", {}, { c: number(-3) }), "DepthwiseConv2D"],
  ["Sub of a constant", one("Sub", {}, { c: floats(4) }), "DepthwiseConv2D"],
  [
    "a constant minus x",
    { input: IMAGE, constants: { c: number(2) }, nodes: [node("Sub", "y", ["c", "x"])] },
    "DepthwiseConv2D",
  ],
  ["AddV2 of tensors", branches(node("AddV2", "y", ["a", "b"])), "Elementwise Elementwise Add"],
  ["Mul of tensors", branches(node("Mul", "y", ["a", "b"])), "Elementwise Elementwise Mul"],
  ["Sub of tensors", branches(node("Sub", "y", ["a", "b"])), "Elementwise Elementwise DepthwiseConv2D Add"],
  [
    "Mul by a gate a channel, which comes first",
    {
      input: IMAGE,
      constants: { axes: ints(1, 2) },
      nodes: [node("Mean", "g", ["x", "axes"], KEEP), node("Sigmoid", "s", ["g"]), node("Mul", "y", ["s", "x"])],
    },
    "Mean Elementwise Mul",
  ],
  [
    "HardSwish in steps",
    {
      input: IMAGE,
      constants: { three: number(3), sixth: number(1 / 6) },
      nodes: [
        node("AddV2", "sum", ["x", "three"]),
        node("Relu6", "clip", ["sum"]),
        node("Mul", "gate", ["clip", "sixth"]),
        node("Mul", "y", ["x", "gate"]),
      ],
    },
    "Elementwise",
  ],
  ["AvgPool SAME", one("AvgPool", pooled("SAME", [3, 2], [2, 1])), "AveragePool"],
  ["MaxPool VALID", one("MaxPool", pooled("VALID", [2, 3], [2, 2])), "MaxPool"],
  ["Mean over height and width", one("Mean", {}, { axes: ints(1, 2) }), "Mean"],
  ["Mean that keeps dimensions", one("Mean", KEEP, { axes: ints(-3, -2) }), "Mean"],
  ["Max over height and width", one("Max", {}, { axes: ints(2, 1) }), "MaxPool"],
  ["Pad", one("Pad", {}, { p: { ...ints(0, 0, 1, 2, 0, 3, 0, 0), dims: [4, 2] } }), "Pad"],
  [
    "PadV2 before a convolution",
    {
      input: IMAGE,
      constants: { p: { ...ints(0, 0, 1, 1, 1, 1, 0, 0), dims: [4, 2] }, zero: number(0), w: floats(3, 3, 4, 2) },
      nodes: [node("PadV2", "p1", ["x", "p", "zero"]), node("Conv2D", "y", ["p1", "w"], windowed("VALID", [2, 2]))],
    },
    "Conv2D",
  ],
  ...[1, 2, -1].map((axis): (typeof CASES)[number] => [
    `ConcatV2 along axis ${axis}`,
    branches(node("ConcatV2", "y", ["a", "b", "axis"], { N: attr.int(2) }), { axis: index(axis) }),
    "Elementwise Elementwise Concat",
  ]),
  [
    "Reshape to a vector",
    {
      input: IMAGE,
      constants: { s: ints(-1, 168), w: floats(168, 3) },
      nodes: [node("Reshape", "f", ["x", "s"]), node("MatMul", "y", ["f", "w"])],
    },
    "Reshape FullyConnected",
  ],
  ["Reshape as Keras writes it", kerasReshape, "Reshape"],
  [
    "Squeeze and ExpandDims",
    {
      input: IMAGE,
      constants: { axes: ints(1, 2), axis: index(1) },
      nodes: [
        node("Mean", "m", ["x", "axes"], KEEP),
        node("Squeeze", "s", ["m"], { squeeze_dims: attr.ints(1, 2) }),
        node("ExpandDims", "e", ["s", "axis"]),
        node("Relu", "y", ["e"]),
      ],
    },
    "Mean Elementwise",
  ],
  [
    "Identity, a control input, and a node that does not matter",
    {
      input: IMAGE,
      constants: { w: floats(1, 1, 4, 2) },
      nodes: [
        node("Identity", "read", ["w"]),
        node("Conv2D", "c", ["x", "read", "^init"], windowed("VALID")),
        node("NoOp", "init", []),
        node("LRN", "other", ["c"]),
        node("Identity", "y", ["c"]),
      ],
      outputs: ["y"],
    },
    "Conv2D",
  ],
];

/** What TensorFlow.js's executor makes of an input. */
async function executed(folder: Folder, x: tf.Tensor): Promise<Float32Array> {
  const json = JSON.parse(new TextDecoder().decode(folder.get("model.json")));
  const [{ paths, weights }] = json.weightsManifest;
  const weightData = new Uint8Array(Buffer.concat(paths.map((path: string) => folder.get(path)!))).buffer;
  const model = await loadGraphModel({ load: async () => ({ ...json, weightSpecs: weights, weightData }) });
  return (model.predict(x) as tf.Tensor).dataSync<"float32">().slice();
}

async function assertSame(folder: Folder, draft: GraphDraft, kinds: string): Promise<void> {
  const graph = await importModel(source(folder));
  const folded = fold(graph);
  assert.equal(folded.layers.map(({ kind }) => kind).join(" "), kinds);
  const dims = [1, ...draft.input.slice(1)];
  const x = reals(size(dims), 99, 2);
  const expected = await executed(folder, tf.tensor(x, dims));
  for (const one of [graph, folded]) {
    const { output } = one;
    assertClose((await execute(one, x, 1, [output])).get(output)!, expected, 1e-5);
  }
}

for (const [what, draft, kinds] of CASES) {
  test(`${what}: TensorFlow.js computes the same, before folding and after`, () =>
    assertSame(savedGraph(draft), draft, kinds));
}

/** A network of several layers, with the names that tensorflowjs_converter gives. */
const NET: GraphDraft = {
  input: [-1, 8, 8, 2],
  constants: {
    "model/conv2d/Conv2D/ReadVariableOp": floats(3, 3, 2, 4),
    "model/conv2d/BiasAdd/ReadVariableOp": floats(4),
    "model/depthwise_conv2d/depthwise_weights": floats(3, 3, 4, 1),
    "model/global_average_pooling2d/Mean/reduction_indices": ints(1, 2),
    unknown_7: floats(4, 3),
    unknown_8: floats(3),
  },
  nodes: [
    node(
      "_FusedConv2D",
      "StatefulPartitionedCall/model/re_lu/Relu",
      ["x", "model/conv2d/Conv2D/ReadVariableOp", "model/conv2d/BiasAdd/ReadVariableOp"],
      { ...windowed("SAME"), ...fusedWith("BiasAdd", "Relu") },
    ),
    node(
      "DepthwiseConv2dNative",
      "StatefulPartitionedCall/model/depthwise_conv2d/depthwise",
      ["StatefulPartitionedCall/model/re_lu/Relu", "model/depthwise_conv2d/depthwise_weights"],
      windowed("SAME", [2, 2]),
    ),
    node("Mean", "mean", [
      "StatefulPartitionedCall/model/depthwise_conv2d/depthwise",
      "model/global_average_pooling2d/Mean/reduction_indices",
    ]),
    node(
      "_FusedMatMul",
      "StatefulPartitionedCall/model/dense/BiasAdd",
      ["mean", "unknown_7", "unknown_8"],
      fusedWith("BiasAdd"),
    ),
    node("Softmax", "Identity", ["StatefulPartitionedCall/model/dense/BiasAdd"]),
  ],
  outputs: ["Identity"],
};

test("layers are named after the layers of Keras that their nodes come from", async () => {
  const { layers } = fold(await importModel(source(savedGraph(NET))));
  assert.deepEqual(
    layers.map(({ name }) => name),
    ["conv2d", "depthwise_conv2d", "mean", "dense", "softmax"],
  );
});

for (const dtype of ["uint8", "uint16", "float16"] as const) {
  test(`weights stored as ${dtype}, in two shards, are decoded as TensorFlow.js does`, () =>
    assertSame(quantised(savedGraph(NET, 2), dtype), NET, "Conv2D DepthwiseConv2D Mean FullyConnected Softmax"));
}

test("an unknown shape of the Placeholder is taken from the signature", async () => {
  const folder = savedGraph({ ...one("Relu"), outputs: ["y"] });
  const text = new TextDecoder().decode(folder.get("model.json"));
  const json = JSON.parse(text);
  json.modelTopology.node[0].attr.shape = { shape: { unknownRank: true } };
  folder.set("model.json", new TextEncoder().encode(JSON.stringify(json)));
  const graph = await importModel(source(folder));
  assert.deepEqual(graph.tensors[graph.input].shape, [7, 6, 4]);
});

test("a graph may be deeper than the call stack", async () => {
  const depth = 20_000;
  const nodes = Array.from({ length: depth }, (_, i) => node("Relu", `n${i}`, [i === 0 ? "x" : `n${i - 1}`]));
  const { layers } = await importModel(source(savedGraph({ input: [-1, 4], nodes: nodes.reverse() })));
  assert.equal(layers.length, depth);
});
