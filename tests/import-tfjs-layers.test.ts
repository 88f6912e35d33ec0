// Layers models against TensorFlow.js itself: what the importer and the folds make of a network computes the same.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { execute } from "../host/execute.ts";
import type { Graph } from "../host/graph/graph.ts";
import { importModel } from "../host/import/detect.ts";
import { fold } from "../host/passes/fold.ts";
import { startTfjs } from "../host/tfjs/backend.ts";
import { assertClose, reals } from "./support/reals.ts";
import { changed, quantised, savedLayers, source } from "./support/tfjs-builder.ts";
import { seeded } from "./support/tfjs-nets.ts";

type Layer = tfl.layers.Layer;
type Args = Record<string, unknown>;
const { layers } = tfl;

await startTfjs();

const IMAGE = [7, 6, 4];
const chain = (inputShape: number[], ...list: Layer[]): tfl.LayersModel => {
  const input = tfl.input({ shape: inputShape });
  const output = list.reduce((x, layer) => layer.apply(x) as tfl.SymbolicTensor, input);
  return tfl.model({ inputs: input, outputs: output });
};
const image = (...list: Layer[]) => chain(IMAGE, ...list);
const activation = (name: string) => layers.activation({ activation: name as "relu" });
const conv = (args: Args) =>
  layers.conv2d({ filters: 5, kernelSize: 3, biasInitializer: "randomNormal", ...args } as never);
const depthwise = (args: Args) => layers.depthwiseConv2d({ kernelSize: 3, ...args } as never);

/** x → two branches, joined by `join`. */
function branches(join: Layer, a: Layer, b: Layer): tfl.LayersModel {
  const input = tfl.input({ shape: IMAGE });
  const both = [a, b].map((layer) => layer.apply(input) as tfl.SymbolicTensor);
  return tfl.model({ inputs: input, outputs: join.apply(both) as tfl.SymbolicTensor });
}

/** A classifier with a residual block, one part of it a model of its own. */
function residual(): tfl.LayersModel {
  const block = tfl.sequential({ name: "block" });
  block.add(layers.conv2d({ inputShape: [4, 3, 6], filters: 6, kernelSize: 3, padding: "same", name: "inner" }));
  block.add(layers.batchNormalization({ name: "norm" }));
  const input = tfl.input({ shape: [8, 6, 2], name: "pixels" });
  const apply = (layer: Layer, ...x: tfl.SymbolicTensor[]) =>
    layer.apply(x.length === 1 ? x[0] : x) as tfl.SymbolicTensor;
  const stem = layers.conv2d({
    filters: 6,
    kernelSize: 3,
    strides: 2,
    padding: "same",
    activation: "relu",
    name: "stem",
  });
  const first = apply(stem, input);
  const second = apply(block, apply(block, first)); // shared by two places
  const sum = apply(activation("relu"), apply(layers.add(), first, second));
  const flat = apply(layers.flatten(), apply(layers.averagePooling2d({ poolSize: 2 }), sum));
  const output = apply(
    layers.dense({ units: 3, activation: "softmax", name: "logits" }),
    apply(layers.dropout({ rate: 0.5 }), flat),
  );
  return tfl.model({ inputs: input, outputs: output, name: "net" });
}

/** A model within a model within a Sequential one. */
function nested(): tfl.LayersModel {
  const outer = tfl.sequential();
  const inner = chain(IMAGE, conv({ padding: "same" }), layers.reLU({ maxValue: 6 }));
  outer.add(chain(IMAGE, inner, layers.globalAveragePooling2d({})));
  outer.add(layers.dense({ units: 4 }));
  return outer;
}

