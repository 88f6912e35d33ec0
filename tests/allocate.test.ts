// Allocation: the knapsack, the sizes it counts with, and what it chooses.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { byteSize, percentage } from "../host/cli/options.ts";
import { compile } from "../host/compile.ts";
import type { HalfbitError } from "../host/errors.ts";
import type { LayerOverride, Target } from "../host/options.ts";
import { candidates, choiceBytes } from "../host/passes/allocate/candidates.ts";
import { errorCurve } from "../host/passes/allocate/curve.ts";
import { fileBytes } from "../host/passes/allocate/file-bytes.ts";
import { type Item, knapsack } from "../host/passes/allocate/knapsack.ts";
import { WIN } from "../host/passes/allocate/search.ts";
import { uniformBits, uniformRank } from "../host/passes/allocate/uniform.ts";
import { type Allocated, allocate } from "../host/passes/allocate.ts";
import { chooseSchemes } from "../host/passes/decompose/choose.ts";
import { answers } from "../host/report/agreement.ts";
import { writeModel } from "../host/write.ts";
import { conv, dense, depthwise, graphOf, next } from "./support/graphs.ts";

/** Every way to take one item a group. */
function all(groups: Item[][]): number[][] {
  return groups.reduce<number[][]>((ways, items) => ways.flatMap((way) => items.map((_, j) => [...way, j])), [[]]);
}

const sum = (groups: Item[][], taken: number[], key: keyof Item) =>
  taken.reduce((total, j, g) => total + groups[g][j][key], 0);

test("the knapsack finds what trying everything finds", () => {
  const below = (n: number) => next() % n;
  for (let round = 0; round < 200; round++) {
    const groups = Array.from({ length: 4 }, () =>
      Array.from({ length: 1 + below(5) }, () => ({ bytes: below(40), loss: below(1000) / 7 })),
    );
    const capacity = below(140);
    const fitting = all(groups).filter((taken) => sum(groups, taken, "bytes") <= capacity);
    const taken = knapsack(groups, capacity);
    if (fitting.length === 0) {
      assert.equal(taken, undefined);
      continue;
    }
    assert.ok(taken && sum(groups, taken, "bytes") <= capacity);
    const least = Math.min(...fitting.map((way) => sum(groups, way, "loss")));
    assert.ok(Math.abs(sum(groups, taken, "loss") - least) < 1e-9, `round ${round}`);
  }
});

test("a knapsack of megabytes never exceeds its capacity and wastes less than a thousandth of it", () => {
  const items = Array.from({ length: 50 }, (_, i) => ({ bytes: 40_001 * (i + 1), loss: 1 / (i + 1) }));
  const groups = [items, items, items];
  const bytes = sum(groups, knapsack(groups, 3_000_000)!, "bytes");
  assert.ok(bytes <= 3_000_000 && bytes > 3_000_000 - 40_001 - 3000, String(bytes));
});

const mnist = new Uint8Array(readFileSync(new URL("../models/mnist/mnist.onnx", import.meta.url)));
const calibration = { data: Float32Array.from({ length: 8 * 784 }, (_, i) => ((i * 37) % 256) / 255), count: 8 };

for (const [name, overrides] of Object.entries({
  "K = 5 and 13": (layers) => ({ [layers[1]]: { rank: 5 / 16 }, [layers[2]]: { rank: 13 / 16 } }),
  "one plane and three": (layers) => ({ [layers[0]]: { scheme: "sign" }, [layers[1]]: { scheme: "planes:3" } }),
  "all layers semi-binary": (layers) =>
    Object.fromEntries(layers.map((layer) => [layer, { scheme: "semi-binary", rank: 0.7 }])),
} satisfies Record<string, (layers: string[]) => Record<string, LayerOverride>>)) {
  test(`the size of a file is known before it is made: ${name}`, async () => {
    const input = { bytes: mnist, name: "mnist.onnx" };
    const options = { scheme: "int8", rank: 1, solver: "greedy", objective: "weights", seed: 1, calibration } as const;
    const names = (await compile(input, options)).report.map((layer) => layer.name);
    const chosen = { ...options, overrides: overrides(names), labels: [..."0123456789"] };
    const { file, graph, program } = await compile(input, chosen);
    const expected = fileBytes(graph, chooseSchemes(graph, chosen), program.metadata);
    assert.ok(file.length > expected, "labels come on top");
    assert.equal(expected, writeModel({ ...program, metadata: { ...program.metadata, labels: undefined } }).length);
  });
}

/** Two layers that the rule decomposes between a stem, a depthwise layer and a classifier. */
const network = graphOf(
  [3, 3, 3],
  [
    { body: conv(3, 16, 3, 1), shape: [3, 3, 16] },
    { body: conv(16, 16, 3, 1), shape: [3, 3, 16] },
    { body: depthwise(16, 3, 1), shape: [3, 3, 16] },
    { body: conv(16, 32, 1), shape: [3, 3, 32] },
    { body: dense(288, 10), shape: [1, 1, 10] },
  ],
);

