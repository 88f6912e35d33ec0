// The search for an allocation: what is tried, judged end to end, and kept.

import { startThread, threadCount } from "../../adapters/node.ts";
import type { Graph } from "../../graph/graph.ts";
import type { Samples } from "../../options.ts";
import type { Choice } from "../decompose/choose.ts";
import type { DecomposeOptions } from "../decompose.ts";
import { allocated, type Candidates, choiceBytes, type FreeLayer, INT8 } from "./candidates.ts";
import type { Choices } from "./file-bytes.ts";
import { type Cost, smallest } from "./limit.ts";
import { pick } from "./pick.ts";
import { type Sensitivity, sensitivities } from "./sensitivity.ts";
import { prepareTrials, type Solved, type SolveJob } from "./trial.ts";
import { uniformBits, uniformRank } from "./uniform.ts";

/** An allocation that was solved and judged. */
export interface Trial extends Solved, Allocation {
  bytes: number;
}

export interface Allocation {
  name: string;
  choices: Choices;
}

export interface Search {
  /** The original network. */
  graph: Graph;
  open: Candidates;
  cost: Cost;
  judged: Trial[];
  /** Solves and judges an allocation, unless that was done before. */
  attempt(name: string, choices: Choices): Promise<Trial>;
  /** The same for several, two at a time. */
  attemptAll(allocations: Allocation[]): Promise<Trial[]>;
  measure(context: Trial): Promise<Sensitivity[]>;
  /** To be called before each of `total` steps. */
  step(total: number): void;
}

export interface Found {
  trial: Trial;
  sensitivities?: Sensitivity[];
}

/** Steps of a search for a size, for its progress: the uniform allocations, and two a knapsack. */
const STEPS = 5;
/** What the first and the last layer with weights can be instead of int8: a fifth of DS-CNN's bytes are its first layer's. */
const FOUR_BITS: Choice = { scheme: "bits:4" };
/**
 * No layer's bytes change by more than this factor at a time: the losses of larger changes do not add up. On ResNet-8 at
 * 18 kB: 1.35 gains 1 to 1.2 points over uniform K / T, 1.7 as much or half, 3 loses 1.6.
 */
const CAUTION = 1.35;
/** Uniform bits are tried where they take so much of the limit: fewer bytes lose to a K / T that takes them all. */
const WORTHY = 0.85;
/**
 * A trial wins where it loses so much less than the best before it: the same allocation of ResNet-8, solved with other
 * seeds, is judged 7 % apart.
 */
export const WIN = 0.93;
/** Knapsacks that are tried, each from the best so far. */
const TRIES = 2;

/** Share of the solver's rounds that does for comparing choices. */
const EFFORT = 0.3;
/** Samples to solve single layers with for comparison, and as many to judge on. */
const ENOUGH = 400;

export async function startSearch(
  graph: Graph,
  open: Candidates,
  cost: Cost,
  held: Samples,
  options: DecomposeOptions & { calibration: Samples },
): Promise<Search> {
  const { scheme, rank, solver, objective, seed, steps: parts, calibration } = options;
  const solving = { scheme, rank, solver, objective, seed, steps: parts };
  const whole: SolveJob = { graph, options: { ...solving, calibration }, held };
  const quick: SolveJob = {
    graph,
    options: { ...solving, calibration: some(calibration), effort: EFFORT },
    held: some(held),
  };
  const solve = await prepareTrials(whole);
  const judged: Trial[] = [];
  const isSame = (a: Allocation, b: Allocation) =>
    open.free.every(({ index }) => equal(a.choices.get(index)!, b.choices.get(index)!));
  const attemptAll = async (allocations: Allocation[]) => {
    const fresh = allocations.filter(
      (own, i) => ![...judged, ...allocations.slice(0, i)].some((before) => isSame(before, own)),
    );
    const solved = await solveAll(
      fresh.map(({ choices }) => choices),
      whole,
      solve,
    );
    for (const [i, own] of fresh.entries()) judged.push({ ...own, ...solved[i], bytes: cost(own.choices) });
    return allocations.map((own) => judged.find((trial) => isSame(trial, own))!);
  };
  let steps = 0;
  return {
    graph,
    open,
    cost,
    judged,
    attempt: async (name, choices) => (await attemptAll([{ name, choices }]))[0],
    attemptAll,
    measure: (context) => sensitivities(context, open.free, quick),
    step: (total) => options.onProgress?.("allocate", Math.min(steps++, total), total),
  };
}