/** What, the network, the layers it becomes after folding. */
const CASES: [what: string, model: () => tfl.LayersModel, kinds: string][] = [
  [
    "Conv2D with uneven strides and same padding",
    () => image(conv({ kernelSize: [2, 4], strides: [2, 1], padding: "same" })),
    "Conv2D",
  ],
  ["Conv2D with valid padding, without bias", () => image(conv({ useBias: false, activation: "relu6" })), "Conv2D"],
  ["Conv2D with dilation", () => image(conv({ dilationRate: 2, padding: "same" })), "Conv2D"],
  [
    "DepthwiseConv2D of every channel to two",
    () => image(depthwise({ depthMultiplier: 2, padding: "same" })),
    "DepthwiseConv2D",
  ],
  ["DepthwiseConv2D with strides", () => image(depthwise({ strides: 2, activation: "relu" })), "DepthwiseConv2D"],
  [
    "SeparableConv2D",
    () => image(layers.separableConv2d({ filters: 3, kernelSize: 3, padding: "same", activation: "tanh" })),
    "DepthwiseConv2D Conv2D Elementwise",
  ],
  [
    "Dense over a vector",
    () => chain([9], layers.dense({ units: 4, activation: "sigmoid" })),
    "FullyConnected Elementwise",
  ],
  ["Dense over an image", () => image(layers.dense({ units: 3 })), "Conv2D"],
  ["Dense over rows", () => chain([5, 9], layers.dense({ units: 3, useBias: false })), "Conv2D"],
  ["BatchNormalization alone", () => image(layers.batchNormalization({ epsilon: 0.01 })), "DepthwiseConv2D"],
  [
    "BatchNormalization without scale and center",
    () => image(conv({}), layers.batchNormalization({ scale: false, center: false })),
    "Conv2D",
  ],
  [
    "BatchNormalization without center, before a convolution",
    () => image(layers.batchNormalization({ center: false }), conv({})),
    "Conv2D",
  ],
  ...["relu", "relu6", "sigmoid", "tanh"].map((name): (typeof CASES)[number] => [
    `Activation ${name}`,
    () => image(activation(name)),
    "Elementwise",
  ]),
  ["Activation softmax", () => image(activation("softmax")), "Softmax"],
  ["Activation hardSigmoid", () => image(activation("hardSigmoid")), "DepthwiseConv2D DepthwiseConv2D"],
  ["Activation swish", () => image(activation("swish")), "Elementwise Mul"],
  ["Activation linear after a convolution", () => image(conv({}), activation("linear")), "Conv2D"],
  ["ReLU", () => image(conv({}), layers.reLU({})), "Conv2D"],
  ["ReLU up to 6", () => image(conv({}), layers.reLU({ maxValue: 6 })), "Conv2D"],
  ["ReLU up to 0.3", () => image(layers.reLU({ maxValue: 0.3 })), "DepthwiseConv2D DepthwiseConv2D"],
  ["Softmax", () => image(layers.softmax({ axis: -1 })), "Softmax"],
  ["Rescaling", () => image(layers.rescaling({ scale: 0.1, offset: -0.5 }), conv({})), "Conv2D"],
  ["Add", () => branches(layers.add(), activation("sigmoid"), activation("tanh")), "Elementwise Elementwise Add"],
  [
    "Multiply",
    () => branches(layers.multiply(), activation("sigmoid"), activation("tanh")),
    "Elementwise Elementwise Mul",
  ],
  [
    "Multiply by a gate a channel",
    () => branches(layers.multiply(), layers.globalAveragePooling2d({}), activation("tanh")),
    "Mean Elementwise Mul",
  ],
  ...[1, 2, -1].map((axis): (typeof CASES)[number] => [
    `Concatenate along axis ${axis}`,
    () => branches(layers.concatenate({ axis }), activation("sigmoid"), activation("tanh")),
    "Elementwise Elementwise Concat",
  ]),
  [
    "AveragePooling2D with same padding",
    () => image(layers.averagePooling2d({ poolSize: 3, strides: 2, padding: "same" })),
    "AveragePool",
  ],
  ["MaxPooling2D", () => image(layers.maxPooling2d({ poolSize: [2, 3], padding: "valid" })), "MaxPool"],
  ["GlobalAveragePooling2D", () => image(layers.globalAveragePooling2d({})), "Mean"],
  ["GlobalMaxPooling2D", () => image(layers.globalMaxPooling2d({})), "MaxPool"],
  [
    "ZeroPadding2D alone",
    () =>
      image(
        layers.zeroPadding2d({
          padding: [
            [0, 1],
            [2, 3],
          ],
        }),
      ),
    "Pad",
  ],
  [
    "ZeroPadding2D before a convolution",
    () => image(layers.zeroPadding2d({ padding: 1 }), conv({ strides: 2 })),
    "Conv2D",
  ],
  ["Flatten", () => image(layers.flatten(), layers.dense({ units: 3 })), "Reshape FullyConnected"],
  ["Reshape", () => image(layers.reshape({ targetShape: [3, -1, 2] }), conv({})), "Reshape Conv2D"],
  [
    "what only training needs",
    () =>
      image(
        layers.gaussianNoise({ stddev: 1 }),
        layers.gaussianDropout({ rate: 0.5 }),
        layers.alphaDropout({ rate: 0.5 }),
        conv({}),
      ),
    "Conv2D",
  ],
  ["models within models", nested, "Conv2D Mean FullyConnected"],
  [
    "a residual block that two places share",
    residual,
    "Conv2D Conv2D Conv2D Add AveragePool Reshape FullyConnected Softmax",
  ],
];

