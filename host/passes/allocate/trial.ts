// A whole allocation: the network solved with it, and judged.

import type { Graph } from "../../graph/graph.ts";
import type { Samples } from "../../options.ts";
import { judgeOn } from "../../train/judge.ts";
import { objectiveOf } from "../../train/objective.ts";
import { type DecomposeOptions, decompose, type LayerDecomposition } from "../decompose.ts";
import type { Choices } from "./file-bytes.ts";

/** How a network is solved and judged, whole or layer by layer. Plain data: it goes to threads as it is. */
export interface SolveJob {
  /** The original network. */
  graph: Graph;
  /** How layers are solved, and with what samples. */
  options: Omit<DecomposeOptions, "onProgress" | "cache" | "overrides"> & { calibration: Samples };
  /** Samples to judge the network on. */
  held: Samples;
}

export interface Solved {
  graph: Graph;
  report: LayerDecomposition[];
  /** Mean KL divergence of the outputs to the original network's on the samples held back (train/judge.ts). */
  loss: number;
}

/** A function that gives a network's loss on the samples held back. */
export function judgeOf({ graph, held }: Pick<SolveJob, "graph" | "held">): ReturnType<typeof judgeOn> {
  return judgeOn(graph, objectiveOf(graph, { blockWeight: 0, labelWeight: 0 }), held.data);
}

/** A function that solves the network under an allocation, and judges it. */
export async function prepareTrials(job: SolveJob): Promise<(choices: Choices) => Promise<Solved>> {
  const judge = await judgeOf(job);
  const cache = new Map();
  return async (choices) => {
    const solved = await decompose(job.graph, { ...job.options, cache, choices });
    return { ...solved, loss: await judge(solved.graph) };
  };
}
