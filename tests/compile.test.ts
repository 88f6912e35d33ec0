// compile(): what it refuses, and the path on which an int8 source keeps its own numbers.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type Compiled, compile } from "../host/compile.ts";
import type { CompileOptions } from "../host/options.ts";
import { mlperf, noMlperf } from "./support/mlperf.ts";

const bytes = new Uint8Array(readFileSync(new URL("../models/mnist/mnist.onnx", import.meta.url)));
const base: CompileOptions = { scheme: "int8", rank: 1, solver: "greedy", objective: "weights", seed: 1 };

function compiled(options: Partial<CompileOptions>, source: Uint8Array = bytes): Promise<Compiled> {
  return compile({ bytes: source, name: "folder/mnist.onnx" }, { ...base, ...options });
}

/** Two samples with one value replaced. */
function samples(value: number): { data: Float32Array; count: number } {
  const data = Float32Array.from({ length: 2 * 784 }, (_, i) => (i % 7) / 7);
  data[800] = value;
  return { data, count: 2 };
}

for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
  test(`a calibration sample with ${value} is refused by its number`, async () => {
    const message = `folder/mnist.onnx: calibration sample 1 holds ${value}; take it out`;
    await assert.rejects(compiled({ calibration: samples(value) }), { code: "E_CALIBRATION", message });
  });
}

test("a float network without samples, or with samples of another size, says what to pass", async () => {
  await assert.rejects(compiled({}), { code: "E_CALIBRATION", message: /^folder\/mnist.onnx: .*pass --calib/ });
  const calibration = { data: new Float32Array(100), count: 1 };
  await assert.rejects(compiled({ calibration }), { code: "E_CALIBRATION", message: /each needs 28×28×1/ });
});

test("weights that are not finite are refused, with the layer", async () => {
  const damaged = bytes.slice();
  // The stem's weights are the first float32 tensor of their size: find its first number in the file.
  const { graph } = await compiled({ calibration: samples(0.5) });
  const stem = graph.layers[0];
  assert.ok("weights" in stem);
  const first = new Uint8Array(Float32Array.of(stem.weights[0]).buffer);
  const at = damaged.findIndex((_, i) => first.every((byte, k) => damaged[i + k] === byte));
  damaged.set(new Uint8Array(Float32Array.of(Number.NaN).buffer), at);
  const message = `folder/mnist.onnx: layer ${stem.name} holds NaN or infinite weights; export it again`;
  await assert.rejects(compiled({ calibration: samples(0.5) }, damaged), { code: "E_SOURCE_CORRUPT", message });
});

test("an int8 source whose overrides all say int8 keeps its own numbers", { skip: noMlperf }, async () => {
  const source = mlperf("kws_dscnn_int8.tflite");
  const plain = await compiled({}, source);
  const overridden = await compiled({ overrides: { conv2d_1: { scheme: "int8" } } }, source);
  assert.deepEqual(overridden.program.layers, plain.program.layers);
  await assert.rejects(compiled({ overrides: { conv2d_1: { scheme: "alpha" } } }, source), { code: "E_CALIBRATION" });
});

test("the same inputs give the same file", async () => {
  const options: Partial<CompileOptions> = {
    scheme: "semi-binary",
    objective: "feature-map",
    calibration: samples(0.5),
  };
  assert.deepEqual((await compiled(options)).file, (await compiled(options)).file);
});
