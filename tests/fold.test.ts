import assert from "node:assert/strict";
import { test } from "node:test";
import type { Graph } from "../host/graph/graph.ts";
import { fold } from "../host/passes/fold.ts";
import { foldActivation } from "../host/passes/fold-activation.ts";
import { foldAffine } from "../host/passes/fold-affine.ts";
import { foldAffineForward } from "../host/passes/fold-affine-forward.ts";
import { foldPad } from "../host/passes/fold-pad.ts";
import { lower } from "../host/passes/lower/index.ts";
import { removeDead } from "../host/passes/remove-dead.ts";
import { removeIdentity } from "../host/passes/remove-identity.ts";
import { runReference } from "../host/reference/index.ts";
import {
  assertSameOutput,
  conv,
  dense,
  depthwise,
  geometry,
  graphOf,
  identity,
  next,
  relu,
  relu6,
  type Shape,
} from "./support/graphs.ts";
import { randomInt8 } from "./support/models.ts";

const padding = { top: 1, left: 0, bottom: 2, right: 3 };
const kinds = (graph: Graph) => graph.layers.map((layer) => layer.kind).join(" ");

/** Each case: a float network, the pass, and what is left; every one keeps its output. */
const CASES: [what: string, graph: Graph, pass: (graph: Graph) => Graph, left: string][] = [
  [
    "Pad goes into the convolution's own padding",
    graphOf(
      [4, 4, 2],
      [
        { body: { kind: "Pad", padding }, shape: [7, 7, 2] },
        { body: conv(2, 3, 3, 1), shape: [7, 7, 3] },
      ],
    ),
    foldPad,
    "Conv2D",
  ],
  [
    "two Pads go into a depthwise convolution",
    graphOf(
      [4, 4, 2],
      [
        { body: { kind: "Pad", padding }, shape: [7, 7, 2] },
        { body: { kind: "Pad", padding }, shape: [10, 10, 2] },
        { body: depthwise(2, 3), shape: [8, 8, 2] },
      ],
    ),
    foldPad,
    "DepthwiseConv2D",
  ],
  [
    "Pad before a pool stays: a pool does not see padding",
    graphOf(
      [4, 4, 2],
      [
        { body: { kind: "Pad", padding }, shape: [7, 7, 2] },
        { body: { kind: "MaxPool", geometry: geometry(3), activation: "None" }, shape: [5, 5, 2] },
      ],
    ),
    foldPad,
    "Pad MaxPool",
  ],
  [
    "Pad that two layers read stays",
    graphOf(
      [4, 4, 2],
      [
        { body: { kind: "Pad", padding }, shape: [7, 7, 2] },
        { body: conv(2, 2, 3, 1), shape: [7, 7, 2] },
        { body: { kind: "Add", activation: "None" }, shape: [7, 7, 2], inputs: [1, 2] },
      ],
    ),
    foldPad,
    "Pad Conv2D Add",
  ],
  [
    "activations go into the layer before, one after another",
    graphOf(
      [4, 4, 2],
      [
        { body: conv(2, 3, 1), shape: [4, 4, 3] },
        { body: relu, shape: [4, 4, 3] },
        { body: relu6, shape: [4, 4, 3] },
      ],
    ),
    foldActivation,
    "Conv2D",
  ],
  [
    "an activation stays where something else reads its input",
    graphOf(
      [4, 4, 2],
      [
        { body: conv(2, 2, 1), shape: [4, 4, 2] },
        { body: relu, shape: [4, 4, 2] },
        { body: { kind: "Add", activation: "None" }, shape: [4, 4, 2], inputs: [1, 2] },
        { body: relu, shape: [4, 4, 2] },
      ],
    ),
    foldActivation,
    "Conv2D Elementwise Add",
  ],
  [
    "a scale and a shift go into the products before, twice",
    graphOf(
      [4, 4, 2],
      [
        { body: conv(2, 3, 3), shape: [2, 2, 3] },
        { body: depthwise(3, 1), shape: [2, 2, 3] },
        { body: { ...depthwise(3, 1), activation: "Relu6" }, shape: [2, 2, 3] },
        { body: depthwise(3, 2), shape: [1, 1, 3] },
        { body: depthwise(3, 1), shape: [1, 1, 3] },
        { body: dense(3, 4), shape: [1, 1, 4] },
        { body: depthwise(4, 1), shape: [1, 1, 4] },
      ],
    ),
    foldAffine,
    "Conv2D DepthwiseConv2D FullyConnected",
  ],
  [
    "a scale stays behind an activation",
    graphOf(
      [4, 4, 2],
      [
        { body: { ...conv(2, 3, 3), activation: "Relu" }, shape: [2, 2, 3] },
        { body: depthwise(3, 1), shape: [2, 2, 3] },
      ],
    ),
    foldAffine,
    "Conv2D DepthwiseConv2D",
  ],
  [
    "a depthwise convolution that multiplies the channels is no scale",
    graphOf(
      [2, 2, 3],
      [
        { body: conv(3, 3, 1), shape: [2, 2, 3] },
        { body: depthwise(6, 1), shape: [2, 2, 6] },
        { body: conv(6, 2, 1), shape: [2, 2, 2] },
      ],
    ),
    (graph) => foldAffineForward(foldAffine(graph)),
    "Conv2D DepthwiseConv2D Conv2D",
  ],
  [
    "scales and shifts go into the products after",
    graphOf(
      [4, 4, 2],
      [
        { body: depthwise(2, 1), shape: [4, 4, 2] },
        { body: depthwise(2, 1), shape: [4, 4, 2] },
        { body: { ...conv(2, 3, 3), activation: "Relu" }, shape: [2, 2, 3] },
        { body: depthwise(3, 1), shape: [2, 2, 3] },
        { body: dense(12, 4), shape: [1, 1, 4] },
      ],
    ),
    foldAffineForward,
    "Conv2D FullyConnected",
  ],
  [
    "a shift stays before padding, which would not see it",
    graphOf(
      [4, 4, 2],
      [
        { body: depthwise(2, 1), shape: [4, 4, 2] },
        { body: conv(2, 3, 3, 1), shape: [4, 4, 3] },
      ],
    ),
    foldAffineForward,
    "DepthwiseConv2D Conv2D",
  ],
  [
    "identities and reshapes to the same shape go",
    graphOf(
      [4, 4, 2],
      [
        { body: identity, shape: [4, 4, 2] },
        { body: conv(2, 3, 1), shape: [4, 4, 3] },
        { body: { kind: "Reshape" }, shape: [4, 4, 3] },
        { body: { kind: "Reshape" }, shape: [1, 16, 3] },
        { body: identity, shape: [1, 16, 3] },
      ],
    ),
    removeIdentity,
    "Conv2D Reshape",
  ],
  [
    "layers that nothing reads go, with their tensors",
    graphOf(
      [4, 4, 2],
      [
        { body: conv(2, 5, 1), shape: [4, 4, 5] },
        { body: relu, shape: [4, 4, 5] },
        { body: conv(2, 3, 1), shape: [4, 4, 3], inputs: [0] },
      ],
    ),
    removeDead,
    "Conv2D",
  ],
];

