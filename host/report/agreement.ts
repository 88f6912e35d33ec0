// Without labels, what stands for accuracy: how often the model file answers as the original network does.

import { execute } from "../execute.ts";
import { type Graph, size } from "../graph/graph.ts";
import type { Samples } from "../options.ts";
import type { Session } from "../session.ts";

/** Index of the highest output of the float network for every sample; of equal outputs the first. */
export async function answers(graph: Graph, { data, count }: Samples): Promise<number[]> {
  const classes = size(graph.tensors[graph.output].shape);
  const scores = (await execute(graph, data, count, [graph.output])).get(graph.output)!;
  return Array.from({ length: count }, (_, i) => highest(scores.subarray(i * classes, (i + 1) * classes)));
}

/** Share of the samples, 0…1, for which the model's integers put the same output first. */
export function agreement(session: Session, { data, count }: Samples, wanted: readonly number[]): number {
  const each = data.length / count;
  const own = (i: number) => highest(session.run(data.subarray(i * each, (i + 1) * each)).raw);
  return wanted.filter((answer, i) => own(i) === answer).length / count;
}

function highest(scores: Float32Array | Int8Array): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if (scores[i] > scores[best]) best = i;
  return best;
}
