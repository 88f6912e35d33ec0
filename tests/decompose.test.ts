// The decompose pass: which layers, towards which target, with which statistics.
import assert from "node:assert/strict";
import { test } from "node:test";
import { execute } from "../host/execute.ts";
import { type Conv2D, type FullyConnected, type Geometry, type Graph, windowOutput } from "../host/graph/graph.ts";
import type { LayerOverride, Scheme } from "../host/options.ts";
import { type Choice, chooseSchemes } from "../host/passes/decompose/choose.ts";
import { otherBranch } from "../host/passes/decompose/other-branch.ts";
import { advance } from "../host/passes/decompose/prefix.ts";
import { equivalentTarget } from "../host/passes/decompose/target.ts";
import type { WantedCache } from "../host/passes/decompose/wanted.ts";
import { type DecomposeOptions, decompose } from "../host/passes/decompose.ts";
import { windowMoments } from "../host/passes/gram.ts";
import { choosePositions, windowRows } from "../host/passes/windows.ts";
import { conv, dense, depthwise, graphOf, numbers, type Shape } from "./support/graphs.ts";

const base: DecomposeOptions = { scheme: "semi-binary", rank: 1, solver: "greedy", objective: "weights", seed: 1 };

/** conv → conv → add with the first → conv → dense, 6 × 6 images. */
function residual(): Graph {
  const shape: Shape = [6, 6, 16];
  return graphOf(
    [6, 6, 3],
    [
      { body: { ...conv(3, 16, 3, 1), activation: "Relu" }, shape },
      { body: conv(16, 16, 3, 1), shape },
      { body: { kind: "Add", activation: "Relu" }, shape, inputs: [1, 2] },
      { body: conv(16, 16, 3, 1), shape },
      { body: dense(576, 10), shape: [1, 1, 10] },
    ],
  );
}

const samples = { data: numbers(40 * 108), count: 40 };

test("moments of strided, dilated, padded windows equal those of a brute-force im2col", async () => {
  const shape: Shape = [7, 6, 3];
  const geometry: Geometry = {
    kernel: [3, 2],
    stride: [2, 1],
    dilation: [1, 2],
    padding: { top: 1, left: 2, bottom: 0, right: 1 },
  };
  const [count, T, S] = [4, 5, 18];
  const [x, original, weights] = [numbers(count * 126), numbers(count * 126), numbers(T * S)];
  const [rows, columns] = windowOutput(shape, geometry);
  const windows = (values: Float32Array) => {
    const all: number[][] = [];
    for (let n = 0; n < count; n++)
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) {
          const window: number[] = [];
          for (let a = 0; a < 3; a++)
            for (let b = 0; b < 2; b++)
              for (let c = 0; c < 3; c++) {
                const [y, z] = [2 * i - 1 + a, j - 2 + 2 * b];
                window.push(y < 0 || y >= 7 || z < 0 || z >= 6 ? 0 : values[((n * 7 + y) * 6 + z) * 3 + c]);
              }
          all.push(window);
        }
    return all;
  };
  const [own, before] = [windows(x), windows(original)];
  const y = before.map((row) =>
    Array.from({ length: T }, (_, t) => row.reduce((a, b, s) => a + b * weights[t * S + s], 0)),
  );
  const mean = (matrix: number[][], i: number) => matrix.reduce((sum, row) => sum + row[i], 0) / matrix.length;
  const moment = (a: number[][], i: number, b: number[][], j: number) =>
    a.reduce((sum, row, n) => sum + (row[i] - mean(a, i)) * (b[n][j] - mean(b, j)), 0) / a.length;
  const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-5, `${a} ${b}`);

  const found = await windowMoments(x, { shape, geometry, count }, { weights, original }, { seed: 1 });
  assert.equal(found.columns, count * rows * columns);
  for (let i = 0; i < S; i++) {
    near(found.mean[i], mean(own, i));
    for (let j = 0; j < S; j++) near(found.gram[i * S + j], moment(own, i, own, j));
    for (let t = 0; t < T; t++) near(found.output.cross[t * S + i], moment(y, t, own, i));
  }
  for (let t = 0; t < T; t++) {
    near(found.output.mean[t], mean(y, t));
    near(found.output.variance[t], moment(y, t, y, t));
  }
});

