// Training: it brings an approximation nearer to the original, and an interrupted one ends where an uninterrupted does.
import assert from "node:assert/strict";
import { test } from "node:test";
import { HalfbitError } from "../host/errors.ts";
import { execute } from "../host/execute.ts";
import type { Graph } from "../host/graph/graph.ts";
import { decompose } from "../host/passes/decompose.ts";
import { checkTraining, recover } from "../host/passes/recover.ts";
import { levelsOf, planesOf } from "../host/solve/levels.ts";
import { reconstruct } from "../host/solve/reconstruct.ts";
import { shuffled, split } from "../host/train/batches.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../host/train/checkpoint.ts";
import { prepareJob } from "../host/train/gradient.ts";
import { judgeOn } from "../host/train/judge.ts";
import { blockOutputs, objectiveOf } from "../host/train/objective.ts";
import { firstPace, tooFast } from "../host/train/pace.ts";
import { parametersOf, withParameters } from "../host/train/parameters.ts";
import { type TrainingState, type TrainOptions, train } from "../host/train/train.ts";
import { conv, dense, depthwise, graphOf, residualBlock, type Shape } from "./support/graphs.ts";
import { reals } from "./support/reals.ts";

/** A residual block, a depthwise layer, a mean, a dense layer and a softmax on 6 × 6 images. */
function network(): Graph {
  const shape: Shape = [6, 6, 16];
  return graphOf(
    [6, 6, 3],
    [
      ...residualBlock(),
      { body: { ...depthwise(16, 3, 1), activation: "Relu" }, shape },
      { body: conv(16, 16, 3, 1), shape },
      { body: { kind: "Mean" }, shape: [1, 1, 16] },
      { body: dense(16, 5), shape: [1, 1, 5] },
      { body: { kind: "Softmax", beta: 1 }, shape: [1, 1, 5] },
    ],
  );
}

const COUNT = 1000;
const inputs = Float32Array.from(reals(COUNT * 108, 3));
const set = {
  count: COUNT,
  read: (indices: ArrayLike<number>) => {
    const all = new Float32Array(indices.length * 108);
    for (let i = 0; i < indices.length; i++)
      all.set(inputs.subarray(indices[i] * 108, (indices[i] + 1) * 108), i * 108);
    return all;
  },
};

const original = network();
const { graph } = await decompose(original, {
  scheme: "semi-binary",
  rank: 1,
  solver: "greedy",
  objective: "weights",
  seed: 1,
});
const base: TrainOptions = { original, graph, set, epochs: 2, blockWeight: 0, labelWeight: 0, seed: 1 };

/** The last state handed out. */
async function lastState(options: Partial<TrainOptions>): Promise<TrainingState> {
  let state: TrainingState | undefined;
  await train({
    ...base,
    ...options,
    onState: (now) => {
      state = structuredClone(now);
    },
  });
  assert.ok(state);
  return state;
}

test("outputs come nearer to the original's, and signs stay signs", async () => {
  const trained = await train({ ...base, epochs: 6 });
  assert.ok(trained.finished);
  assert.ok(trained.losses.best < 0.8 * trained.losses.start, JSON.stringify(trained.losses));
  const layers = trained.graph.layers.flatMap((layer) => ("binary" in layer && layer.binary ? [layer.binary] : []));
  assert.equal(layers.length, 2);
  for (const binary of layers) {
    assert.ok(binary.scheme === "semi-binary");
    assert.ok([...binary.u, ...binary.v].every((sign) => sign === 1 || sign === -1));
    assert.ok([...binary.d, ...binary.r].every((scale) => scale >= 0));
  }
});

test("N-bit weights are trained by their levels, and stay N-bit weights", async () => {
  const bits = { scheme: "bits:2", rank: 1, solver: "admm", objective: "weights", seed: 1 } as const;
  const { graph: rounded } = await decompose(original, bits);
  const parameters = parametersOf(rounded, 1);
  assert.deepEqual(
    parameters.list.filter(({ layer }) => layer === 1).map(({ role }) => role),
    ["levels", "half", "bias"],
  );
  const planesIn = ({ layers }: Graph) =>
    layers.flatMap((layer) => ("binary" in layer && layer.binary?.scheme === "planes" ? [layer.binary] : []));
  const before = planesIn(rounded);
  for (const [i, { bits, alpha }] of planesIn(withParameters(rounded, parameters)).entries()) {
    assert.deepEqual(bits, before[i].bits);
    assert.deepEqual(alpha, before[i].alpha.map(Math.fround));
  }
  // So many that levels move by whole steps.
  const many = { count: 32_000, read: (indices: ArrayLike<number>) => set.read(Array.from(indices, (i) => i % COUNT)) };
  const trained = await train({ ...base, set: many, graph: rounded, epochs: 1 });
  assert.ok(trained.losses.best < 0.8 * trained.losses.start, JSON.stringify(trained.losses));
  for (const [i, planes] of planesIn(trained.graph).entries()) {
    assert.ok(levelsOf(planes)?.half.every((half) => half >= 0));
    assert.notDeepEqual(planes.bits, before[i].bits);
  }
});

