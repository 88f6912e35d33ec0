// TensorFlow.js models whose files do not agree, and Layers models, that are refused.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as tfl from "@tensorflow/tfjs-layers";
import { startTfjs } from "../host/tfjs/backend.ts";
import { changed, type Folder, type ModelJson, savedLayers, source } from "./support/tfjs-builder.ts";
import { assertRefused, assertSurvives, type Refused, refusal } from "./support/tfjs-refusals.ts";

await startTfjs();
const { layers } = tfl;

const sequential = (...list: tfl.layers.Layer[]): Promise<Folder> => {
  const model = tfl.sequential();
  for (const layer of list) model.add(layer);
  return savedLayers(model);
};
const dense = await sequential(layers.dense({ inputShape: [3], units: 2, name: "logits" }));
const shard = "group1-shard1of1.bin";
/** The Layers model of one Dense, with model.json changed. */
const edited = (change: (json: ModelJson) => unknown) => changed(dense, change);
/** With the class or the settings of its layer changed. */
const layer = (change: (layer: { class_name: string; config: Record<string, unknown> }) => void) =>
  edited((json) => {
    change((json.modelTopology as { config: { layers: [never, never] } }).config.layers.at(-1)!);
  });
const twoOutputs = () => {
  const x = tfl.input({ shape: [3] });
  const outputs = ["a", "b"].map((name) => layers.dense({ units: 1, name }).apply(x) as tfl.SymbolicTensor);
  return savedLayers(tfl.model({ inputs: x, outputs }));
};

const REFUSED: Refused[] = [
  [
    "broken JSON",
    new Map([["model.json", dense.get("model.json")!.slice(0, -9)]]),
    "E_SOURCE_CORRUPT",
    /broken JSON.*again/,
  ],
  [
    "no topology",
    edited((json) => ({ ...json, modelTopology: null })),
    "E_SOURCE_CORRUPT",
    /modelTopology is not an object/,
  ],
  ["no manifest", edited(({ weightsManifest, ...json }) => json), "E_SOURCE_CORRUPT", /weightsManifest is missing/],
  [
    "a group without paths",
    edited((json) => ({ ...json, weightsManifest: [{ weights: [] }] })),
    "E_SOURCE_CORRUPT",
    /without a list of paths/,
  ],
  [
    "a weight without a shape",
    edited((json) => {
      json.weightsManifest[0].weights[0].shape = [-1] as never;
    }),
    "E_SOURCE_CORRUPT",
    /a weight without name or shape/,
  ],
  [
    "weights of text",
    edited((json) => {
      json.weightsManifest[0].weights[0].dtype = "string";
    }),
    "E_SOURCE_CORRUPT",
    /weight "logits\/kernel" has a type or quantisation that holds no numbers/,
  ],
  [
    "a weight of another quantisation",
    edited((json) => {
      json.weightsManifest[0].weights[0].quantization = { dtype: "uint8" };
    }),
    "E_SOURCE_CORRUPT",
    /weight "logits\/kernel" has a type or quantisation/,
  ],
  [
    "a missing shard",
    new Map([...dense].filter(([name]) => name === "model.json")),
    "E_SOURCE_CORRUPT",
    /weights in "group1-shard1of1\.bin" cannot be read \(.*no such file\); put the file beside model\.json/,
  ],
  [
    "a short shard",
    new Map(dense).set(shard, dense.get(shard)!.slice(1)),
    "E_SOURCE_CORRUPT",
    /group1-shard1of1\.bin: 31 bytes of weights instead of 32; export or copy the whole folder again/,
  ],
  [
    "a long shard",
    new Map(dense).set(shard, new Uint8Array(33)),
    "E_SOURCE_CORRUPT",
    /33 bytes of weights instead of 32/,
  ],
  ...["../secret.bin", "/etc/secret", "a\\..\\..\\b", "C:\\b"].map(
    (path): Refused => [
      `a shard outside the folder, ${path}`,
      edited((json) => {
        json.weightsManifest[0].paths = [path];
      }),
      "E_SOURCE_CORRUPT",
      /lie outside its folder/,
    ],
  ),
  [
    "a layer without its weights",
    edited((json) => {
      json.weightsManifest[0].weights[1].name = "other/bias";
    }),
    "E_SOURCE_CORRUPT",
    /TensorFlow\.js refuses the model: .*other\/bias/,
  ],
  [
    "an unsupported layer",
    await sequential(layers.lstm({ inputShape: [4, 2], units: 3, recurrentInitializer: "zeros", name: "memory" })),
    "E_UNSUPPORTED_OPERATOR",
    /^net\/model\.json: layer "memory" \(LSTM\) is not supported; supported: InputLayer, Conv2D, .*Sequential/,
  ],
  [
    "an unsupported layer within a model",
    await sequential(tfl.sequential({ layers: [layers.permute({ inputShape: [4, 2], dims: [2, 1], name: "swap" })] })),
    "E_UNSUPPORTED_OPERATOR",
    /layer "swap" \(Permute\)/,
  ],
  [
    "a layer that TensorFlow.js does not know",
    layer((one) => {
      one.class_name = "Gadget";
    }),
    "E_UNSUPPORTED_OPERATOR",
    /layer "logits" \(Gadget\) is not supported/,
  ],
  [
    "an unsupported activation",
    layer(({ config }) => {
      config.activation = "soft_plus";
    }),
    "E_UNSUPPORTED_OPERATOR",
    /layer "logits" \(Dense\): activation soft_plus is not supported; supported: linear, relu, .*softmax/,
  ],
  ["two outputs of a Layers model", await twoOutputs(), "E_UNSUPPORTED", /2 outputs; halfbit takes networks of one/],
  [
    "a Layers model of a dynamic size",
    await sequential(layers.conv2d({ inputShape: [null, 4, 2], filters: 1, kernelSize: 1 })),
    "E_UNSUPPORTED",
    /input "conv2d_\w+_input" has the shape \?×\?×4×2; export the network with a fixed size/,
  ],
  [
    "channels first in a Layers model",
    await sequential(layers.globalMaxPooling2d({ inputShape: [2, 4, 4], dataFormat: "channelsFirst" })),
    "E_UNSUPPORTED",
    /channels last/,
  ],
  [
    "softmax over another axis",
    await sequential(layers.softmax({ inputShape: [4, 4, 2], axis: 1 })),
    "E_UNSUPPORTED",
    /runs over axis 1; only the last/,
  ],
  [
    "a network without a layer",
    await sequential(layers.dropout({ inputShape: [3], rate: 0.1 })),
    "E_UNSUPPORTED",
    /no layer computes/,
  ],
];

for (const [what, folder, code, says] of REFUSED) {
  test(`refused, with file and place: ${what}`, () => assertRefused(folder, code, says));
}

test("without a way to read other files, the error says how to give one", async () => {
  const error = await refusal({ ...source(dense), read: undefined });
  assert.match(
    error!.message,
    /weights in "group1-shard1of1\.bin" lie in another file: give compile a function `read`/,
  );
});

test("a Layers model with any value of its JSON replaced is imported or refused in one line", async () => {
  const model = await sequential(
    layers.conv2d({ inputShape: [4, 4, 2], filters: 2, kernelSize: 3 }),
    layers.batchNormalization(),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.dense({ units: 2, activation: "softmax" }),
  );
  await assertSurvives(model, 300);
});
