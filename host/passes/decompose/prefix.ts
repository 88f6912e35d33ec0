// A network's activations on the calibration samples, carried forward layer by layer.

import { execute } from "../../execute.ts";
import type { Graph, TensorId } from "../../graph/graph.ts";
import type { Samples } from "../../options.ts";

export type Activations = ReadonlyMap<TensorId, Float32Array>;

/**
 * The tensors (count × h × w × c) that layer `index` and those after it read from before it, residual branches
 * included, given `from`, the same for an earlier layer. Each layer in between runs once, and what no later layer
 * reads is dropped.
 */
export function advance(graph: Graph, samples: Samples, from: Activations, index: number): Promise<Activations> {
  const before = new Set([graph.input, ...graph.layers.slice(0, index).map((layer) => layer.output)]);
  const read = new Set(graph.layers.slice(index).flatMap((layer) => layer.inputs));
  const wanted = [...read].filter((id) => before.has(id));
  return execute(graph, samples.data, samples.count, wanted, from);
}