test("windows are drawn evenly, the same for a seed, and none twice", () => {
  const geometry: Geometry = {
    kernel: [1, 1],
    stride: [1, 1],
    dilation: [1, 1],
    padding: { top: 0, left: 0, bottom: 0, right: 0 },
  };
  const windows = { shape: [10, 10, 1] as Shape, geometry, count: 10 };
  const drawn = choosePositions(windows, 100, 7);
  assert.deepEqual(drawn, choosePositions(windows, 100, 7));
  assert.notDeepEqual(drawn, choosePositions(windows, 100, 8));
  assert.ok(drawn.every((position, i) => Math.floor(position / 10) === i));
  assert.equal(choosePositions(windows, 5000, 7).length, 1000);
  const x = numbers(1000);
  assert.deepEqual(
    [...windowRows(x, windows, drawn)],
    [...drawn].map((position) => x[position]),
  );
});

test("by default all but first, last, depthwise and grouped layers and those that would grow are decomposed", () => {
  const shape: Shape = [6, 6, 16];
  const graph = graphOf(
    [6, 6, 3],
    [
      { body: conv(3, 16, 3, 1), shape },
      { body: depthwise(16, 3, 1), shape },
      { body: { ...conv(8, 16, 3, 1), groups: 2 }, shape },
      { body: conv(16, 16, 3, 1), shape },
      { body: conv(16, 2, 1), shape: [6, 6, 2] },
      { body: dense(72, 10), shape: [1, 1, 10] },
    ],
  );
  const choices = [...chooseSchemes(graph, { scheme: "semi-binary", rank: 5 }).values()];
  assert.deepEqual(
    choices.map(({ scheme }) => scheme),
    ["int8", "int8", "int8", "semi-binary", "int8", "int8"],
  );
  assert.match(choices[4].reason!, /semi-binary would take 56 bytes, int8 takes 50/);
  assert.equal(choices[3].rank, 80);
});

test("a widening layer's K is a share of S; up to 4,096 weights it is one of T", () => {
  const shape: Shape = [2, 2, 256];
  const graph = graphOf(
    [2, 2, 16],
    [
      { body: conv(16, 16, 1), shape: [2, 2, 16] },
      { body: conv(16, 128, 1), shape: [2, 2, 128] },
      { body: conv(128, 256, 1), shape },
      { body: dense(1024, 10), shape: [1, 1, 10] },
    ],
  );
  const choices = chooseSchemes(graph, { scheme: "semi-binary", rank: 0.5 });
  assert.deepEqual([choices.get(1)!.rank, choices.get(2)!.rank], [64, 64]);
});

test("a layer too large for the solver becomes bits:N with the reason, and is solved", async () => {
  const graph = graphOf(
    [1, 1, 4],
    [
      { body: dense(4, 1400), shape: [1, 1, 1400] },
      { body: dense(1400, 1400), shape: [1, 1, 1400] },
      { body: dense(1400, 4), shape: [1, 1, 4] },
    ],
  );
  const { graph: result, report } = await decompose(graph, { ...base, solver: "admm" });
  assert.equal(report[1].scheme, "bits:2");
  assert.match(report[1].reason!, /K = 1400 of 1400 × 1400 weights/);
  const { binary } = result.layers[1] as FullyConnected;
  assert.ok(binary?.scheme === "planes" && binary.planes === 2);
});

test("K is round(rank · T), at least 1", () => {
  const rank = (x: number) => chooseSchemes(residual(), { scheme: "semi-binary", rank: x }).get(1)!.rank;
  assert.deepEqual([0.001, 0.5, 1.1, 1.3].map(rank), [1, 8, 18, 21]);
});

const override = (overrides: Record<string, LayerOverride>, scheme: Scheme = "semi-binary") =>
  chooseSchemes(residual(), { scheme, rank: 1, overrides });

test("an override decides for its layer, first and last included", () => {
  const choices = override({ l0: { scheme: "planes:2" }, l1: { scheme: "int8" }, l3: { rank: 0.5 }, l4: { rank: 2 } });
  assert.deepEqual(
    [...choices.values()],
    [
      { scheme: "planes:2", rank: undefined },
      { scheme: "int8" },
      { scheme: "semi-binary", rank: 8 },
      { scheme: "semi-binary", rank: 20 },
    ],
  );
});

