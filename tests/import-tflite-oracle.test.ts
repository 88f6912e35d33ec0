// Operators that the MLPerf Tiny networks do not use, in float: import and execute against LiteRT.
import assert from "node:assert/strict";
import { test } from "node:test";
import { execute } from "../host/execute.ts";
import { size } from "../host/graph/graph.ts";
import { importTflite } from "../host/import/tflite/index.ts";
import { random } from "./support/models.ts";
import { litert, oracleReason } from "./support/oracle.ts";
import { type BuilderTensor, buildTflite } from "./support/tflite-builder.ts";
import { indexList, ints, shape, single } from "./support/tflite-nets.ts";

function reals(count: number, seed: number): Float32Array {
  const next = random(seed);
  return Float32Array.from({ length: count }, () => next() / 2 ** 30 - 2);
}

const constant = (sizes: number[], seed: number): BuilderTensor => ({ shape: sizes, data: reals(size(sizes), seed) });

const CASES: [what: string, model: Uint8Array][] = [
  [
    "CONV_2D, SAME, even kernel, stride",
    single("CONV_2D", shape(1, 7, 6, 3), shape(1, 4, 3, 4), [constant([4, 4, 2, 3], 1), constant([4], 2)], {
      strideH: 2,
      strideW: 2,
      fusedActivation: 1,
    }),
  ],
  [
    "CONV_2D, SAME, dilation",
    single("CONV_2D", shape(1, 7, 8, 2), shape(1, 7, 8, 3), [constant([3, 3, 3, 2], 1), constant([3], 2)], {
      strideH: 1,
      strideW: 1,
      dilationH: 2,
      dilationW: 3,
    }),
  ],
  [
    "CONV_2D, VALID, groups",
    single("CONV_2D", shape(1, 5, 5, 6), shape(1, 3, 3, 4), [constant([4, 3, 3, 3], 1), constant([4], 2)], {
      padding: 1,
      strideH: 1,
      strideW: 1,
      fusedActivation: 3,
    }),
  ],
  [
    "DEPTHWISE_CONV_2D, SAME, multiplier, stride",
    single("DEPTHWISE_CONV_2D", shape(1, 6, 5, 2), shape(1, 3, 3, 6), [constant([1, 3, 4, 6], 1), constant([6], 2)], {
      strideH: 2,
      strideW: 2,
      depthMultiplier: 3,
    }),
  ],
  [
    "FULLY_CONNECTED over rows",
    single("FULLY_CONNECTED", shape(1, 3, 5), shape(1, 3, 4), [constant([4, 5], 1), constant([4], 2)], {
      keepNumDims: true,
    }),
  ],
  [
    "AVERAGE_POOL_2D, SAME",
    single("AVERAGE_POOL_2D", shape(1, 7, 6, 3), shape(1, 4, 3, 3), [], {
      strideH: 2,
      strideW: 2,
      filterH: 3,
      filterW: 4,
    }),
  ],
  [
    "MAX_POOL_2D, SAME",
    single("MAX_POOL_2D", shape(1, 7, 6, 3), shape(1, 4, 3, 3), [], {
      strideH: 2,
      strideW: 2,
      filterH: 3,
      filterW: 4,
      fusedActivation: 3,
    }),
  ],
  ["MEAN", single("MEAN", shape(1, 4, 5, 3), shape(1, 3), [indexList(1, 2)])],
  ["ADD of a constant", single("ADD", shape(1, 4, 5, 3), shape(1, 4, 5, 3), [constant([3], 1)])],
  ["SUB of a constant", single("SUB", shape(1, 4, 5, 3), shape(1, 4, 5, 3), [constant([1, 1, 1, 3], 1)])],
  [
    "SUB from a constant",
    buildTflite({
      tensors: [shape(1, 2, 3), constant([3], 1), shape(1, 2, 3)],
      operators: [{ name: "SUB", inputs: [1, 0], outputs: [2], options: { fusedActivation: 1 } }],
      inputs: [0],
      outputs: [2],
    }),
  ],
  [
    "MUL by a constant",
    single("MUL", shape(1, 4, 5, 3), shape(1, 4, 5, 3), [constant([3], 1)], { fusedActivation: 3 }),
  ],
  [
    "MUL by one activation a channel",
    buildTflite({
      tensors: [shape(1, 4, 5, 3), shape(1, 1, 1, 3), shape(1, 4, 5, 3), indexList(1, 2)],
      operators: [
        { name: "MEAN", inputs: [0, 3], outputs: [1], options: { keepDims: true } },
        { name: "MUL", inputs: [1, 0], outputs: [2] },
      ],
      inputs: [0],
      outputs: [2],
    }),
  ],
  [
    "CONCATENATION along the width",
    buildTflite({
      tensors: [shape(1, 2, 3, 2), shape(1, 2, 3, 2), shape(1, 2, 6, 2)],
      operators: [
        { name: "RELU6", inputs: [0], outputs: [1] },
        { name: "CONCATENATION", inputs: [1, 0], outputs: [2], options: { axis: -2 } },
      ],
      inputs: [0],
      outputs: [2],
    }),
  ],
  [
    "PAD",
    single("PAD", shape(1, 2, 3, 2), shape(1, 5, 4, 2), [
      { shape: [4, 2], type: "INT32", data: ints(0, 0, 1, 2, 0, 1, 0, 0) },
    ]),
  ],
  ["TRANSPOSE of sizes of 1", single("TRANSPOSE", shape(1, 1, 5, 3), shape(1, 5, 1, 3), [indexList(0, 2, 1, 3)])],
  ["SOFTMAX over rows", single("SOFTMAX", shape(1, 4, 5), shape(1, 4, 5), [], { beta: 0.5 })],
  ...["RELU", "RELU6", "HARD_SWISH", "LOGISTIC", "TANH"].map((op): (typeof CASES)[number] => [
    op,
    single(op, shape(1, 4, 5, 3), shape(1, 4, 5, 3), []),
  ]),
];

for (const [what, bytes] of CASES) {
  test(`${what}: LiteRT's output`, { skip: oracleReason() }, async () => {
    const graph = importTflite(bytes, "net.tflite");
    const input = reals(size(graph.tensors[graph.input].shape), 9).map((v) => 2 * v);
    const got = (await execute(graph, input, 1, [graph.output])).get(graph.output)!;
    const expected = litert(bytes, input, 1);
    assert.equal(got.length, expected.length);
    got.forEach((v, i) => {
      assert.ok(Math.abs(v - expected[i]) <= 1e-4, `${v} for ${expected[i]}`);
    });
  });
}
