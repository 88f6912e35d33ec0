// Graph models of TensorFlow.js that are refused.
import { test } from "node:test";
import { attr, changed, type Folder, type GraphDraft, node, savedGraph } from "./support/tfjs-builder.ts";
import { assertRefused, assertSurvives, type Refused } from "./support/tfjs-refusals.ts";

const IMAGE = [-1, 4, 4, 2];
const FILTER = { w: { dims: [3, 3, 2, 2], data: new Float32Array(36) } };
const VALID = { padding: attr.text("VALID"), strides: attr.ints(1, 1, 1, 1) };
const conv = (attributes = {}) => node("Conv2D", "block/conv", ["x", "w"], { ...VALID, ...attributes });
const integers = (...values: number[]) => ({ dims: [values.length], data: Int32Array.from(values) });
const graph = (draft: Partial<GraphDraft>): Folder => savedGraph({ input: IMAGE, nodes: [], ...draft });
const single = (op: string, constants: GraphDraft["constants"] = {}, attributes = {}): Folder =>
  graph({ constants, nodes: [node(op, "y", ["x", ...Object.keys(constants)], attributes)] });

const REFUSED: Refused[] = [
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
    /2 inputs \(x, z\); halfbit takes networks of one/,
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
    /node "y" \(Relu\) reads "i:1"; only the first output of a node/,
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

for (const [what, folder, code, says] of REFUSED) {
  test(`refused, with file and place: ${what}`, () => assertRefused(folder, code, says));
}

test("a graph model with any value of its JSON replaced is imported or refused in one line", async () => {
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
  await assertSurvives(net, 300);
});