test("an override of an unknown layer lists those there are", () => {
  assert.throws(() => override({ l9: { rank: 1 } }), {
    code: "E_OVERRIDES",
    message: /"l9"; there are: l0, l1, l3, l4/,
  });
});

test("an override cannot decompose a depthwise layer", () => {
  const graph = graphOf([6, 6, 16], [{ body: depthwise(16, 3, 1), shape: [6, 6, 16] }]);
  const options = { scheme: "int8", rank: 1, overrides: { l0: { scheme: "alpha" } } } as const;
  assert.throws(() => chooseSchemes(graph, options), { code: "E_OVERRIDES", message: /l0: a depthwise convolution/ });
});

test("the weight objective touches nothing but the weights, samples or not", async () => {
  const graph = residual();
  const plain = await decompose(graph, base);
  const measured = await decompose(graph, { ...base, calibration: samples });
  assert.deepEqual(measured.graph, plain.graph);
  assert.equal(plain.report[1].featureMapError, undefined);
  assert.ok(measured.report[1].featureMapError! > 0, "samples measure the feature map all the same");
  const [before, after] = [graph, plain.graph].map((g) => g.layers[1] as Conv2D);
  assert.deepEqual(after.bias, before.bias);
  assert.equal(before.binary, undefined);
  assert.equal(after.binary?.scheme, "semi-binary");
  assert.deepEqual(
    plain.report.map(({ name, scheme, rank, T, S }) => [name, scheme, rank, T, S]),
    [
      ["l0", "int8", undefined, 16, 27],
      ["l1", "semi-binary", 16, 16, 144],
      ["l3", "semi-binary", 16, 16, 144],
      ["l4", "int8", undefined, 10, 576],
    ],
  );
  // V 16·18, U 16·2, M and R 2·32, bias 4·16 bytes
  assert.equal(plain.report[1].weightBytes, 448);
});

test("the feature-map objective without samples says what to pass", async () => {
  await assert.rejects(decompose(residual(), { ...base, objective: "feature-map" }), {
    code: "E_CALIBRATION",
    message: /--calib/,
  });
});

test("the feature-map objective keeps every channel's mean before the activation and reports the true error", async () => {
  const graph = residual();
  const { graph: result, report } = await decompose(graph, { ...base, objective: "feature-map", calibration: samples });
  for (const index of [1, 3]) {
    const linear = (g: Graph) =>
      ({ ...g, layers: g.layers.map((l, i) => (i === index ? { ...l, activation: "None" } : l)) }) as Graph;
    const output = graph.layers[index].output;
    const run = async (g: Graph) => (await execute(linear(g), samples.data, samples.count, [output])).get(output)!;
    const [before, after] = [await run(graph), await run(result)];
    let [missed, whole] = [0, 0];
    for (let c = 0; c < 16; c++) {
      const channel = (values: Float32Array) => values.filter((_, i) => i % 16 === c);
      const [a, b] = [channel(before), channel(after)];
      const mean = a.reduce((x, y) => x + y) / a.length;
      assert.ok(Math.abs(mean - b.reduce((x, y) => x + y) / b.length) < 1e-4);
      for (const [i, value] of a.entries()) {
        missed += (value - b[i]) ** 2;
        whole += (value - mean) ** 2;
      }
    }
    const entry = report.find(({ name }) => name === graph.layers[index].name)!;
    assert.ok(Math.abs(entry.featureMapError! - missed / whole) < 1e-4, `${entry.featureMapError} ${missed / whole}`);
    assert.ok(entry.weightError! > 0);
  }
});

test("the equivalent target is W itself where the prefix is intact", async () => {
  const x = numbers(300 * 8);
  const windows = { shape: [1, 1, 8] as Shape, geometry: conv(8, 4, 1).geometry, count: 300 };
  const weights = numbers(32);
  const intact = equivalentTarget(weights, await windowMoments(x, windows, { weights, original: x }, { seed: 1 }));
  assert.ok(intact.every((value, i) => Math.abs(value - weights[i]) < 1e-4));
  // Inputs that arrive halved ask for twice the weights, less a little for λ.
  const halved = x.map((value) => value / 2);
  const moments = await windowMoments(halved, windows, { weights, original: x }, { seed: 1 });
  const target = equivalentTarget(weights, moments);
  assert.ok(target.every((value, i) => Math.abs(value - 2 * weights[i]) < 0.03));
});

