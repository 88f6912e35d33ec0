import assert from "node:assert/strict";
import { test } from "node:test";
import { HalfbitError } from "../host/errors.ts";
import { importOnnx } from "../host/import/onnx/index.ts";
import { buildOnnx, floats, ints, node, scalar } from "./support/onnx-builder.ts";

const FILE = "net.onnx";
const CONV = { w: floats([4, 1, 3, 3], new Float32Array(36)) };
const conv = (...inputs: string[]) => node("Conv", "conv", inputs);

/** Networks that the importer refuses, with the code and what the message says. */
const REFUSED: [what: string, model: Parameters<typeof buildOnnx>[0], code: string, says: RegExp][] = [
  [
    "an unknown operator",
    { input: [1, 1, 8, 8], nodes: [node("LRN", "norm1", ["x"])] },
    "E_UNSUPPORTED_OPERATOR",
    /^net\.onnx: operator LRN \(node "norm1"\) is not supported; supported are Add, .*Conv/,
  ],
  [
    "an operator of another domain",
    { input: [1, 4], nodes: [{ op: "Gelu", domain: "com.microsoft", name: "g", inputs: ["x"] }] },
    "E_UNSUPPORTED_OPERATOR",
    /com\.microsoft::Gelu/,
  ],
  ["LogSoftmax", { input: [1, 4], nodes: [node("LogSoftmax", "y", ["x"])] }, "E_UNSUPPORTED_OPERATOR", /LogSoftmax/],
  [
    "an old operator set",
    { input: [1, 4], opset: 9, nodes: [node("Relu", "y", ["x"])] },
    "E_UNSUPPORTED",
    /opset_version=11/,
  ],
  [
    "a dynamic image size",
    { input: [1, 3, "h", "w"], nodes: [node("Relu", "y", ["x"])] },
    "E_UNSUPPORTED",
    /fixed image size/,
  ],
  ["a batch", { input: [8, 3, 4, 4], nodes: [node("Relu", "y", ["x"])] }, "E_UNSUPPORTED", /batch of 8/],
  [
    "two inputs",
    { input: [1, 4], otherInputs: ["z"], nodes: [node("Add", "y", ["x", "z"])] },
    "E_UNSUPPORTED",
    /2 inputs \(x, z\)/,
  ],
  [
    "two outputs",
    { input: [1, 4], outputs: ["a", "b"], nodes: [node("Relu", "a", ["x"]), node("Tanh", "b", ["x"])] },
    "E_UNSUPPORTED",
    /2 outputs \(a, b\)/,
  ],
  [
    "weights of the wrong shape",
    { input: [1, 3, 8, 8], constants: CONV, nodes: [conv("x", "w")] },
    "E_SOURCE_CORRUPT",
    /Conv node "conv" has weights of 4×1×3×3 and 1 groups for 3 channels/,
  ],
  [
    "weights in another file",
    { input: [1, 1, 8, 8], constants: { w: { ...CONV.w, stored: "external" } }, nodes: [conv("x", "w")] },
    "E_UNSUPPORTED",
    /tensor w lies in another file/,
  ],
  [
    "clipping that is no Relu",
    { input: [1, 4], constants: { a: scalar(-1), b: scalar(1) }, nodes: [node("Clip", "y", ["x", "a", "b"])] },
    "E_UNSUPPORTED",
    /clips to -1…1/,
  ],
  [
    "padding of channels",
    { input: [1, 2, 4, 4], constants: { p: ints(0, 1, 0, 0, 0, 1, 0, 0) }, nodes: [node("Pad", "y", ["x", "p"])] },
    "E_UNSUPPORTED",
    /pads axis 1 of 1×2×4×4/,
  ],
  [
    "an output that is a flattened image",
    { input: [1, 2, 4, 4], nodes: [node("Relu", "r", ["x"]), node("Flatten", "y", ["r"])] },
    "E_UNSUPPORTED",
    /end the network before the Flatten/,
  ],
  ["a missing value", { input: [1, 1, 8, 8], nodes: [conv("x", "w")] }, "E_SOURCE_CORRUPT", /reads "w"/],
  [
    "asymmetric weights",
    {
      input: [1, 2],
      constants: {
        s: scalar(1),
        w: { dims: [2, 1], data: Uint8Array.of(1, 2) },
        z: { dims: [], data: Uint8Array.of(3) },
        zx: { dims: [], data: Uint8Array.of(128) },
      },
      nodes: [
        node("QuantizeLinear", "q", ["x", "s", "zx"]),
        node("DequantizeLinear", "d", ["q", "s", "zx"]),
        node("DequantizeLinear", "dw", ["w", "s", "z"]),
        node("MatMul", "y", ["d", "dw"]),
      ],
    },
    "E_UNSUPPORTED",
    /WeightSymmetric/,
  ],
  [
    "a transpose that mixes the axes of a flattened image",
    {
      input: [1, 4, 4, 4],
      constants: { s: ints(1, 8, 8) },
      nodes: [node("Reshape", "r", ["x", "s"]), node("Transpose", "t", ["r"], { perm: [0, 2, 1] })],
    },
    "E_UNSUPPORTED",
    /splits an axis/,
  ],
];

for (const [what, model, code, says] of REFUSED)
  test(`refuses ${what}: ${code}`, () => {
    assert.throws(
      () => importOnnx(buildOnnx(model), FILE),
      (error: unknown) =>
        error instanceof HalfbitError &&
        error.code === code &&
        says.test(error.message) &&
        !error.message.includes("\n"),
    );
  });
