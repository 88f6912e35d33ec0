// The decompose pass: towards which target, with which statistics.
import assert from "node:assert/strict";
import { test } from "node:test";
import { execute } from "../host/execute.ts";
import type { Conv2D, FullyConnected, Graph } from "../host/graph/graph.ts";
import type { Scheme } from "../host/options.ts";
import type { Choice } from "../host/passes/decompose/choose.ts";
import { otherBranch } from "../host/passes/decompose/other-branch.ts";
import { advance } from "../host/passes/decompose/prefix.ts";
import { equivalentTarget } from "../host/passes/decompose/target.ts";
import type { WantedCache } from "../host/passes/decompose/wanted.ts";
import { type DecomposeOptions, decompose } from "../host/passes/decompose.ts";
import { windowMoments } from "../host/passes/gram.ts";
import { conv, dense, graphOf, numbers, residual, type Shape } from "./support/graphs.ts";

const base: DecomposeOptions = { scheme: "semi-binary", rank: 1, solver: "greedy", objective: "weights", seed: 1 };

const samples = { data: numbers(40 * 108), count: 40 };

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
  // V 16·18, U 16·2, M and R 2·32, bias 2·16 bytes
  assert.equal(plain.report[1].weightBytes, 416);
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