test("the running prefix holds what later layers read, residual branches included, and equals a full run", async () => {
  const graph = residual();
  let live = await advance(graph, samples, new Map(), 1);
  assert.deepEqual([...live.keys()].sort(), [1]);
  live = await advance(graph, samples, live, 2);
  assert.deepEqual([...live.keys()].sort(), [1, 2]);
  live = await advance(graph, samples, live, 3);
  assert.deepEqual([...live.keys()], [3]);
  const full = (await execute(graph, samples.data, samples.count, [3])).get(3)!;
  assert.ok(full.every((value, i) => Math.abs(value - live.get(3)![i]) < 1e-5));
});

test("every scheme gives its kind of weights, and better ones a smaller error", async () => {
  const error = async (scheme: Scheme, rank = 1) => {
    const options: DecomposeOptions = { ...base, scheme, rank, objective: "feature-map", calibration: samples };
    const { graph, report } = await decompose(residual(), options);
    assert.equal((graph.layers[1] as Conv2D).binary?.scheme, scheme === "semi-binary" ? scheme : "planes");
    return report[1].featureMapError!;
  };
  const [sign, alpha, two] = [await error("sign"), await error("alpha"), await error("planes:2")];
  const [once, twice] = [await error("semi-binary", 1), await error("semi-binary", 3)];
  assert.ok(sign > alpha && alpha > two && once > twice, `${[sign, alpha, two, once, twice]}`);
});

test("the same seed gives the same network", async () => {
  const options: DecomposeOptions = { ...base, objective: "feature-map", calibration: samples };
  const graph = residual();
  assert.deepEqual(await decompose(graph, options), await decompose(graph, options));
});

test("an Add's other input is a layer's other branch, unless it depends on the layer or the layer is read elsewhere", () => {
  assert.equal(otherBranch(residual(), 1), 1);
  assert.equal(otherBranch(residual(), 0), undefined, "has an activation and two readers");
  assert.equal(otherBranch(residual(), 3), undefined, "goes into a dense layer");
  const shape: Shape = [6, 6, 4];
  const chained = graphOf(shape, [
    { body: conv(4, 4, 3, 1), shape },
    { body: { kind: "Elementwise", function: "Relu" }, shape },
    { body: { kind: "Add", activation: "None" }, shape, inputs: [1, 2] },
  ]);
  assert.equal(otherBranch(chained, 0), undefined, "the other input is made from it");
});

const admm: DecomposeOptions = { ...base, solver: "admm", objective: "feature-map", calibration: samples };

test("a convolution before an Add makes up for the error of the other branch", async () => {
  const shape: Shape = [6, 6, 8];
  const graph = graphOf(
    [6, 6, 3],
    [
      { body: conv(3, 8, 3, 1), shape },
      { body: conv(8, 8, 3, 1), shape },
      { body: conv(8, 8, 3, 1), shape, inputs: [1] },
      { body: { kind: "Add", activation: "None" }, shape, inputs: [2, 3] },
      { body: dense(288, 4), shape: [1, 1, 4] },
    ],
  );
  const missed = async (residualTargets: boolean) => {
    const result = await decompose(graph, {
      ...admm,
      rank: 3,
      overrides: { l1: { scheme: "sign" } },
      steps: { residualTargets, variances: false },
    });
    const run = async (g: Graph) => (await execute(g, samples.data, samples.count, [4])).get(4)!;
    const [before, after] = [await run(graph), await run(result.graph)];
    return before.reduce((sum, value, i) => sum + (value - after[i]) ** 2, 0);
  };
  assert.ok((await missed(true)) < 0.7 * (await missed(false)));
});

test("with the default steps every channel keeps mean and variance; without them it need not", async () => {
  const graph = residual();
  const spread = async (steps: DecomposeOptions["steps"]) => {
    const { graph: result } = await decompose(graph, { ...admm, steps: { residualTargets: false, ...steps } });
    const linear = (g: Graph) =>
      ({ ...g, layers: g.layers.map((l, i) => (i === 3 ? { ...l, activation: "None" } : l)) }) as Graph;
    const { output } = graph.layers[3];
    const run = async (g: Graph) => (await execute(linear(g), samples.data, samples.count, [output])).get(output)!;
    const moments = (values: Float32Array, c: number) => {
      const channel = values.filter((_, i) => i % 16 === c);
      const mean = channel.reduce((a, b) => a + b) / channel.length;
      return [mean, channel.reduce((a, b) => a + (b - mean) ** 2, 0) / channel.length];
    };
    const [before, after] = [await run(graph), await run(result)];
    return [0, 1].map((which) =>
      Math.max(
        ...Array.from({ length: 16 }, (_, c) => {
          const [a, b] = [moments(before, c)[which], moments(after, c)[which]];
          return Math.abs(a - b) / Math.sqrt(moments(before, c)[1]);
        }),
      ),
    );
  };
  const [mean, variance] = await spread({});
  assert.ok(mean < 1e-3 && variance < 1e-3, `${mean} ${variance}`);
  assert.ok((await spread({ means: false }))[0] > 1e-2);
  assert.ok((await spread({ variances: false }))[1] > 1e-2);
});

