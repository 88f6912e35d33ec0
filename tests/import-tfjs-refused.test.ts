// TensorFlow.js models that are refused: the code, and what the one line says.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as tfl from "@tensorflow/tfjs-layers";
import { CODES, HalfbitError } from "../host/errors.ts";
import { importModel } from "../host/import/detect.ts";
import type { Source } from "../host/import/source.ts";
import { startTfjs } from "../host/tfjs/backend.ts";
import { random } from "./support/models.ts";
import {
  attr,
  changed,
  type Folder,
  type GraphDraft,
  type ModelJson,
  node,
  savedGraph,
  savedLayers,
  source,
} from "./support/tfjs-builder.ts";

await startTfjs();
const { layers } = tfl;

const IMAGE = [-1, 4, 4, 2];
const FILTER = { w: { dims: [3, 3, 2, 2], data: new Float32Array(36) } };
const VALID = { padding: attr.text("VALID"), strides: attr.ints(1, 1, 1, 1) };
const conv = (attributes = {}) => node("Conv2D", "block/conv", ["x", "w"], { ...VALID, ...attributes });
const integers = (...values: number[]) => ({ dims: [values.length], data: Int32Array.from(values) });
const graph = (draft: Partial<GraphDraft>): Folder => savedGraph({ input: IMAGE, nodes: [], ...draft });
const single = (op: string, constants: GraphDraft["constants"] = {}, attributes = {}): Folder =>
  graph({ constants, nodes: [node(op, "y", ["x", ...Object.keys(constants)], attributes)] });

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

const REFUSED: [what: string, folder: Folder, code: string, says: RegExp][] = [
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
  ...["../secret.bin", "/etc/secret", "a\\..\\..\\b", "C:\\b"].map((path): (typeof REFUSED)[number] => [
    `a shard outside the folder, ${path}`,
    edited((json) => {
      json.weightsManifest[0].paths = [path];
    }),
    "E_SOURCE_CORRUPT",
    /lie outside its folder/,
  ]),
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
  [
    "an unsupported operator",
    single("LRN"),
    "E_UNSUPPORTED_OPERATOR",
    /^net\/model\.json: node "y" \(LRN\) is not supported; supported: Const, Placeholder, Conv2D, .*Softmax/,
  ],
  [
    "NCHW",
    graph({ constants: FILTER, nodes: [conv({ data_format: attr.text("NCHW") })] }),
    "E_UNSUPPORTED",
    /node "block\/conv" \(Conv2D\) has data format NCHW; export the network as NHWC/,
  ],
  [
    "weights of the wrong shape",
    graph({ input: [-1, 4, 4, 3], constants: FILTER, nodes: [conv()] }),
    "E_SOURCE_CORRUPT",
    /weights of 3×3×2×2 for an input of 1×4×4×3/,
  ],
  [
    "a kernel larger than its image",
    graph({ input: [-1, 2, 2, 2], constants: FILTER, nodes: [conv()] }),
    "E_SOURCE_CORRUPT",
    /has a window of 3×3 over an image of 1×2×2×2/,
  ],
  [
    "a fused activation that is not supported",
    graph({
      constants: FILTER,
      nodes: [node("_FusedConv2D", "c", ["x", "w"], { ...VALID, fused_ops: attr.texts("Elu") })],
    }),
    "E_UNSUPPORTED",
    /fused with Elu/,
  ],
  [
    "a dynamic image size",
    graph({ input: [-1, -1, 4, 2], nodes: [node("Relu", "y", ["x"])] }),
    "E_UNSUPPORTED",
    /node "x" \(Placeholder\) has the shape \?×\?×4×2; export the network with a fixed size/,
  ],
  [
    "a batch",
    graph({ input: [8, 4, 4, 2], nodes: [node("Relu", "y", ["x"])] }),
    "E_UNSUPPORTED",
    /8×4×4×2; halfbit takes batch 1/,
  ],
  [
    "two outputs of a graph",
    graph({ nodes: [node("Relu", "a", ["x"]), node("Tanh", "b", ["x"])] }),
    "E_UNSUPPORTED",
    /2 outputs \(a, b\)/,
  ],
  [
    "two inputs",
    graph({
      nodes: [
        node("Placeholder", "z", [], { shape: { shape: { dim: [{ size: "2" }] } } }),
        node("Add", "y", ["x", "z"]),
      ],
    }),
    "E_UNSUPPORTED",
    /node "z" \(Placeholder\) is an input beside "x"/,
  ],
  [
    "an input without a shape",
    graph({ nodes: [node("Placeholder", "z", []), node("Relu", "y", ["z"])], outputs: ["y"] }),
    "E_UNSUPPORTED",
    /node "z" \(Placeholder\) has no shape/,
  ],
  [
    "an output that depends on no input",
    graph({ constants: FILTER, nodes: [node("Identity", "y", ["w"])], outputs: ["y"] }),
    "E_UNSUPPORTED",
    /not computed from an input/,
  ],
  [
    "a second output of a node",
    graph({ nodes: [node("Identity", "i", ["x"]), node("Relu", "y", ["i:1"])] }),
    "E_UNSUPPORTED",
    /node "i" \(Identity\) gives output 1 to node "y" \(Relu\)/,
  ],
  [
    "a node that reads nothing",
    graph({ nodes: [node("Relu", "y", [])], outputs: ["y"] }),
    "E_SOURCE_CORRUPT",
    /has no input 0/,
  ],
  [
    "a node that is missing",
    graph({ nodes: [node("Relu", "y", ["gone"])], outputs: ["y"] }),
    "E_SOURCE_CORRUPT",
    /node "y" \(Relu\) reads "gone", which is no node/,
  ],
  [
    "a circle",
    graph({ nodes: [node("Relu", "a", ["b"]), node("Tanh", "b", ["a"])], outputs: ["a"] }),
    "E_SOURCE_CORRUPT",
    /node "a" \(Relu\) depends on its own result/,
  ],
  [
    "a constant without numbers",
    graph({ nodes: [node("Const", "c", []), node("Add", "y", ["x", "c"])] }),
    "E_SOURCE_CORRUPT",
    /node "c" \(Const\) has no numbers/,
  ],
  [
    "weights that are computed",
    graph({ nodes: [node("Relu", "r", ["x"]), node("Conv2D", "y", ["x", "r"], VALID)] }),
    "E_UNSUPPORTED",
    /computes input 1 from the network's input/,
  ],
  [
    "a node without a name",
    changed(single("Relu"), (json) => {
      (json.modelTopology as { node: unknown[] }).node.push({ op: "Relu" });
    }),
    "E_SOURCE_CORRUPT",
    /a node without name, op or inputs/,
  ],
  ["a mean over the width alone", single("Mean", { axes: integers(2) }), "E_UNSUPPORTED", /reduces axes 2 of 1×4×4×2/],
  [
    "padding of channels",
    single("Pad", { p: { ...integers(0, 0, 0, 0, 0, 0, 0, 1), dims: [4, 2] } }),
    "E_UNSUPPORTED",
    /pads batch or channels/,
  ],
  [
    "batch norm in training mode",
    single("FusedBatchNormV3", {}, { is_training: attr.flag(true) }),
    "E_UNSUPPORTED",
    /training mode/,
  ],
  [
    "shapes that broadcast",
    graph({
      constants: { axes: integers(1, 2) },
      nodes: [node("Mean", "m", ["x", "axes"], { keep_dims: attr.flag(true) }), node("Add", "y", ["x", "m"])],
    }),
    "E_UNSUPPORTED",
    /combines 1×4×4×2 with 1×1×1×2/,
  ],
  [
    "a constant image",
    single("Add", { c: { dims: [4, 4, 2], data: new Float32Array(32) } }),
    "E_UNSUPPORTED",
    /with a constant of 4×4×2; one number, or one a channel/,
  ],
  [
    "a constant divided by the network's values",
    graph({ constants: { c: { dims: [], data: Float32Array.of(1) } }, nodes: [node("RealDiv", "y", ["c", "x"])] }),
    "E_UNSUPPORTED",
    /divides a constant/,
  ],
  [
    "joining batches",
    graph({
      constants: { axis: { dims: [], data: Int32Array.of(0) } },
      nodes: [node("ConcatV2", "y", ["x", "x", "axis"])],
    }),
    "E_UNSUPPORTED",
    /joins 1×4×4×2 along axis 0/,
  ],
  [
    "a reshape to another number",
    single("Reshape", { s: integers(-1, 5) }),
    "E_SOURCE_CORRUPT",
    /reshapes 1×4×4×2 to -1×5/,
  ],
];