for (const [what, graph, pass, left] of CASES)
  test(what, async () => {
    const snapshot = JSON.stringify(graph);
    const after = pass(graph);
    assert.equal(kinds(after), left);
    assert.equal(JSON.stringify(graph), snapshot, "the pass changed its argument");
    await assertSameOutput(graph, after);
  });

test("removeDead renumbers tensors", () => {
  const graph = removeDead(CASES.at(-1)![1]);
  assert.deepEqual(
    graph.tensors.map((tensor) => tensor.name),
    ["x", "t3"],
  );
  assert.deepEqual([graph.input, graph.output, graph.layers[0].output], [0, 1, 1]);
});

const Q = { scale: 0.05, zeroPoint: -7 };
const OTHER = { scale: 0.04, zeroPoint: -128 };

/** int8 numbers for float weights: any will do. */
function int8<B extends ReturnType<typeof conv> | ReturnType<typeof depthwise>>(body: B): B {
  const outputs = body.bias.length;
  const scales = Float64Array.from({ length: outputs }, (_, t) => 0.01 + t / 1000);
  const values = randomInt8(body.weights.length, 5);
  const bias = Int32Array.from({ length: outputs }, () => (next() % 2000) - 1000);
  return { ...body, int8: { values, scales, bias } };
}

test("on an int8 network fold changes no bit of the output", () => {
  const graph = graphOf(
    [5, 5, 3],
    [
      { body: { kind: "Pad", padding }, shape: [8, 8, 3] },
      { body: int8(conv(3, 4, 3)), shape: [6, 6, 4] },
      { body: relu6, shape: [6, 6, 4] },
      { body: int8(depthwise(4, 1)), shape: [6, 6, 4], quantisation: OTHER },
      { body: relu, shape: [6, 6, 4] },
      { body: identity, shape: [6, 6, 4], quantisation: OTHER },
      { body: identity, shape: [6, 6, 4], quantisation: OTHER },
      { body: int8(depthwise(4, 3, 1)), shape: [6, 6, 4] },
      { body: { kind: "Add", activation: "None" }, shape: [6, 6, 4], inputs: [5, 8] },
      { body: relu, shape: [6, 6, 4] },
      { body: { kind: "MaxPool", geometry: geometry(2), activation: "None" }, shape: [5, 5, 4] },
      { body: relu6, shape: [5, 5, 4] },
    ],
    Q,
  );
  const folded = fold(graph);
  assert.equal(kinds(folded), "Conv2D DepthwiseConv2D Elementwise Elementwise DepthwiseConv2D Add MaxPool");
  for (let seed = 0; seed < 5; seed++) {
    const x = randomInt8(75, seed);
    const [before, after] = [graph, folded].map((g) => runReference(lower(g).program, x).at(-1));
    assert.deepEqual(after, before);
  }
});

test("Pad before an int8 FullyConnected over pixels stays: the integer layer has no window", () => {
  const body = int8(conv(3, 4, 1));
  const steps = [
    { body: { kind: "Pad", padding } as const, shape: [8, 8, 3] as Shape },
    { body: { ...body, int8: { ...body.int8, roundsOnce: true } as typeof body.int8 }, shape: [8, 8, 4] as Shape },
  ];
  assert.equal(kinds(fold(graphOf([5, 5, 3], steps, Q))), "Pad Conv2D");
});

test("float-only passes leave an int8 network alone", () => {
  const steps = [
    { body: int8(conv(3, 4, 1)), shape: [5, 5, 4] as Shape },
    { body: int8(depthwise(4, 1)), shape: [5, 5, 4] as Shape },
  ];
  const graph = graphOf([5, 5, 3], steps, Q);
  assert.equal(kinds(fold(graph)), "Conv2D DepthwiseConv2D");
});
