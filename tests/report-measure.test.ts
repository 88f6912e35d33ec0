// What a report measures: how close answers are, and the rounding of m on its own.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { compile } from "../host/compile.ts";
import { execute } from "../host/execute.ts";
import type { SemiBinaryWeights } from "../host/graph/graph.ts";
import { judgeAgainst } from "../host/report/closeness.ts";
import { measureBaselines } from "../host/report/measure-baselines.ts";
import { stageLosses } from "../host/report/stages.ts";
import { conv, dense, graphOf, numbers } from "./support/graphs.ts";
import { convTflite } from "./support/sources.ts";

const bytes = new Uint8Array(readFileSync(new URL("../models/mnist/mnist.onnx", import.meta.url)));
const source = { bytes, name: "mnist.onnx" };
const calibration = { data: numbers(40 * 784).map((value) => Math.max(0, value)), count: 40 };
const options = { solver: "greedy", objective: "feature-map", seed: 1, calibration } as const;

/** 6 inputs, 3 terms, 4 outputs; every scale distinct. */
const binary: SemiBinaryWeights = {
  scheme: "semi-binary",
  rank: 3,
  u: Int8Array.from({ length: 12 }, (_, i) => (i % 5 < 2 ? 1 : -1)),
  d: Float64Array.of(0.5, 1, 2),
  v: Int8Array.from({ length: 18 }, (_, i) => (i % 7 < 3 ? 1 : -1)),
  r: Float64Array.of(1, 0.5, 0.25, 2),
};

for (const kind of ["Conv2D", "FullyConnected"] as const) {
  test(`float execution of a ${kind} rounds and clamps m where its step is known`, async () => {
    const body = kind === "Conv2D" ? { ...conv(6, 4, 1), binary } : { ...dense(6, 4), binary };
    const graph = graphOf([1, 1, 6], [{ body: body as typeof body & { kind: "Conv2D" }, shape: [1, 1, 4] }]);
    const layer = graph.layers[0] as ReturnType<typeof conv> & (typeof graph.layers)[0];
    const x = Float32Array.of(1, -0.7, 0.3, 0.9, -0.2, 0.55);
    const own = async (mScale?: number) => {
      const stepped = { ...layer, binary: { ...binary, mScale } } as (typeof graph.layers)[0];
      return (await execute({ ...graph, layers: [stepped] }, x, 1, [1])).get(1)!;
    };
    const byHand = (m: (real: number) => number) =>
      Array.from({ length: 4 }, (_, t) => {
        let sum = 0;
        for (let k = 0; k < 3; k++) {
          let a = 0;
          for (let s = 0; s < 6; s++) a += binary.v[k * 6 + s] * x[s];
          sum += binary.u[t * 3 + k] * m(binary.d[k] * a);
        }
        return binary.r[t] * sum + layer.bias[t];
      });
    const near = (found: Float32Array, wanted: number[]) =>
      found.forEach((value, i) => {
        assert.ok(Math.abs(value - wanted[i]) < 1e-5, `${found} against ${wanted}`);
      });
    near(
      await own(),
      byHand((real) => real),
    );
    near(
      await own(0.4),
      byHand((real) => 0.4 * Math.round(real / 0.4)),
    );
    near(
      await own(0.001),
      byHand((real) => 0.001 * Math.max(-127, Math.min(127, Math.round(real / 0.001)))),
    );
  });
}

test("a network is as close to itself as can be, and its int8 file nearly so", async () => {
  const { graph, file, program } = await compile(source, { ...options, scheme: "int8", rank: 1 });
  const judge = await judgeAgainst(graph, calibration);
  assert.deepEqual(await judge.float(graph), { agreement: 1, loss: 0 });
  const integers = await judge.integers(file, program);
  assert.ok(integers.agreement! >= 0.9 && integers.loss > 0 && integers.loss < 0.02, JSON.stringify(integers));
});

test("each stage is judged, and baselines of each decomposed layer, as the solver met it", async () => {
  const samples = { data: numbers(40 * 128), count: 40 };
  const overrides = { conv1: { rank: 2 }, conv2: { rank: 2 } };
  const settings = {
    ...options,
    solver: "admm" as const,
    scheme: "semi-binary" as const,
    rank: 1,
    calibration: samples,
  };
  const compiled = await compile({ bytes: convTflite(), name: "conv.tflite" }, { ...settings, overrides });
  const stages = await stageLosses(compiled, await judgeAgainst(compiled.graph, samples));
  assert.deepEqual(
    stages.map(({ stage }) => stage),
    ["decomposition", "m to int8", "activations"],
  );
  assert.ok(stages.every(({ loss, agreement }) => loss > 0 && agreement! <= 1));
  assert.equal(new Set(stages.map(({ loss }) => loss)).size, 3);
  const measured = await measureBaselines(compiled, settings);
  for (const [i, { name, baselines, featureMapError }] of measured.entries()) {
    const before = compiled.report[i];
    assert.equal(baselines !== undefined, before.featureMapError !== undefined, name);
    if (featureMapError !== undefined) assert.ok(Math.abs(featureMapError - before.featureMapError!) < 1e-6, name);
  }
  assert.ok(measured.every(({ baselines }) => baselines?.length === 7));
});

test("outputs that are no classes are judged by their variance", async () => {
  const graph = graphOf([1, 1, 6], [{ body: dense(6, 6), shape: [1, 1, 6] }]);
  const judge = await judgeAgainst(graph, { data: numbers(60), count: 10 });
  const layer = graph.layers[0] as (typeof graph.layers)[0] & { weights: Float32Array; bias: Float32Array };
  const none = { ...layer, weights: layer.weights.map(() => 0), bias: layer.bias.map(() => 0) };
  const { agreement, loss } = await judge.float({ ...graph, layers: [none as typeof layer] });
  assert.deepEqual([judge.measure, agreement], ["variance missed", undefined]);
  assert.ok(loss >= 1);
});