test("explicit choices are taken instead of the rule, and a cache changes nothing", async () => {
  const graph = residual();
  const choices = new Map<number, Choice>([
    [1, { scheme: "bits:2" }],
    [3, { scheme: "semi-binary", rank: 5 }],
  ]);
  const cache: WantedCache = new Map();
  const [plain, first, second] = [
    await decompose(graph, { ...admm, choices }),
    await decompose(graph, { ...admm, choices, cache }),
    await decompose(graph, { ...admm, choices, cache }),
  ];
  assert.deepEqual([...cache.keys()], [1, 3]);
  assert.deepEqual(first, plain);
  assert.deepEqual(second, plain);
  assert.deepEqual(
    plain.report.map(({ scheme, rank }) => [scheme, rank]),
    [
      ["bits:2", undefined],
      ["semi-binary", 5],
    ],
  );
});

test("an int8 layer behind decomposed ones makes up for their error, and keeps its output's means", async () => {
  const graph = residual();
  const { graph: result } = await decompose(graph, { ...admm, rank: 0.3 });
  const dense = graph.layers.at(-1)!;
  const run = async (network: Graph) =>
    (await execute(network, samples.data, samples.count, [network.output])).get(network.output)!;
  const wanted = await run(graph);
  const error = (own: Float32Array) => own.reduce((sum, y, i) => sum + (y - wanted[i]) ** 2, 0);
  const [plain, corrected] = [await run({ ...result, layers: result.layers.with(-1, dense) }), await run(result)];
  assert.ok(error(corrected) < 0.7 * error(plain), `${error(corrected)} against ${error(plain)}`);
  for (let t = 0; t < 10; t++) {
    const mean = (own: Float32Array) => own.reduce((sum, y, i) => (i % 10 === t ? sum + y / samples.count : sum), 0);
    assert.ok(Math.abs(mean(corrected) - mean(wanted)) < 1e-3, `output ${t}`);
  }
});

test("a shortcut keeps the variance of its own output, whatever it has to make up for", async () => {
  const shape: Shape = [6, 6, 16];
  const steps: Parameters<typeof conv>[] = [
    [3, 16, 3, 1],
    [16, 16, 3, 1],
    [16, 16, 1, 0],
  ];
  const [stem, main, shortcut] = steps.map((step) => conv(...step));
  shortcut.weights = shortcut.weights.map((w) => w / 20); // far below the error of the other branch
  const graph = graphOf(
    [6, 6, 3],
    [
      { body: { ...stem, activation: "Relu" }, shape },
      { body: main, shape },
      { body: shortcut, shape, inputs: [1] },
      { body: { kind: "Add", activation: "Relu" }, shape, inputs: [2, 3] },
      { body: dense(576, 10), shape: [1, 1, 10] },
    ],
  );
  const options = { ...admm, overrides: { l1: { rank: 0.2 }, l2: { rank: 2 } }, steps: { prefixCorrection: false } };
  const { graph: result } = await decompose(graph, options);
  const variance = async (network: Graph) => {
    const y = (await execute(network, samples.data, samples.count, [3])).get(3)!;
    const mean = (values: Float32Array) => values.reduce((sum, x) => sum + x, 0) / values.length;
    const channels = Array.from({ length: 16 }, (_, t) => y.filter((_, i) => i % 16 === t));
    return channels.reduce((sum, c) => sum + mean(c.map((x) => (x - mean(c)) ** 2)), 0);
  };
  const ratio = (await variance(result)) / (await variance(graph));
  assert.ok(ratio > 0.9 && ratio < 1.1, String(ratio));
});
