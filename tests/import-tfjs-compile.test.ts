// TensorFlow.js models through the compiler: both formats, and where the file says that it came from.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { compile } from "../host/compile.ts";
import type { Source } from "../host/import/source.ts";
import type { CompileOptions } from "../host/options.ts";
import type { Program } from "../host/program.ts";
import { startTfjs } from "../host/tfjs/backend.ts";
import { reals } from "./support/reals.ts";
import {
  attr,
  type Folder,
  type GraphConstant,
  node,
  savedGraph,
  savedLayers,
  source,
} from "./support/tfjs-builder.ts";

await startTfjs();

const OPTIONS: CompileOptions = {
  scheme: "semi-binary",
  rank: 1,
  solver: "admm",
  objective: "feature-map",
  seed: 3,
  calibration: { data: reals(30 * 128, 1), count: 30 },
  labels: ["one", "two", "three"],
};

const { layers } = tfl;
const model = tfl.sequential({
  layers: [
    layers.conv2d({ inputShape: [8, 8, 2], filters: 8, kernelSize: 3, padding: "same", name: "stem" }),
    layers.batchNormalization({ epsilon: 0.01, name: "norm" }),
    layers.reLU(),
    layers.depthwiseConv2d({ kernelSize: 3, strides: 2, padding: "same", name: "depthwise" }),
    layers.conv2d({ filters: 8, kernelSize: 1, activation: "relu6", name: "pointwise" }),
    layers.globalAveragePooling2d({}),
    layers.dense({ units: 3, activation: "softmax", name: "logits" }),
  ],
});
model.setWeights(
  model.weights.map(({ shape, originalName }, i) => {
    const numbers = reals(
      shape.reduce((product: number, n) => product * n!, 1),
      i + 1,
      0.5,
    );
    return tf.tensor(originalName.endsWith("variance") ? numbers.map((n) => n * n + 0.5) : numbers, shape as number[]);
  }),
);

/** The same network as tensorflowjs_converter would write it. */
function asGraph(): Folder {
  const named = Object.fromEntries(
    model.weights.map((weight): [string, GraphConstant] => {
      const value = weight.read();
      return [weight.originalName, { dims: value.shape, data: value.dataSync<"float32">().slice() }];
    }),
  );
  const window = (stride: number, padding: string) => ({
    strides: attr.ints(1, stride, stride, 1),
    padding: attr.text(padding),
  });
  const fused = (...names: string[]) => ({ fused_ops: attr.texts(...names), num_args: attr.int(1) });
  const nodes = [
    node("_FusedConv2D", "stem/BiasAdd", ["x", "stem/kernel", "stem/bias"], {
      ...window(1, "SAME"),
      ...fused("BiasAdd"),
    }),
    node(
      "FusedBatchNormV3",
      "norm",
      ["stem/BiasAdd", ...["gamma", "beta", "moving_mean", "moving_variance"].map((part) => `norm/${part}`)],
      { epsilon: attr.float(0.01) },
    ),
    node("Relu", "re_lu", ["norm"]),
    node("DepthwiseConv2dNative", "depthwise", ["re_lu", "depthwise/depthwise_kernel"], window(2, "SAME")),
    node("BiasAdd", "depthwise/BiasAdd", ["depthwise", "depthwise/bias"]),
    node("Conv2D", "pointwise/Conv2D", ["depthwise/BiasAdd", "pointwise/kernel"], window(1, "VALID")),
    node("BiasAdd", "pointwise/BiasAdd", ["pointwise/Conv2D", "pointwise/bias"]),
    node("Relu6", "pointwise/Relu6", ["pointwise/BiasAdd"]),
    node("Mean", "mean", ["pointwise/Relu6", "axes"]),
    node("MatMul", "logits/MatMul", ["mean", "logits/kernel"]),
    node("BiasAdd", "logits/BiasAdd", ["logits/MatMul", "logits/bias"]),
    node("Softmax", "Identity", ["logits/BiasAdd"]),
  ];
  const axes = { dims: [2], data: Int32Array.of(1, 2) };
  return savedGraph({ input: [-1, 8, 8, 2], constants: { ...named, axes }, nodes, outputs: ["Identity"] }, 2);
}

/** All that a program computes. */
function computed({ metadata, layers, ...program }: Program): object {
  return { ...program, layers: layers.map(({ name, ...layer }) => layer) };
}

test("a Layers model and a graph model of one network become the same layers, bit for bit", async () => {
  const [fromLayers, fromGraph] = await Promise.all(
    [await savedLayers(model), asGraph()].map((folder) => compile(source(folder), OPTIONS)),
  );
  assert.ok(fromLayers.report.some(({ scheme }) => scheme === "semi-binary"));
  assert.deepEqual(computed(fromGraph.program), computed(fromLayers.program));
});

const sha256 = (...files: Uint8Array[]) =>
  files.reduce((hash, file) => hash.update(file), createHash("sha256")).digest("hex");

test("the hash of the source covers model.json and its shards, in the manifest's order", async () => {
  const folder = await savedLayers(model, 3);
  const files = [...folder.values()];
  const scheme: CompileOptions = { ...OPTIONS, scheme: "int8" };
  const { program, sourceBytes, file } = await compile(source(folder, "nets/digits/model.json"), scheme);
  const { name, labels, provenance } = program.metadata;
  assert.deepEqual([name, provenance!.source, labels], ["model", "model.json", OPTIONS.labels]);
  assert.equal(provenance!.sha256, sha256(...files));
  assert.equal(
    sourceBytes,
    files.reduce((sum, { length }) => sum + length, 0),
  );

  const late: Source = {
    ...source(folder, "nets/digits/model.json"),
    read: async (path) => {
      await new Promise((resolve) => setTimeout(resolve, path.includes("shard1") ? 20 : 1));
      return folder.get(path)!;
    },
  };
  assert.deepEqual((await compile(late, scheme)).file, file);
});
