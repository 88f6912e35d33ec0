// AlexNet, ResNet-18 and ResNet-50 with fewer channels on a 64×64 image: the structure that bench/complexity.ts
// compiles at full size.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { ALEXNET } from "../bench/networks/alexnet.ts";
import { alexnetOnnx, resnetOnnx, samples } from "../bench/networks/index.ts";
import { RESNET_18, RESNET_50 } from "../bench/networks/resnet.ts";
import { spectralMatrix } from "../bench/networks/weights.ts";
import { type Compiled, compile } from "../host/compile.ts";
import { Engine } from "../host/engine.ts";
import { execute } from "../host/execute.ts";
import type { Graph } from "../host/graph/graph.ts";
import { importOnnx } from "../host/import/onnx/index.ts";
import { fold } from "../host/passes/fold.ts";
import { selfTestInput } from "../host/passes/self-test.ts";
import { runReference } from "../host/reference/index.ts";
import { mulberry32 } from "../host/solve/random.ts";
import { noOnnxruntime, runOnnxruntime } from "./support/onnxruntime.ts";

const SIZE = 64;
const CLASSES = 10;

const NETWORKS: Record<string, { build: () => Promise<Uint8Array>; layers: string }> = {
  "ResNet-18": {
    build: () => resnetOnnx({ ...RESNET_18, width: 4, classes: CLASSES }, SIZE),
    // Stem, pool; two convolutions a block, one more where the stage begins with a projection; mean, classifier.
    layers: "Conv2D MaxPool 19×Conv2D 8×Add Mean FullyConnected",
  },
  "ResNet-50": {
    build: () => resnetOnnx({ ...RESNET_50, width: 4, classes: CLASSES }, SIZE),
    layers: "Conv2D MaxPool 52×Conv2D 16×Add Mean FullyConnected",
  },
  AlexNet: {
    build: () => alexnetOnnx({ ...ALEXNET, size: SIZE, channels: [8, 12, 24, 16, 16], hidden: 32, classes: CLASSES }),
    layers: "5×Conv2D 3×MaxPool 3×FullyConnected",
  },
};

/** Images as ONNX walks them: channels, height, width. */
function channelsFirst(image: Float32Array): Float32Array {
  return Float32Array.from(image, (_, i) => image[(i % (SIZE * SIZE)) * 3 + Math.floor(i / (SIZE * SIZE))]);
}

function counts({ layers }: Graph): Map<string, number> {
  const found = new Map<string, number>();
  for (const { kind } of layers) found.set(kind, (found.get(kind) ?? 0) + 1);
  return found;
}

/** "Conv2D 2×Add" as counts of kinds. */
function parsed(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const part of text.split(" ")) {
    const [number, kind] = part.includes("×") ? part.split("×") : ["1", part];
    found.set(kind, (found.get(kind) ?? 0) + Number(number));
  }
  return found;
}

function compiled(bytes: Uint8Array, name: string): Promise<Compiled> {
  return compile(
    { bytes, name: `${name}.onnx` },
    {
      scheme: "semi-binary",
      rank: 1,
      solver: "greedy",
      objective: "weights",
      seed: 1,
      calibration: samples(4, SIZE, 3),
    },
  );
}

for (const [name, { build, layers }] of Object.entries(NETWORKS)) {
  const bytes = build();

  test(`${name} has its layers and residual branches, batch norm folded`, async () => {
    assert.deepEqual(counts(fold(importOnnx(await bytes, name))), parsed(layers));
  });

  test(`${name}: activations keep a sane range, and differ from image to image`, async () => {
    const graph = fold(importOnnx(await bytes, name));
    const ids = graph.layers.map((layer) => layer.output);
    const images = samples(2, SIZE, 4);
    for (const [id, values] of await execute(graph, images.data, 2, ids)) {
      const half = values.length / 2;
      const [energy, change] = [0, 0].map((_, which) =>
        Math.sqrt(
          values
            .subarray(0, half)
            .reduce((sum, value, i) => sum + (value - (which === 0 ? 0 : values[half + i])) ** 2, 0) / half,
        ),
      );
      assert.ok(energy > 0.05 && energy < 20, `${graph.tensors[id].name}: ${energy}`);
      assert.ok(change > 0.1 * energy, `${graph.tensors[id].name}: ${change} of ${energy}`);
    }
  });

  test(`${name} compiles, and every layer of it is the reference's, bit for bit`, async () => {
    const { file, program, report } = await compiled(await bytes, name);
    assert.ok(report.filter((layer) => layer.scheme === "semi-binary").length >= 3);
    const input = selfTestInput(12345, SIZE * SIZE * 3);
    const expected = runReference(program, input);
    const engine = await Engine.load(file, name);
    engine.input().set(input);
    for (const [i, layer] of expected.entries()) {
      engine.step(i);
      assert.deepEqual(engine.layerOutput(i), layer, program.layers[i].name);
    }
    assert.ok(new Set(expected.at(-1)).size > 1, "the scores differ");
  });
}

test("the float networks give onnxruntime's output", { skip: noOnnxruntime }, async () => {
  const { data } = samples(1, SIZE, 5);
  const files = await Promise.all(Object.values(NETWORKS).map(({ build }) => build()));
  const outputs = runOnnxruntime(files.map((bytes) => ({ bytes, x: channelsFirst(data) })));
  for (const [i, bytes] of files.entries()) {
    const graph = fold(importOnnx(bytes, "net.onnx"));
    const y = (await execute(graph, data, 1, [graph.output])).get(graph.output)!;
    const largest = Math.max(...outputs[i].map(Math.abs));
    for (const [t, value] of outputs[i].entries()) assert.ok(Math.abs(y[t] - value) < 1e-4 * largest, `${i}: ${t}`);
  }
});

for (const [T, S] of [
  [24, 40],
  [33, 12],
])
  test(`the weights of ${T}×${S} have the spectrum and the norm they are asked for`, () => {
    const w = spectralMatrix(T, S, 2, mulberry32(7));
    const matrix = new Matrix(Array.from({ length: T }, (_, t) => Array.from(w.subarray(t * S, (t + 1) * S))));
    const n = Math.min(T, S);
    const sigma = new SingularValueDecomposition(matrix, { autoTranspose: true }).diagonal;
    for (let i = 0; i < n; i++) assert.ok(Math.abs(sigma[i] / sigma[0] - (1 + (16 * i) / n) ** -0.8) < 1e-4);
    assert.ok(Math.abs(w.reduce((sum, x) => sum + x ** 2, 0) / (2 * T) - 1) < 1e-5);
    // Mixed: no number is further out than 6 standard deviations.
    assert.ok(Math.max(...w.map(Math.abs)) < 6 * Math.sqrt(2 / S));
  });
