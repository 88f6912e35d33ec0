import { type Graph, size } from "./graph/graph.ts";
import { answers } from "./report/agreement.ts";

/** Samples executed at a time. */
const BATCH = 250;

/**
 * Share of samples, 0…1, whose highest output of the float network is the label's; of equal outputs the first counts.
 * input: labels.length × H × W × C real values. A layer with binary weights runs with their dense reconstruction, so
 * this is the accuracy that the integers are compared with.
 */
export async function simulatedTop1(graph: Graph, input: Float32Array, labels: Uint8Array): Promise<number> {
  const each = size(graph.tensors[graph.input].shape);
  let right = 0;
  for (let from = 0; from < labels.length; from += BATCH) {
    const count = Math.min(BATCH, labels.length - from);
    const batch = input.subarray(from * each, (from + count) * each);
    const given = await answers(graph, { data: batch, count });
    right += given.filter((answer, i) => answer === labels[from + i]).length;
  }
  return right / labels.length;
}
