import { execute } from "./execute.ts";
import { type Graph, size } from "./graph/graph.ts";

/** Samples executed at a time. */
const BATCH = 250;

/**
 * Share of samples, 0…1, whose highest output of the float network is the label's; of equal outputs the first counts.
 * input: labels.length × H × W × C real values. A layer with binary weights runs with their dense reconstruction, so
 * this is the accuracy that the integers are compared with.
 */
export async function simulatedTop1(graph: Graph, input: Float32Array, labels: Uint8Array): Promise<number> {
  const each = size(graph.tensors[graph.input].shape);
  const classes = size(graph.tensors[graph.output].shape);
  let right = 0;
  for (let from = 0; from < labels.length; from += BATCH) {
    const count = Math.min(BATCH, labels.length - from);
    const batch = input.subarray(from * each, (from + count) * each);
    const scores = (await execute(graph, batch, count, [graph.output])).get(graph.output)!;
    for (const [i, best] of highestOf(scores, classes).entries()) if (best === labels[from + i]) right++;
  }
  return right / labels.length;
}

/** Place of the highest number in each row of `classes`; of equal ones the first. */
export function highestOf(scores: Float32Array, classes: number): Uint32Array {
  return Uint32Array.from({ length: scores.length / classes }, (_, i) => {
    const row = scores.subarray(i * classes, (i + 1) * classes);
    return row.indexOf(Math.max(...row));
  });
}
