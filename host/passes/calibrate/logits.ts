import type { Graph, Softmax, TensorId } from "../../graph/graph.ts";
import { readersOf } from "../edges.ts";
import type { Range } from "./ranges.ts";

/** Softmax's output has steps of 1/256: a probability below half a step is 0 whatever its logit. */
const LEAST_PROBABILITY = 1 / 512;

/** Collects the range of one tensor, a batch at a time. */
export interface RangeOf {
  add(values: Float32Array): void;
  range(): Range;
}

/**
 * For the tensors that only a Softmax reads. A logit that lies ln(512)/β below its row's largest has a probability below
 * LEAST_PROBABILITY, so the range need not reach below that on any sample: the logits that compete get steps about half
 * as large, and fewer ties.
 */
export function logitRanges(graph: Graph): Map<TensorId, RangeOf> {
  const readers = readersOf(graph);
  const softmaxes = graph.layers.filter(
    (layer): layer is Softmax => layer.kind === "Softmax" && readers[layer.inputs[0]].length === 1,
  );
  return new Map(
    softmaxes.map(({ inputs: [id], beta }) => {
      const classes = graph.tensors[id].shape[2];
      let [lowest, leastTop, max] = [0, Number.POSITIVE_INFINITY, 0];
      const add = (values: Float32Array) => {
        for (let at = 0; at < values.length; at += classes) {
          let top = values[at];
          for (let c = 0; c < classes; c++) {
            top = Math.max(top, values[at + c]);
            lowest = Math.min(lowest, values[at + c]);
          }
          leastTop = Math.min(leastTop, top);
          max = Math.max(max, top);
        }
      };
      const range = () => {
        const needed = Math.min(0, leastTop + Math.log(LEAST_PROBABILITY) / beta);
        return { min: Math.max(lowest, needed), max };
      };
      return [id, { add, range }];
    }),
  );
}
