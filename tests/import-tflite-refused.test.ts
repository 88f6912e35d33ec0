import assert from "node:assert/strict";
import { test } from "node:test";
import { Builder } from "flatbuffers";
import { CODES, HalfbitError } from "../host/errors.ts";
import { importTflite } from "../host/import/tflite/index.ts";
import { mlperf, noMlperf } from "./support/mlperf.ts";
import { random } from "./support/models.ts";
import { buildTflite } from "./support/tflite-builder.ts";
import { floats, indexList, int8, ints, shape, single } from "./support/tflite-nets.ts";

/** Each case: a model that is refused, the code, and what the one line says. */
const REFUSED: [what: string, model: Uint8Array, code: string, message: RegExp][] = [
  [
    "an unsupported operator",
    single("ELU", shape(1, 4), { shape: [1, 4], name: "block/elu" }, []),
    "E_UNSUPPORTED_OPERATOR",
    /^net\.tflite: node 0 \(ELU → "block\/elu"\): operator ELU is not supported; supported: CONV_2D, .*SOFTMAX.*$/,
  ],
  [
    "a custom operator",
    single("MyOp", shape(1, 4), shape(1, 4), []),
    "E_UNSUPPORTED_OPERATOR",
    /operator CUSTOM\(MyOp\) is not supported/,
  ],
  [
    "an unsupported fused activation",
    single("ADD", shape(1, 2), shape(1, 2), [{ shape: [2], data: floats(1, 2) }], { fusedActivation: 4 }),
    "E_UNSUPPORTED",
    /fused activation TANH; supported: NONE, RELU, RELU6/,
  ],
  ["a batch", single("RELU", shape(2, 4, 4, 1), shape(2, 4, 4, 1), []), "E_UNSUPPORTED", /batch 1/],
  [
    "a dynamic shape",
    single("RELU", { shape: [1, 1, 4, 1], signature: [1, -1, 4, 1] }, shape(1, 1, 4, 1), []),
    "E_UNSUPPORTED",
    /dynamic shape.*fixed sizes/,
  ],
  ["int16 activations", single("RELU", { shape: [1, 4], type: "INT16" }, shape(1, 4), []), "E_UNSUPPORTED", /INT16/],
  [
    "an int8 tensor without a scale",
    single("RELU", { shape: [1, 4], type: "INT8" }, shape(1, 4), []),
    "E_UNSUPPORTED",
    /without a scale/,
  ],
  [
    "a network that is int8 in one part and float in another",
    single("RELU", int8([1, 4], 1, 0), shape(1, 4), []),
    "E_UNSUPPORTED",
    /"y" is float but "x" int8/,
  ],
  [
    "a transposition that moves data",
    single("TRANSPOSE", shape(1, 2, 3, 4), shape(1, 4, 2, 3), [indexList(0, 3, 1, 2)]),
    "E_UNSUPPORTED",
    /reorders data/,
  ],
  [
    "padding of channels",
    single("PAD", shape(1, 2, 2, 1), shape(1, 2, 2, 2), [
      { shape: [4, 2], type: "INT32", data: ints(0, 0, 0, 0, 0, 0, 0, 1) },
    ]),
    "E_UNSUPPORTED",
    /padding of channels or batch/,
  ],
  [
    "padding with another value",
    single("PADV2", shape(1, 2, 2, 1), shape(1, 3, 2, 1), [
      { shape: [4, 2], type: "INT32", data: ints(0, 0, 0, 1, 0, 0, 0, 0) },
      { shape: [], data: floats(1) },
    ]),
    "E_UNSUPPORTED",
    /another value than 0/,
  ],
  [
    "weights with a zero point",
    single("FULLY_CONNECTED", int8([1, 2], 1, 0), int8([1, 1], 1, 0), [
      { ...int8([1, 2], 1, 5), data: Int8Array.of(1, 2) },
    ]),
    "E_UNSUPPORTED",
    /zero point other than 0/,
  ],
  [
    "an output of another shape than the operator gives",
    single("RELU", shape(1, 4), shape(1, 5), []),
    "E_SOURCE_CORRUPT",
    /the output has shape \[1, 1, 5\], the operator gives \[1, 1, 4\]/,
  ],
  [
    "two outputs",
    buildTflite({
      tensors: [shape(1, 4), shape(1, 4), shape(1, 4)],
      operators: [
        { name: "RELU", inputs: [0], outputs: [1] },
        { name: "RELU6", inputs: [0], outputs: [2] },
      ],
      inputs: [0],
      outputs: [1, 2],
    }),
    "E_UNSUPPORTED",
    /2 outputs; halfbit takes networks of one/,
  ],
  [
    "a node that reads what nothing has computed",
    buildTflite({
      tensors: [shape(1, 4), shape(1, 4), shape(1, 4)],
      operators: [{ name: "RELU", inputs: [2], outputs: [1] }],
      inputs: [0],
      outputs: [1],
    }),
    "E_SOURCE_CORRUPT",
    /operand 0, "t2", is computed by no earlier node/,
  ],
  ["another file format", new TextEncoder().encode("\x89PNG\r\n\x1a\n…"), "E_SOURCE_FORMAT", /not a TFLite file/],
];