/** The error of an import, which has one line and names the file first. */
async function refusal(from: Source): Promise<HalfbitError | undefined> {
  try {
    await importModel(from);
    return undefined;
  } catch (error) {
    if (!(error instanceof HalfbitError)) throw error;
    assert.ok(error.code in CODES && error.message.startsWith(`${from.name}: `), error.message);
    assert.doesNotMatch(error.message, /\p{Cc}/u);
    return error;
  }
}

for (const [what, folder, code, says] of REFUSED) {
  test(`refused, with file and place: ${what}`, async () => {
    const error = await refusal(source(folder));
    assert.match(error?.message ?? "", says);
    assert.equal(error?.code, code);
  });
}

test("without a way to read other files, the error says how to give one", async () => {
  const error = await refusal({ ...source(dense), read: undefined });
  assert.match(
    error!.message,
    /weights in "group1-shard1of1\.bin" lie in another file: give compile a function `read`/,
  );
});

/** Another value in the place of a random one of the JSON. */
function mutated(json: unknown, next: () => number): void {
  let at = json as Record<string, unknown>;
  for (;;) {
    const keys = Object.keys(at);
    const key = keys[next() % keys.length];
    const inner = at[key];
    const deeper = typeof inner === "object" && inner !== null && Object.keys(inner).length > 0;
    if (deeper && next() % 8 > 0) {
      at = inner as Record<string, unknown>;
      continue;
    }
    at[key] = [null, -1, 1e9, 0.5, "", "x", [], {}, [[]], true][next() % 10];
    return;
  }
}

test("a model with any value of its JSON replaced is imported or refused in one line", async () => {
  const next = random(7);
  const net = savedGraph({
    input: IMAGE,
    constants: { ...FILTER, axes: integers(1, 2), s: integers(-1, 2) },
    nodes: [
      conv(),
      node("Mean", "m", ["block/conv", "axes"]),
      node("Reshape", "r", ["m", "s"]),
      node("Softmax", "y", ["r"]),
    ],
    outputs: ["y"],
  });
  const model = await sequential(
    layers.conv2d({ inputShape: [4, 4, 2], filters: 2, kernelSize: 3 }),
    layers.batchNormalization(),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.dense({ units: 2, activation: "softmax" }),
  );
  for (const folder of [net, model]) {
    for (let i = 0; i < 300; i++) await refusal(source(changed(folder, (json) => mutated(json, next))));
  }
});