test("candidates: K from 8 to 4T and 1 to 4 bits where smaller than int8; the rule and overrides leave the others", () => {
  const inner = candidates(network, {});
  assert.deepEqual([...inner.fixed.keys()], [0, 2, 4]);
  const { fixed, free } = candidates(network, { ends: true });
  assert.deepEqual([...fixed.keys()], [2]);
  assert.deepEqual(
    free.map(({ name, T, S, end }) => [name, T, S, end]),
    [
      ["l0", 16, 27, true],
      ["l1", 16, 144, false],
      ["l3", 32, 16, false],
      ["l4", 10, 288, true],
    ],
  );
  assert.deepEqual(inner.free, [free[1], free[2]]);
  const int8 = { scheme: "int8" } as const;
  for (const layer of free) {
    assert.deepEqual(layer.choices[0], { scheme: "semi-binary", rank: 8 });
    assert.deepEqual(layer.choices.at(-1), int8);
    for (const choice of layer.choices.slice(0, -1))
      assert.ok(choiceBytes(layer, choice) < choiceBytes(layer, int8), JSON.stringify(choice));
    for (const { rank } of layer.choices) assert.ok(rank === undefined || (rank % 4 === 0 && rank <= 4 * layer.T));
  }
  const decided = candidates(network, { overrides: { l1: { rank: 2 }, l3: { scheme: "alpha" } } });
  assert.deepEqual(decided.free, []);
  assert.deepEqual(decided.fixed.get(1), { scheme: "semi-binary", rank: 32 });
  assert.deepEqual(decided.fixed.get(3), { scheme: "alpha", rank: undefined });
});

test("uniform allocations are the largest that fit, but for the ends", () => {
  const open = candidates(network, { ends: true });
  const cost = (choices: Parameters<typeof fileBytes>[1]) => fileBytes(network, choices, {});
  const whole = cost(new Map());
  for (let limit = whole - 1000; limit < whole - 400; limit += 97) {
    const choices = uniformRank(open, cost, limit)!;
    assert.ok(cost(choices) <= limit);
    for (const { index, T, end } of open.free) {
      const { scheme, rank } = choices.get(index)!;
      if (end) assert.equal(scheme, "int8");
      if (scheme === "int8") continue;
      const raised = new Map(choices).set(index, { scheme: "semi-binary", rank: rank! + 4 });
      assert.ok(rank! + 4 > 4 * T || cost(raised) > limit, `K = ${rank} of layer ${index} at ${limit}`);
    }
  }
  const bits = uniformBits(open, cost, whole)!;
  assert.deepEqual([bits.get(0)!.scheme, bits.get(1)!.scheme], ["int8", "bits:4"]);
  const ends = { scheme: "bits:4" } as const;
  const small = uniformRank(open, cost, whole - 3000, ends)!;
  assert.ok(cost(small) <= whole - 3000);
  assert.deepEqual([small.get(0), small.get(4)], [ends, ends]);
  assert.equal(uniformRank(open, cost, whole - 3000), undefined, "more than all else takes");
});

test("an error curve passes through what was measured, goes on as it went and never rises with bytes", () => {
  const curve = errorCurve([
    { bytes: 200, error: 0.1 },
    { bytes: 100, error: 0.4 },
    { bytes: 300, error: 0.12 },
  ]);
  assert.ok(Math.abs(curve(100) - 0.4) < 1e-12 && Math.abs(curve(200) - 0.1) < 1e-12);
  assert.ok(Math.abs(curve(150) - 0.2) < 1e-12);
  assert.ok(Math.abs(curve(50) - 0.8) < 1e-12);
  assert.ok(curve(300) < 0.1 + 1e-12 && curve(400) <= curve(300));
});

test("sizes and percentages are read as they are written", () => {
  for (const [text, bytes] of [
    ["17000", 17000],
    ["17kB", 17000],
    ["17KB", 17000],
    ["16.5KiB", 16896],
    ["24 kB", 24000],
    ["2MB", 2000000],
  ] as const)
    assert.equal(byteSize(text), bytes, text);
  for (const text of ["", "kB", "-5", "0", "17 bananas", "1e4", "constructor", "5constructor"])
    assert.throws(() => byteSize(text), /must be a size/, text);
  assert.deepEqual(["1%", "0.5 %", "0%"].map(percentage), [0.01, 0.005, 0]);
  for (const text of ["1", "101%", "%", "-1%"]) assert.throws(() => percentage(text), /percentage/, text);
});

const samples = { data: Float32Array.from({ length: 30 * 27 }, () => next() / 2 ** 31 - 1), count: 30 };
const options = {
  scheme: "semi-binary",
  rank: 1,
  solver: "greedy",
  objective: "feature-map",
  seed: 1,
  calibration: samples,
} as const;