test("an interrupted training, resumed from its checkpoint, ends with the numbers of an uninterrupted one", async () => {
  const epochs = 5; // a look at the held-back samples after each
  const whole = await lastState({ epochs });
  const stop = new AbortController();
  const half = await lastState({ epochs, signal: stop.signal, onProgress: (done) => done >= 0.4 && stop.abort() });
  assert.ok(half.step > 12 && half.step < 36 && whole.step === 60, `${half.step} of ${whole.step}`);
  const resumed = await lastState({ epochs, state: decodeCheckpoint(encodeCheckpoint("job", half), "job", "file") });
  assert.equal(resumed.step, whole.step);
  assert.deepEqual(resumed.values, whole.values);
  assert.equal(resumed.bestLoss, whole.bestLoss);
  assert.deepEqual(resumed.pace, whole.pace);
});

test("rates are halved where losses rise above what they were, and stay where they fall", () => {
  const pace = firstPace(0.8, 32_000, false);
  const after = (mean: number) => {
    pace.sum = 200 * mean;
    return [tooFast(pace, 200), pace.factor, pace.sum];
  };
  assert.deepEqual(after(1.04), [true, 0.5, 0]); // the start was better
  assert.deepEqual(after(0.832), [false, 0.5, 0]); // as good, but for noise
  assert.deepEqual(after(0.64), [false, 0.5, 0]);
  assert.deepEqual(after(0.72), [true, 0.25, 0]);
});

test("few samples and a start near the original ask for small rates; labels for the full ones", () => {
  const first = (start: number, samples: number, labelled: boolean) => firstPace(start, samples, labelled).factor;
  assert.deepEqual([first(2, 100_000, false), first(0.05, 100_000, false), first(0.05, 100_000, true)], [1, 0.25, 1]);
  assert.deepEqual([first(2, 2000, false), first(0.05, 2000, false), first(0.05, 2000, true)], [0.25, 0.25, 0.25]);
});

test("labels are learnt where they are given", async () => {
  const labels = new Uint8Array(COUNT).fill(3);
  const trained = await train({ ...base, set: { ...set, labels }, labelWeight: 1, epochs: 16 });
  const score = async (g: Graph) => {
    const p = (await execute(g, inputs.subarray(0, 108 * 100), 100, [g.output])).get(g.output)!;
    return p.filter((_, i) => i % 5 === 3).reduce((a, b) => a + b, 0) / 100;
  };
  assert.ok((await score(trained.graph)) > (await score(graph)) + 0.2);
});

test("without labels, the class that the original finds the most probable is learnt", async () => {
  const objective = objectiveOf(original, { blockWeight: 0, labelWeight: 1 });
  const x = inputs.subarray(0, 108 * 100);
  const p = (await execute(original, x, 100, [original.output])).get(original.output)!;
  const surprise = Array.from({ length: 100 }, (_, i) => -Math.log(Math.max(...p.subarray(5 * i, 5 * i + 5))));
  const judge = await judgeOn(original, objective, x);
  const near = (found: number, wanted: number) =>
    assert.ok(Math.abs(found - wanted) < 1e-4 * wanted, `${found} ${wanted}`);
  near(await judge(original), surprise.reduce((a, b) => a + b) / 100);
  const { list, values } = parametersOf(graph, 1);
  const slope = await prepareJob({ original, graph, list, objective });
  near(slope({ values, input: x }).loss, await judge(graph));
});

test("parameters taken and put back change nothing", () => {
  const back = withParameters(graph, parametersOf(graph, 7));
  for (const [i, layer] of graph.layers.entries()) {
    if (!("binary" in layer && layer.binary)) continue;
    const own = back.layers[i] as typeof layer;
    assert.ok(layer.binary.scheme === "semi-binary" && own.binary?.scheme === "semi-binary");
    assert.deepEqual(own.binary.u, layer.binary.u);
    assert.deepEqual(own.binary.v, layer.binary.v);
    assert.deepEqual(own.binary.d, layer.binary.d.map(Math.fround));
    assert.deepEqual(own.binary.r, layer.binary.r.map(Math.fround));
    assert.deepEqual(own.bias, layer.bias);
  }
});

