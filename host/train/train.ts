// Training: the network's weights are moved so that its outputs come nearer to the original's (and to labels).

import { threadCount } from "../adapters/node.ts";
import { type Graph, size } from "../graph/graph.ts";
import { cosinePi } from "../solve/portable.ts";
import { type AdamState, adamState, adamStep } from "./adam.ts";
import { rememberAnswers } from "./answers.ts";
import { shuffled, split, type TrainingSet } from "./batches.ts";
import { judgeOn } from "./judge.ts";
import { objectiveOf } from "./objective.ts";
import { firstPace, type Pace, tooFast } from "./pace.ts";
import { parametersOf, withParameters } from "./parameters.ts";
import { openPool } from "./pool.ts";
import { learningRates } from "./rates.ts";

export interface TrainOptions {
  original: Graph;
  /** The approximation to begin with. */
  graph: Graph;
  set: TrainingSet;
  /** Training ends after so many rounds through the set, or when the minutes are over. */
  epochs: number;
  minutes?: number;
  /** Weights of the blocks' outputs and of the labels in the loss (objective.ts). */
  blockWeight: number;
  labelWeight: number;
  seed: number;
  /** done: 0…1. */
  onProgress?: (done: number) => void;
  /** A state to go on from, and where states are handed every few seconds. */
  state?: TrainingState;
  onState?: (state: TrainingState) => void;
  signal?: AbortSignal;
}

/** All that training needs to go on where it was. */
export interface TrainingState {
  step: number;
  milliseconds: number;
  values: Float32Array;
  adam: AdamState;
  best: Float32Array;
  bestLoss: number;
  pace: Pace;
}

export interface Trained {
  /** The approximation where the held-back samples liked it best, the start included. */
  graph: Graph;
  /** Loss on them, at the start and of that. */
  losses: { start: number; best: number };
  finished: boolean;
}

const BATCH = 64;
/** Steps over which the learning rate rises from 0; then it falls as a cosine over the share that is done. */
const WARM_UP = 50;
/**
 * Most steps between looks at the held-back samples, which are a round through the others if that is less: not seconds,
 * for the same steps must find the same best state.
 */
const LOOK = 200;
/** Seconds between states handed out. */
const SAVE = 20;

export async function train(options: TrainOptions): Promise<Trained> {
  const { original, graph, set, epochs, minutes = Number.POSITIVE_INFINITY, seed } = options;
  const objective = objectiveOf(original, options);
  const parameters = parametersOf(graph, seed);
  const rates = learningRates(parameters);
  const { used, held } = split(set.count, seed);
  const perEpoch = Math.max(1, Math.floor(used.length / BATCH));
  const lookEvery = Math.min(LOOK, perEpoch);
  const labelsOf = (indices: Uint32Array) => set.labels && Uint8Array.from(indices, (i) => set.labels![i]);
  const judge = await judgeOn(original, objective, set.read(held), labelsOf(held));
  const start = await judge(graph);
  const state = options.state ?? {
    step: 0,
    milliseconds: 0,
    values: parameters.values.slice(),
    adam: adamState(parameters.values.length),
    best: parameters.values.slice(),
    bestLoss: start,
    pace: firstPace(start, set.count, set.labels !== undefined),
  };
  const share = () => Math.min(1, Math.max(state.step / (epochs * perEpoch), state.milliseconds / (minutes * 60_000)));
  const look = async () => {
    const loss = await judge(withParameters(graph, { ...parameters, values: state.values }));
    if (loss < state.bestLoss) {
      state.best = state.values.slice();
      state.bestLoss = loss;
    }
  };
  const each = size(graph.tensors[graph.input].shape);
  const answers = rememberAnswers(set.count, size(graph.tensors[objective.output].shape));
  const pool = openPool({ original, graph, list: parameters.list, objective }, each, threadCount());
  try {
    let last = performance.now();
    let saved = last;
    for (let epoch = -1, order = used; share() < 1 && !options.signal?.aborted; ) {
      const now = Math.floor(state.step / perEpoch);
      if (now !== epoch) order = shuffled(used, seed + 1 + now);
      epoch = now;
      const first = (state.step % perEpoch) * BATCH;
      const indices = order.subarray(first, first + BATCH);
      const known = objective.blocks.length === 0 ? answers.of(indices) : undefined;
      const slope = await pool.slope({
        values: state.values,
        input: set.read(indices),
        labels: labelsOf(indices),
        answers: known,
      });
      if (!known) answers.keep(indices, slope.answers);
      const factor = state.pace.factor * Math.min(1, (state.step + 1) / WARM_UP) * 0.5 * (1 + cosinePi(share()));
      adamStep(state.adam, state.values, slope.gradient, rates, factor);
      state.step++;
      state.pace.sum += slope.loss;
      if (state.step % lookEvery === 0) {
        await look();
        if (tooFast(state.pace, lookEvery)) state.values = state.best.slice();
      }
      state.milliseconds += performance.now() - last;
      last = performance.now();
      if (last - saved > SAVE * 1000) {
        options.onState?.(state);
        saved = last;
      }
      options.onProgress?.(share());
    }
    options.onState?.(state); // before the last look: going on from here must not know of it
    await look();
  } finally {
    await pool.close();
  }
  return {
    graph: withParameters(graph, { ...parameters, values: state.best }),
    losses: { start, best: state.bestLoss },
    finished: share() >= 1,
  };
}