for (const [what, model, code, message] of REFUSED) {
  test(`refused, with file and node: ${what}`, () => {
    assert.throws(
      () => importTflite(model, "net.tflite"),
      (error) => {
        assert.ok(error instanceof HalfbitError);
        assert.equal(error.code, code);
        assert.match(error.message, message);
        assert.ok(error.message.startsWith("net.tflite: ") && !error.message.includes("\n"));
        return true;
      },
    );
  });
}

/** A network with constants, options and quantisation: something of everything that a file can get wrong. */
const small = buildTflite({
  tensors: [
    int8([1, 6, 6, 2], 0.5, 1),
    { ...int8([3, 3, 3, 2], 0.01, 0), data: new Int8Array(54).fill(3) },
    { shape: [3], type: "INT32", data: ints(1, 2, 3) },
    int8([1, 3, 3, 3], 0.25, -7),
    int8([1, 3], 0.25, -7),
    indexList(1, 2),
    int8([1, 3], 1 / 256, -128),
  ],
  operators: [
    { name: "CONV_2D", inputs: [0, 1, 2], outputs: [3], options: { strideH: 2, strideW: 2, fusedActivation: 1 } },
    { name: "MEAN", inputs: [3, 5], outputs: [4] },
    { name: "SOFTMAX", inputs: [4], outputs: [6], options: { beta: 1 } },
  ],
  inputs: [0],
  outputs: [6],
});

/** The code of the error that importing throws, "" for none; anything but a HalfbitError of one line fails. */
function refusal(bytes: Uint8Array): string {
  try {
    importTflite(bytes, "net.tflite");
    return "";
  } catch (error) {
    if (!(error instanceof HalfbitError)) throw error;
    assert.ok(error.code in CODES && !error.message.includes("\n"), error.message);
    return error.code;
  }
}

test("a file cut off anywhere is refused as damaged", () => {
  // The last three bytes may be padding.
  for (let length = 0; length < small.length - 3; length++) {
    const code = refusal(small.slice(0, length));
    assert.equal(code, length < 8 ? "E_SOURCE_FORMAT" : "E_SOURCE_CORRUPT", `${length} bytes`);
  }
});

test("a file with any byte wrong is imported or refused in one line, at once", () => {
  for (let at = 0; at < small.length; at++) {
    for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
      const damaged = small.slice();
      damaged[at] = value;
      refusal(damaged);
    }
  }
});

test("a real network, cut off or with bits flipped, likewise", { skip: noMlperf }, () => {
  const bytes = mlperf("kws_dscnn_int8.tflite");
  const next = random(1);
  for (let i = 0; i < 200; i++) {
    assert.equal(refusal(bytes.slice(0, 8 + (next() % (bytes.length - 8)))), "E_SOURCE_CORRUPT");
    const damaged = bytes.slice();
    // Structure rather than weights: the tables lie at the two ends of the file.
    damaged[i % 2 ? next() % 2000 : bytes.length - 1 - (next() % 12000)] ^= 1 << (next() % 8);
    refusal(damaged);
  }
});

test("a small file that describes a huge one is refused, not read", () => {
  // 10,000 tensors, all of them one table, whose shape has 10,000 entries: 100 KB on disk, 10^8 numbers in memory.
  const many = 10_000;
  const builder = new Builder();
  const vector = (count: number, add: () => void) => {
    builder.startVector(4, count, 4);
    for (let i = 0; i < count; i++) add();
    return builder.endVector();
  };
  const table = (field: number, vectorOffset: number) => {
    builder.startObject(5);
    if (field === 2) builder.addFieldInt32(0, 3, 0); // Model.version
    builder.addFieldOffset(field, vectorOffset, 0);
    return builder.endObject();
  };
  const dimensions = vector(many, () => builder.addInt32(1));
  const tensor = table(0, dimensions);
  const tensors = vector(many, () => builder.addOffset(tensor));
  const subgraph = table(0, tensors);
  const subgraphs = vector(1, () => builder.addOffset(subgraph));
  builder.finish(table(2, subgraphs), "TFL3");
  assert.throws(() => importTflite(builder.asUint8Array(), "net.tflite"), /repeats more data than the file can hold/);
});
