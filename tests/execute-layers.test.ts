import assert from "node:assert/strict";
import { test } from "node:test";
import { execute } from "../host/execute.ts";
import { type Geometry, type Graph, type Layer, size, windowOutput } from "../host/graph/graph.ts";
import { reconstruct } from "../host/solve/reconstruct.ts";
import { random } from "./support/models.ts";
import { naiveLayer } from "./support/naive.ts";
import { assertClose, reals } from "./support/reals.ts";

type Shape = [number, number, number];

const geometry = (kernel: [number, number], rest: Partial<Geometry> = {}): Geometry => ({
  kernel,
  stride: [1, 1],
  dilation: [1, 1],
  padding: { top: 0, left: 0, bottom: 0, right: 0 },
  ...rest,
});

const around = { top: 1, left: 2, bottom: 0, right: 1 };

type Parts<L> = L extends Layer ? Omit<L, "name" | "inputs" | "output"> : never;

function conv(shape: Shape, channels: number, groups: number, g: Geometry): Parts<Layer> {
  const weights = reals((channels * g.kernel[0] * g.kernel[1] * shape[2]) / groups, 2);
  return { kind: "Conv2D", geometry: g, groups, weights, bias: reals(channels, 3), activation: "Relu" };
}

function depthwise(channels: number, g: Geometry): Parts<Layer> {
  const weights = reals(g.kernel[0] * g.kernel[1] * channels, 2);
  return { kind: "DepthwiseConv2D", geometry: g, weights, bias: reals(channels, 3), activation: "None" };
}

const pool = (kind: "AveragePool" | "MaxPool", g: Geometry): Parts<Layer> => ({
  kind,
  geometry: g,
  activation: "None",
});

/** Each case: a layer, the shapes of its inputs, the shape of its output; null: as the window operation gives it. */
const CASES: [what: string, layer: Parts<Layer>, inputs: Shape[], output: Shape | null | number][] = [
  ["convolution", conv([5, 6, 3], 4, 1, geometry([3, 3])), [[5, 6, 3]], 4],
  ["convolution, 1×1", conv([5, 6, 3], 4, 1, geometry([1, 1])), [[5, 6, 3]], 4],
  [
    "convolution, stride and uneven padding",
    conv([7, 6, 3], 4, 1, geometry([3, 2], { stride: [2, 3], padding: around })),
    [[7, 6, 3]],
    4,
  ],
  [
    "convolution, dilation and padding",
    conv([7, 8, 2], 3, 1, geometry([3, 2], { dilation: [2, 3], padding: around })),
    [[7, 8, 2]],
    3,
  ],
  [
    "convolution, stride and dilation at once",
    conv([9, 8, 2], 3, 1, geometry([3, 2], { stride: [2, 2], dilation: [2, 3], padding: around })),
    [[9, 8, 2]],
    3,
  ],
  ["convolution, groups", conv([5, 5, 6], 4, 2, geometry([3, 3], { padding: around })), [[5, 5, 6]], 4],
  ["depthwise convolution", depthwise(3, geometry([3, 3], { stride: [2, 1], padding: around })), [[6, 5, 3]], 3],
  ["depthwise convolution, multiplier 2", depthwise(6, geometry([3, 2], { padding: around })), [[6, 5, 3]], 6],
  ["depthwise convolution, dilation", depthwise(3, geometry([3, 3], { dilation: [2, 2] })), [[6, 5, 3]], 3],
  [
    "depthwise convolution, stride and dilation at once",
    depthwise(3, geometry([2, 2], { stride: [2, 2], dilation: [2, 3], padding: around })),
    [[8, 9, 3]],
    3,
  ],
  [
    "fully connected over an image",
    {
      kind: "FullyConnected",
      weights: reals(5 * 12, 2),
      bias: reals(5, 3),
      activation: "Relu6",
    },
    [[2, 3, 2]],
    [1, 1, 5],
  ],
  ["average pool", pool("AveragePool", geometry([2, 3], { stride: [2, 2] })), [[6, 7, 2]], 2],
  [
    "average pool counts the pixels inside the image only",
    pool("AveragePool", geometry([3, 3], { stride: [2, 2], padding: around })),
    [[6, 7, 2]],
    2,
  ],
  [
    "average pool, dilation",
    pool("AveragePool", geometry([2, 3], { stride: [2, 1], dilation: [3, 2], padding: around })),
    [[6, 7, 2]],
    2,
  ],
  ["average pool of one pixel", pool("AveragePool", geometry([1, 1], { stride: [2, 2] })), [[6, 7, 2]], 2],
  [
    "max pool ignores what lies outside the image",
    pool("MaxPool", geometry([3, 3], { stride: [2, 2], padding: around })),
    [[6, 7, 2]],
    2,
  ],
  ["max pool, dilation", pool("MaxPool", geometry([2, 2], { dilation: [2, 3], padding: around })), [[6, 7, 2]], 2],
  ["max pool of one pixel", pool("MaxPool", geometry([1, 1], { stride: [3, 2] })), [[6, 7, 2]], 2],
  [
    "add",
    { kind: "Add", activation: "Relu" },
    [
      [3, 4, 2],
      [3, 4, 2],
    ],
    [3, 4, 2],
  ],
  [
    "mul",
    { kind: "Mul", activation: "None" },
    [
      [3, 4, 2],
      [3, 4, 2],
    ],
    [3, 4, 2],
  ],
  [
    "mul by a number a channel",
    { kind: "Mul", activation: "Relu6" },
    [
      [3, 4, 2],
      [1, 1, 2],
    ],
    [3, 4, 2],
  ],
  [
    "concat, height",
    { kind: "Concat", axis: 0 },
    [
      [1, 3, 2],
      [2, 3, 2],
    ],
    [3, 3, 2],
  ],
  [
    "concat, width",
    { kind: "Concat", axis: 1 },
    [
      [2, 1, 2],
      [2, 3, 2],
    ],
    [2, 4, 2],
  ],
  [
    "concat, channels",
    { kind: "Concat", axis: 2 },
    [
      [2, 2, 1],
      [2, 2, 3],
      [2, 2, 2],
    ],
    [2, 2, 6],
  ],
  ["pad", { kind: "Pad", padding: around }, [[3, 2, 2]], [4, 5, 2]],
  ["pad by nothing", { kind: "Pad", padding: geometry([1, 1]).padding }, [[3, 2, 2]], [3, 2, 2]],
  ["mean", { kind: "Mean" }, [[3, 4, 2]], [1, 1, 2]],
  ["softmax, beta", { kind: "Softmax", beta: 2.5 }, [[2, 2, 5]], [2, 2, 5]],
  ["reshape", { kind: "Reshape" }, [[2, 3, 4]], [4, 1, 6]],
  ...(["Identity", "Relu", "Relu6", "HardSwish", "Logistic", "Tanh"] as const).map((name): (typeof CASES)[number] => [
    `elementwise ${name}`,
    { kind: "Elementwise", function: name },
    [[2, 3, 2]],
    [2, 3, 2],
  ]),
];

