// Layers as large as ImageNet networks have them, in float.

import assert from "node:assert/strict";
import { test } from "node:test";
import { execute } from "../host/execute.ts";
import type { SemiBinaryWeights } from "../host/graph/graph.ts";
import { mulberry32, randomSigns } from "../host/solve/random.ts";
import { reconstruct } from "../host/solve/reconstruct.ts";
import { type Body, conv, dense, graphOf, type Shape } from "./support/graphs.ts";

const random = mulberry32(5);
const signs = (count: number) => Int8Array.from(randomSigns(random, count));
const scales = (count: number) => Float64Array.from({ length: count }, () => 0.01 + 0.01 * random());

function semiBinary(T: number, S: number, rank: number): SemiBinaryWeights {
  return { scheme: "semi-binary", rank, u: signs(T * rank), d: scales(rank), v: signs(rank * S), r: scales(T) };
}

const [RANK, SIDE, CHANNELS, OUTPUTS, SCORES] = [400, 3, 128, 512, 100];
const CONV: Body = { ...conv(CHANNELS, OUTPUTS, 3, 1), activation: "Relu" };
const DENSE: Body = dense(OUTPUTS * SIDE ** 2, SCORES);

test("factors that are applied one after the other give the output of their product", async () => {
  const bodies = [CONV, DENSE] as Extract<Body, { kind: "Conv2D" | "FullyConnected" }>[];
  const shapes: Shape[] = [
    [SIDE, SIDE, OUTPUTS],
    [1, 1, SCORES],
  ];
  const binaries = bodies.map((body) => {
    const T = body.bias.length;
    return semiBinary(T, body.weights.length / T, RANK);
  });
  const steps = (parts: (i: number) => object) =>
    bodies.map((body, i) => ({ body: { ...body, ...parts(i) }, shape: shapes[i] }));
  const input: Shape = [SIDE, SIDE, CHANNELS];
  const factored = graphOf(
    input,
    steps((i) => ({ binary: binaries[i] })),
  );
  const product = graphOf(
    input,
    steps((i) => ({ weights: reconstruct(binaries[i], shapes[i][2], bodies[i].weights.length / shapes[i][2]) })),
  );
  const x = Float32Array.from({ length: 2 * SIDE ** 2 * CHANNELS }, () => random() - 0.5);
  const [y, expected] = [await execute(factored, x, 2, [1, 2]), await execute(product, x, 2, [1, 2])];
  for (const id of [1, 2]) {
    const largest = expected.get(id)!.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (const [i, value] of expected.get(id)!.entries())
      assert.ok(Math.abs(y.get(id)![i] - value) < 1e-5 * largest, `tensor ${id}, ${i}: ${y.get(id)![i]}, not ${value}`);
  }
});