test("a checkpoint of another compilation is not used, a damaged one is an error", async () => {
  const state = await lastState({ epochs: 1 });
  const bytes = encodeCheckpoint("job", state);
  assert.deepEqual(decodeCheckpoint(bytes, "job", "file"), state);
  assert.equal(decodeCheckpoint(bytes, "another", "file"), undefined);
  const damaged = (wrong: Uint8Array) =>
    assert.throws(
      () => decodeCheckpoint(wrong, "job", "file"),
      (error: unknown) =>
        error instanceof HalfbitError && error.code === "E_CHECKPOINT" && /^file: /.test(error.message),
    );
  for (const at of [0, 21, 25, 40, bytes.length - 1]) damaged(bytes.map((byte, i) => (i === at ? byte ^ 1 : byte)));
  for (const length of [0, 10, 28, bytes.length - 1]) damaged(bytes.subarray(0, length));
});

test("with a damaged checkpoint recovery says so and starts from the beginning", async () => {
  const notes: string[] = [];
  const kept = new Map<string, Uint8Array>([
    ["recover", new TextEncoder().encode("halfbit checkpoint 3\nwhat is this, and what for?")],
  ]);
  const { training } = await recover(original, graph, "job", {
    recover: { minutes: 0.02, set },
    seed: 1,
    checkpoints: {
      name: (stage) => `model.${stage}`,
      read: (stage) => kept.get(stage),
      write: (s, b) => kept.set(s, b),
    },
    onNote: (text) => notes.push(text),
  });
  assert.match(notes.join("\n"), /^E_CHECKPOINT: model\.recover: .*damaged.*training starts from the beginning$/);
  assert.equal(training.length, 1);
  assert.ok(training[0].finished && training[0].after <= training[0].before);
});

test("too few samples, labels of another number, and a layer that cannot be trained are refused", () => {
  const refused = (graph: Graph, wrong: TrainOptions["set"], code: string) =>
    assert.throws(() => checkTraining(graph, { finetune: { epochs: 1, set: wrong }, seed: 1 }), { code });
  refused(original, { ...set, count: 99 }, "E_CALIBRATION");
  refused(original, { ...set, labels: new Uint8Array(999) }, "E_LABELS");
  const grouped = { ...conv(8, 16, 3, 1), groups: 2, weights: new Float32Array(16 * 9 * 4) };
  refused(graphOf([6, 6, 8], [{ body: grouped, shape: [6, 6, 16] }]), set, "E_UNSUPPORTED");
  checkTraining(original, { finetune: { epochs: 1, set }, seed: 1 });
});

test("blocks end where the network is one tensor wide", () => {
  // The first layer's output (1), the sum (3), the depthwise layer's (4), the convolution's (5) and the mean (6).
  assert.deepEqual(blockOutputs(original), [1, 3, 4, 5, 6]);
  const objective = objectiveOf(original, { blockWeight: 0, labelWeight: 0 });
  assert.deepEqual([objective.output, objective.classifies, objective.blocks], [7, true, []]);
});

test("a fifth of the samples is held back, and an order is a permutation that the seed decides", () => {
  const { used, held } = split(1000, 5);
  assert.equal(held.length, 200);
  assert.equal(split(50_000, 5).held.length, 1000);
  assert.deepEqual(
    [...used, ...held].sort((a, b) => a - b),
    Array.from({ length: 1000 }, (_, i) => i),
  );
  assert.deepEqual(shuffled(used, 3), shuffled(used, 3));
  assert.notDeepEqual(shuffled(used, 3), shuffled(used, 4));
});

test("levels and planes of signs are two ways to write the same weights; planes of free scales have no levels", () => {
  const levels = { levels: Float64Array.of(-3, -1, 1, 3, 3, -3), half: Float64Array.of(0.5, 0.25) };
  const planes = planesOf(levels, 2);
  assert.deepEqual(levelsOf(planes), levels);
  assert.deepEqual([...reconstruct(planes, 2, 3)], [-1.5, -0.5, 0.5, 0.75, 0.75, -0.75]);
  assert.equal(levelsOf({ ...planes, alpha: planes.alpha.map((x, i) => (i === 1 ? 1.1 * x : x)) }), undefined);
});
