import assert from "node:assert/strict";
import { test } from "node:test";
import type { Conv2D, DepthwiseConv2D, Graph, SemiBinaryWeights } from "../host/graph/graph.ts";
import { fold } from "../host/passes/fold.ts";
import { recogniseSemiBinary } from "../host/passes/recognise.ts";
import { assertSameOutput, type Body, conv, dense, depthwise, graphOf, next, numbers, relu } from "./support/graphs.ts";

/** Signs times a magnitude a row. */
function signed(rows: number, columns: number, magnitude: (row: number) => number): Float32Array {
  return Float32Array.from(
    { length: rows * columns },
    (_, i) => (next() & 1 ? 1 : -1) * magnitude(Math.floor(i / columns)),
  );
}

function decomposed(change: { v?: Partial<Conv2D>; d?: Partial<DepthwiseConv2D>; u?: Partial<Conv2D> } = {}): Graph {
  const v = { ...conv(2, 5, 3, 1), weights: signed(5, 18, () => 1), bias: new Float32Array(5), ...change.v };
  const d = {
    ...depthwise(5, 1),
    weights: Float32Array.of(0.5, -0.3, 2, -1, 0.7),
    bias: new Float32Array(5),
    ...change.d,
  };
  const u = { ...conv(5, 4, 1), weights: signed(4, 5, (t) => 0.1 + t), ...change.u };
  return graphOf(
    [4, 4, 2],
    [
      { body: v, shape: [4, 4, 5] },
      { body: d, shape: [4, 4, 5] },
      { body: u, shape: [4, 4, 4] },
      { body: relu, shape: [4, 4, 4] },
    ],
  );
}

test("binary convolution, scale, binary 1×1 convolution become one layer, exactly", async () => {
  const graph = decomposed();
  const folded = fold(graph);
  const [layer] = folded.layers;
  assert.ok(folded.layers.length === 1 && layer.kind === "Conv2D" && layer.binary?.scheme === "semi-binary");
  const [v, d, u] = graph.layers as [Conv2D, DepthwiseConv2D, Conv2D];
  const { rank, ...binary }: SemiBinaryWeights = layer.binary;
  assert.equal(rank, 5);
  assert.deepEqual(binary.d, Float64Array.from(d.weights, Math.abs));
  assert.deepEqual(
    binary.v,
    Int8Array.from(v.weights, (s, i) => s * Math.sign(d.weights[Math.floor(i / 18)])),
  );
  assert.deepEqual(binary.u, Int8Array.from(u.weights, Math.sign));
  assert.deepEqual(
    binary.r,
    Float64Array.from([0, 1, 2, 3], (t) => Math.fround(0.1 + t)),
  );
  assert.deepEqual(layer.bias, u.bias);
  assert.equal(layer.activation, "Relu");
  await assertSameOutput(graph, folded);
  await assertSameOutput(graph, { ...folded, layers: [{ ...layer, binary: undefined }] });
});

/** Near misses, which have to stay what they are. */
const NOT_DECOMPOSED: [string, Graph][] = [
  ["a bias before the second convolution", decomposed({ v: { bias: numbers(5) } })],
  ["a shift in the scaling", decomposed({ d: { bias: numbers(5) } })],
  ["an activation between", decomposed({ d: { activation: "Relu" } })],
  ["a weight of another magnitude", decomposed({ u: { weights: signed(4, 5, () => 1).with(7, 0.5) } })],
  ["a weight of 0", decomposed({ v: { weights: signed(5, 18, () => 1).with(3, 0) } })],
];

for (const [what, graph] of NOT_DECOMPOSED)
  test(`${what}: no decomposed layer`, () => {
    assert.ok(fold(graph).layers.every((layer) => !("binary" in layer) || layer.binary === undefined));
  });

test("a pair of dense layers is recognised too, once", () => {
  const body = (t: number, s: number, bias: number) =>
    ({ ...dense(s, t), weights: signed(t, s, () => 0.25), bias: new Float32Array(t).fill(bias) }) as Body;
  const graph = graphOf(
    [1, 1, 6],
    [
      { body: body(4, 6, 0), shape: [1, 1, 4] },
      { body: body(3, 4, 0), shape: [1, 1, 3] },
      { body: body(2, 3, 1), shape: [1, 1, 2] },
    ],
  );
  const { layers } = recogniseSemiBinary(graph);
  assert.deepEqual(
    layers.map((layer) => ("binary" in layer ? layer.binary?.scheme : undefined)),
    ["semi-binary", undefined],
  );
});
