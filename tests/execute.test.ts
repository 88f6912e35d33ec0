import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs-core";
import { HalfbitError } from "../host/errors.ts";
import { execute } from "../host/execute.ts";
import { type Graph, size } from "../host/graph/graph.ts";
import { importTflite } from "../host/import/tflite/index.ts";
import { matMul } from "../host/solve/matmul.ts";
import { kws500 } from "./support/data.ts";
import { mlperf, noMlperf } from "./support/mlperf.ts";
import { litert, oracleReason } from "./support/oracle.ts";
import { assertClose, reals } from "./support/reals.ts";

/** x → relu → twice. */
const chain: Graph = {
  name: "chain",
  tensors: ["x", "relu", "twice"].map((name) => ({ name, shape: [64, 64, 64] })),
  layers: [
    { kind: "Elementwise", name: "relu", function: "Relu", inputs: [0], output: 1 },
    { kind: "Add", name: "twice", activation: "None", inputs: [1, 1], output: 2 },
  ],
  input: 0,
  output: 2,
};

test("samples in several chunks, with any tensor wanted, give the same as one by one, and nothing stays behind", async () => {
  const n = size(chain.tensors[0].shape);
  const count = 66; // 1 MB an activation: chunks of 64
  const input = reals(count * n, 1);
  await execute(chain, input.subarray(0, n), 1, [2]);
  const before = tf.memory().numTensors;
  const results = await execute(chain, input, count, [2, 0]);
  assert.equal(tf.memory().numTensors, before);
  assert.deepEqual([...results.keys()], [2, 0]);
  assert.deepEqual(results.get(0), input);
  assert.deepEqual(
    results.get(2),
    input.map((v) => 2 * Math.max(v, 0)),
  );
});

test("what is given is read, and only what the wanted tensors need is computed", async () => {
  const n = size(chain.tensors[0].shape);
  const given = new Map([[1, new Float32Array(n).fill(3)]]);
  const results = await execute(chain, new Float32Array(n).fill(-1), 1, [2], given);
  assert.deepEqual(results.get(2), new Float32Array(n).fill(6));
});

test("input of another size is refused, with the tensor and both sizes", async () => {
  await assert.rejects(execute(chain, new Float32Array(10), 1, [2]), (error) => {
    assert.ok(error instanceof HalfbitError);
    assert.equal(error.code, "E_INPUT_SIZE");
    assert.match(error.message, /"x" takes 262144 values for 1 samples, got 10/);
    return true;
  });
});

test("TensorFlow.js starts without a word", () => {
  const script = `import { startTfjs } from "./host/tfjs/backend.ts";
    const tf = await startTfjs();
    if (tf.getBackend() !== "wasm") throw new Error(tf.getBackend());
    tf.relu(tf.tensor1d([-1])).dataSync();`;
  const options = { cwd: fileURLToPath(new URL("..", import.meta.url)), encoding: "utf8" } as const;
  const run = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], options);
  assert.deepEqual([run.status, run.stdout, run.stderr], [0, "", ""]);
});

test("matMul multiplies, with either operand transposed", async () => {
  const [m, k, n] = [3, 5, 4];
  const [a, b] = [reals(m * k, 1), reals(k * n, 2)];
  const turned = (x: Float32Array, rows: number, columns: number) =>
    Float32Array.from(x, (_, i) => x[(i % rows) * columns + Math.floor(i / rows)]);
  const expected = Array.from({ length: m * n }, (_, i) =>
    Array.from({ length: k }, (_, s) => a[Math.floor(i / n) * k + s] * b[s * n + (i % n)]).reduce((x, y) => x + y),
  );
  assertClose(await matMul(a, b, m, k, n), expected, 1e-6);
  assertClose(await matMul(turned(a, m, k), b, m, k, n, true), expected, 1e-6);
  assertClose(await matMul(a, turned(b, k, n), m, k, n, false, true), expected, 1e-6);
});

// The hybrid keyword network is not among them: LiteRT quantises its activations as it goes.
for (const [name, range] of [
  ["ic_resnet8", 255],
  ["vww_mobilenetv1", 1],
  ["ad_autoencoder", 10],
] as const) {
  test(`${name} in float: LiteRT's outputs to 1e-3`, { skip: noMlperf || oracleReason() }, async () => {
    const bytes = mlperf(`${name}_float.tflite`);
    const graph = importTflite(bytes, name);
    const count = 20;
    const input = reals(count * size(graph.tensors[graph.input].shape), 1, range / 2).map((v) => v + range / 2);
    const got = (await execute(graph, input, count, [graph.output])).get(graph.output)!;
    assertClose(got, litert(bytes, input, count), 1e-3);
  });
}

for (const [type, percent] of [
  ["float", 88.4],
  ["int8", 88.8],
] as const) {
  test(`kws_dscnn_${type} computed in float: ${percent} % of the 500 keywords`, { skip: noMlperf }, async () => {
    const { samples, labels, count } = kws500()!;
    const graph = importTflite(mlperf(`kws_dscnn_${type}.tflite`), "kws");
    const input = Float32Array.from(samples, (q) => (q - 83) * 0.5847029);
    const scores = (await execute(graph, input, count, [graph.output])).get(graph.output)!;
    const right = Array.from(labels).filter((label, i) => {
      const sample = scores.subarray(12 * i, 12 * i + 12);
      return sample.indexOf(Math.max(...sample)) === label;
    });
    assert.ok(Math.abs((100 * right.length) / count - percent) <= 0.3, `${(100 * right.length) / count} %`);
  });
}