const kindsOf = (graph: Graph) => graph.layers.map(({ kind }) => kind).join(" ");

/** Asserts that the graph, and what the folds make of it, compute what the model does. */
async function assertSame(graph: Graph, model: tfl.LayersModel, tolerance = 1e-5): Promise<void> {
  const { shape } = graph.tensors[graph.input];
  const x = reals(2 * shape[0] * shape[1] * shape[2], 99, 2);
  const inputs = tf.tensor(x, [2, ...(model.inputs[0].shape.slice(1) as number[])]);
  const expected = (model.predict(inputs) as tf.Tensor).dataSync<"float32">();
  for (const one of [graph, fold(graph)]) {
    const { output } = one;
    assertClose((await execute(one, x, 2, [output])).get(output)!, expected, tolerance);
  }
}

for (const [what, make, kinds] of CASES) {
  test(`${what}: TensorFlow.js computes the same, before folding and after`, async () => {
    const model = seeded(make());
    const graph = await importModel(source(await savedLayers(model)));
    assert.equal(kindsOf(fold(graph)), kinds);
    await assertSame(graph, model);
  });
}

test("layers keep their names, and a shared one gets a number", async () => {
  const graph = fold(await importModel(source(await savedLayers(seeded(residual())))));
  assert.equal(graph.name, "model");
  assert.equal(graph.tensors[graph.input].name, "pixels");
  const names = graph.layers.filter((layer) => "weights" in layer).map(({ name }) => name);
  assert.deepEqual(names, ["stem", "inner", "inner.1", "logits"]);
});

test("weights in several shards, a model without a format, and one saved by Keras are read alike", async () => {
  const model = seeded(residual());
  const expected = await importModel(source(await savedLayers(model)));
  const sharded = await savedLayers(model, 3);
  const old = changed(sharded, (json) => delete json.format && json);
  const keras = changed(sharded, (json) => {
    json.modelTopology = { keras_version: "2.4.0", backend: "tensorflow", model_config: json.modelTopology };
  });
  for (const folder of [sharded, old, keras]) assert.deepEqual(await importModel(source(folder)), expected);
});

for (const [dtype, tolerance] of [
  ["uint8", 2e-2],
  ["uint16", 1e-4],
  ["float16", 5e-3],
] as const) {
  test(`weights stored as ${dtype} are decoded`, async () => {
    const model = seeded(residual());
    await assertSame(await importModel(source(quantised(await savedLayers(model), dtype))), model, tolerance);
  });
}

test("the importer says nothing and keeps nothing on TensorFlow.js's heap", async (t) => {
  const folder = source(await savedLayers(seeded(residual())));
  await importModel(folder);
  const said = (["log", "warn", "error", "info"] as const).map((name) => t.mock.method(console, name));
  const { numTensors } = tf.memory();
  await importModel(folder);
  assert.equal(tf.memory().numTensors, numTensors);
  assert.deepEqual(
    said.map(({ mock }) => mock.callCount()),
    [0, 0, 0, 0],
  );
});

test("a model may be deeper than the call stack", async () => {
  const deep = image(...Array.from({ length: 4000 }, () => layers.reLU({})));
  assert.equal((await importModel(source(await savedLayers(deep)))).layers.length, 4000);
});