for (const [what, parts, inputShapes, output] of CASES) {
  test(`${what}: as its definition says`, async () => {
    const shape: Shape =
      typeof output === "number" && "geometry" in parts
        ? [...windowOutput(inputShapes[0], parts.geometry), output]
        : (output as Shape);
    const layer = {
      ...parts,
      name: "layer",
      inputs: inputShapes.map((_, i) => i),
      output: inputShapes.length,
    } as Layer;
    const tensors = [...inputShapes, shape].map((s, i) => ({ name: `t${i}`, shape: s }));
    const graph: Graph = { name: "test", tensors, layers: [layer], input: 0, output: layer.output };
    const count = 2;
    const data = inputShapes.map((s, i) => reals(count * size(s), 10 + i, 8));
    const given = new Map(data.slice(1).map((values, i) => [i + 1, values]));
    const got = (await execute(graph, data[0], count, [graph.output], given)).get(graph.output)!;
    for (let n = 0; n < count; n++) {
      const images = inputShapes.map((s, i) => ({ shape: s, data: data[i].subarray(n * size(s), (n + 1) * size(s)) }));
      assertClose(got.subarray(n * size(shape), (n + 1) * size(shape)), naiveLayer(layer, images, shape).data, 1e-4);
    }
  });
}

test("semi-binary weights are diag(r)·U·diag(d)·V", () => {
  const dense = reconstruct(
    {
      scheme: "semi-binary",
      rank: 2,
      u: Int8Array.of(1, 1, 1, -1),
      d: Float64Array.of(2, 0.5),
      v: Int8Array.of(1, -1, 1, 1, 1, -1),
      r: Float64Array.of(1, 10),
    },
    2,
    3,
  );
  assert.deepEqual(dense, Float32Array.of(2.5, -1.5, 1.5, 15, -25, 25));
});

test("weights in planes are Σ α·B", () => {
  const bits = Int8Array.of(1, 1, -1, 1, 1, -1, -1, -1);
  const dense = reconstruct({ scheme: "planes", planes: 2, bits, alpha: Float64Array.of(4, 1, 8, 2) }, 2, 2);
  assert.deepEqual(dense, Float32Array.of(5, 3, -10, 6));
});

test("a layer with binary weights runs with their reconstruction, in groups as well", async () => {
  const parts = conv([4, 4, 4], 6, 2, geometry([3, 3]));
  assert.ok(parts.kind === "Conv2D");
  const next = random(5);
  const signs = (n: number) => Int8Array.from({ length: n }, () => (next() & 1 ? 1 : -1));
  const binary = {
    scheme: "semi-binary" as const,
    rank: 4,
    u: signs(6 * 4),
    d: Float64Array.of(1, 0.5, 0.25, 2),
    v: signs(4 * 18),
    r: Float64Array.of(1, 2, 3, 4, 5, 6),
  };
  const tensors = [[4, 4, 4] as Shape, [2, 2, 6] as Shape].map((shape, i) => ({ name: `t${i}`, shape }));
  const base = { ...parts, name: "layer", inputs: [0], output: 1 };
  const run = async (layer: Layer) => {
    const graph = { name: "test", tensors, layers: [layer], input: 0, output: 1 };
    return (await execute(graph, reals(64, 1), 1, [1])).get(1)!;
  };
  const expected = await run({ ...base, weights: reconstruct(binary, 6, 18) });
  assert.deepEqual(await run({ ...base, binary }), expected);
  assert.notDeepEqual(await run(base), expected);
});
