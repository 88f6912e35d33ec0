// Small graphs by hand, with random weights.

import assert from "node:assert/strict";
import { execute } from "../../host/execute.ts";
import type { Conv2D, DepthwiseConv2D, Geometry, Graph, Layer, Quantisation } from "../../host/graph/graph.ts";
import { random } from "./models.ts";

export type Shape = [number, number, number];
export type Body = Layer extends infer L ? (L extends Layer ? Omit<L, "name" | "inputs" | "output"> : never) : never;
export type Step = { body: Body; shape: Shape; inputs?: number[]; quantisation?: Quantisation };

/** Layer i writes tensor i + 1; it reads the tensor before it unless it says otherwise. */
export function graphOf(input: Shape, steps: Step[], quantisation?: Quantisation): Graph {
  return {
    name: "test",
    tensors: [
      { name: "x", shape: input, quantisation },
      ...steps.map(({ shape, quantisation: own }, i) => ({
        name: `t${i + 1}`,
        shape,
        quantisation: own ?? quantisation,
      })),
    ],
    layers: steps.map(
      ({ body, inputs }, i) => ({ ...body, name: `l${i}`, inputs: inputs ?? [i], output: i + 1 }) as Layer,
    ),
    input: 0,
    output: steps.length,
  };
}

export const next = random(11);
export const numbers = (count: number) => Float32Array.from({ length: count }, () => next() / 2 ** 31 - 1);
export const geometry = (k: number, p = 0): Geometry => ({
  kernel: [k, k],
  stride: [1, 1],
  dilation: [1, 1],
  padding: { top: p, left: p, bottom: p, right: p },
});

export function conv(c: number, t: number, k: number, p = 0): Omit<Conv2D, "name" | "inputs" | "output"> {
  const weights = numbers(t * k * k * c);
  return { kind: "Conv2D", groups: 1, geometry: geometry(k, p), weights, bias: numbers(t), activation: "None" };
}

export function depthwise(c: number, k: number, p = 0): Omit<DepthwiseConv2D, "name" | "inputs" | "output"> {
  return {
    kind: "DepthwiseConv2D",
    geometry: geometry(k, p),
    weights: numbers(k * k * c),
    bias: numbers(c),
    activation: "None",
  };
}

export const dense = (s: number, t: number): Body => ({
  kind: "FullyConnected",
  weights: numbers(t * s),
  bias: numbers(t),
  activation: "None",
});
export const relu: Body = { kind: "Elementwise", function: "Relu" };
export const relu6: Body = { kind: "Elementwise", function: "Relu6" };
export const identity: Body = { kind: "Elementwise", function: "Identity" };

/** The two networks give the same output for a random input. */
export async function assertSameOutput(a: Graph, b: Graph): Promise<void> {
  const [h, w, c] = a.tensors[a.input].shape;
  const x = numbers(h * w * c);
  const run = async (graph: Graph) => (await execute(graph, x, 1, [graph.output])).get(graph.output)!;
  const [before, after] = [await run(a), await run(b)];
  assert.equal(after.length, before.length);
  for (const [i, y] of before.entries())
    assert.ok(Math.abs(after[i] - y) < 1e-5 * (1 + Math.abs(y)), `${i}: ${after[i]} ${y}`);
}

/** conv → conv → add with the first, 6 × 6 images of 3 channels: what networks of several tests begin with. */
export function residualBlock() {
  const shape: Shape = [6, 6, 16];
  return [
    { body: { ...conv(3, 16, 3, 1), activation: "Relu" as const }, shape },
    { body: conv(16, 16, 3, 1), shape },
    { body: { kind: "Add", activation: "Relu" } as const, shape, inputs: [1, 2] },
  ];
}

/** conv → conv → add with the first → conv → dense. */
export function residual(): Graph {
  const shape: Shape = [6, 6, 16];
  return graphOf(
    [6, 6, 3],
    [...residualBlock(), { body: conv(16, 16, 3, 1), shape }, { body: dense(576, 10), shape: [1, 1, 10] }],
  );
}