/** The first of the samples, as many as are enough for comparing single layers. */
function some({ data, count }: Samples): Samples {
  const few = Math.min(ENOUGH, count);
  return { data: data.subarray(0, (data.length / count) * few), count: few };
}

const equal = (a: Choice, b: Choice) => a.scheme === b.scheme && a.rank === b.rank;

/** Here, where `solve` keeps what it knows for the next call, and on a second thread: each takes the next that is left. */
async function solveAll(
  all: Choices[],
  job: SolveJob,
  solve: (choices: Choices) => Promise<Solved>,
): Promise<Solved[]> {
  const solved: Solved[] = [];
  let next = 0;
  const work = async (solveOne: typeof solve) => {
    while (next < all.length) {
      const i = next++;
      solved[i] = await solveOne(all[i]);
    }
  };
  const thread = all.length > 1 && threadCount() > 1 ? startThread("trials", job) : undefined;
  try {
    await Promise.all([work(solve), thread && work((choices) => thread.ask(choices))]);
  } finally {
    await thread?.stop();
  }
  return solved;
}

/**
 * The best allocation within the limit: int8 where it fits. Else the uniform ones that fit are solved and judged,
 * sensitivities are measured in the best of them, and a knapsack over those is solved and judged, a few times. What is
 * best end to end stays, so an allocation by layer is used only where it wins.
 */
export async function forSize(search: Search, limit: number): Promise<Found> {
  const { open, cost, step } = search;
  const int8 = allocated(open, () => INT8);
  if (cost(int8) <= limit) return { trial: await search.attempt("int8", int8) };
  step(STEPS);
  const uniform = [{ name: "uniform K / T", choices: uniformRank(open, cost, limit) ?? smallest(open) }];
  const ends = uniformRank(open, cost, limit, FOUR_BITS);
  if (ends) uniform.push({ name: "uniform K / T, 4-bit ends", choices: ends });
  const bits = uniformBits(open, cost, limit);
  if (bits && cost(bits) >= WORTHY * limit) uniform.push({ name: "uniform bits", choices: bits });
  let best = (await search.attemptAll(uniform)).reduce(winner);
  let found: Sensitivity[] | undefined;
  // While it wins, from where it led; where it does not, in smaller steps: the sensitivities hold nearer to where they
  // were measured.
  let caution = CAUTION;
  for (let tries = open.free.length > 0 ? TRIES : 0; tries > 0; tries--) {
    step(STEPS);
    found ??= await search.measure(best);
    step(STEPS);
    const choices = pick(open, found, cost, limit, within(best.choices, caution));
    const next: Trial = choices ? winner(best, await search.attempt("knapsack", choices)) : best;
    if (next === best) caution = Math.sqrt(caution);
    else if (tries > 1) found = undefined;
    best = next;
  }
  step(STEPS);
  return { trial: best, sensitivities: found };
}

const winner = (best: Trial, trial: Trial) => (trial.loss < WIN * best.loss ? trial : best);

function within(about: Choices, factor: number): (layer: FreeLayer, choice: Choice) => boolean {
  return (layer, choice) => {
    const before = about.get(layer.index)!;
    if (layer.end && before.scheme === "int8") return choice.scheme === "int8";
    const ratio = choiceBytes(layer, choice) / choiceBytes(layer, before);
    return ratio <= factor && ratio >= 1 / factor;
  };
}