function search(target: Target, overrides?: Record<string, LayerOverride>): Promise<Allocated> {
  return allocate(network, target, { ...options, overrides }, {});
}

const schemesOf = ({ report }: Allocated) => report.map(({ scheme }) => scheme);
const bytesOf = ({ report }: Allocated) =>
  fileBytes(network, new Map(report.map(({ scheme, rank }, i) => [i, { scheme, rank }])), {}); // every layer has weights

test("what wins of all that fits the budget is taken, the same every time, with reasons", async () => {
  const bytes = fileBytes(network, new Map(), {}) - 1500;
  const found = await search({ kind: "budget", bytes });
  const { judged, heldBack } = found.allocation;
  assert.equal(heldBack, 10, "a third of the samples");
  assert.ok(judged.length >= 3, judged.map(({ name }) => name).join());
  for (const trial of judged) assert.ok(trial.bytes <= bytes, `${trial.name} ${trial.bytes}`);
  assert.ok(judged[0].bytes > bytes - 1000, `${judged[0].bytes}`);
  assert.equal(bytesOf(found), judged.reduce((best, trial) => (trial.loss < WIN * best.loss ? trial : best)).bytes);
  assert.deepEqual(
    judged.filter(({ chosen }) => chosen).map((trial) => trial.bytes),
    [bytesOf(found)],
  );
  assert.deepEqual((await search({ kind: "budget", bytes })).graph, found.graph);
  for (const { why, reason } of found.report) {
    if (reason) assert.equal(why, undefined);
    else assert.match(why!, /^(K = \d+|bits:\d|int8): \d+ bytes less here would cost \S+ of divergence/);
  }
});

test("a budget below the smallest network says how small it can be, and that then fits", async () => {
  let smallest = 0;
  await assert.rejects(search({ kind: "budget", bytes: 1000 }), (error: HalfbitError) => {
    smallest = Number(/smallest possible is --budget (\d+)$/.exec(error.message)?.[1]);
    return error.code === "E_BUDGET";
  });
  assert.equal(bytesOf(await search({ kind: "budget", bytes: smallest })), smallest);
  await assert.rejects(search({ kind: "bits", bits: 0.01 }), {
    code: "E_BUDGET",
    message: /smallest possible is --bits \d\.\d+$/,
  });
});

test("where int8 fits the budget, all is int8", async () => {
  const found = await search({ kind: "budget", bytes: fileBytes(network, new Map(), {}) });
  assert.deepEqual(new Set(schemesOf(found)), new Set(["int8"]));
});

test("bits a weight are those of the layers that are open; overrides decide the others", async () => {
  const found = await search({ kind: "bits", bits: 3 }, { l3: { scheme: "bits:2" } });
  assert.deepEqual(schemesOf(found).toSpliced(1, 1), ["int8", "int8", "bits:2", "int8"]);
  const { weightBytes, T, S } = found.report[1];
  const bits = (8 * weightBytes) / (T * S);
  assert.ok(bits <= 3 && bits > 2, `${bits} bits a weight`);
});

test("max-drop ends with a small network that answers as the original does", async () => {
  const few = { data: samples.data.subarray(0, 2 * 27), count: 2 }; // neither can be spared: both are judged on
  const drops = [0, 0.5, 1];
  const found = [];
  for (const drop of drops) {
    found.push(await allocate(network, { kind: "max-drop", drop }, { ...options, calibration: few }, {}));
  }
  const wanted = await answers(network, few);
  for (const [i, { graph }] of found.entries()) {
    const own = await answers(graph, few);
    assert.ok(own.filter((answer, n) => answer !== wanted[n]).length <= 2 * drops[i], `${drops[i]}`);
  }
  const bytes = found.map(bytesOf);
  assert.ok(bytes[0] >= bytes[1] && bytes[1] >= bytes[2] && bytes[0] > bytes[2], bytes.join());
});

test("compile writes a file that is no larger than its budget", async () => {
  const overrides = { "net.residual.0": { scheme: "bits:2" }, "net.down2.0": { scheme: "bits:1" } } as const;
  const target = { kind: "budget", bytes: 11_000 } as const;
  const input = { bytes: mnist, name: "mnist.onnx" };
  const { file, program } = await compile(input, { ...options, calibration, overrides, target });
  assert.ok(file.length <= 11_000 && file.length > 10_000, String(file.length));
  assert.equal(program.metadata.provenance?.options.budget, 11_000);
});

test("a budget of the bytes that uniform bits take has room for them", async () => {
  const input = { bytes: mnist, name: "mnist.onnx" };
  const uniform = await compile(input, { ...options, calibration, scheme: "bits:3" });
  const target = { kind: "budget", bytes: uniform.file.length } as const;
  const { allocation } = await compile(input, { ...options, calibration, target });
  assert.ok(allocation!.judged.some(({ name }) => name === "uniform bits"));
});
