// Without labels, answers like the original network's stand for accuracy.

import { execute } from "../execute.ts";
import type { Graph } from "../graph/graph.ts";
import type { Samples } from "../options.ts";

/** Index of the highest output of the float network for every sample; of equal outputs the first. */
export async function answers(graph: Graph, { data, count }: Samples): Promise<number[]> {
  return highestOf((await execute(graph, data, count, [graph.output])).get(graph.output)!, count);
}

/** Of each of `count` samples the index of its highest score; of equal ones the first. */
export function highestOf(scores: Float32Array | Int8Array, count: number): number[] {
  const classes = scores.length / count;
  return Array.from({ length: count }, (_, i) => highest(scores.subarray(i * classes, (i + 1) * classes)));
}

function highest(scores: Float32Array | Int8Array): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if (scores[i] > scores[best]) best = i;
  return best;
}
