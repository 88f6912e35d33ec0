// A network's activations on the calibration samples, carried forward layer by layer.

import { execute } from "../../execute.ts";
import { type Graph, size, type TensorId } from "../../graph/graph.ts";
import type { Samples } from "../../options.ts";

export type Activations = ReadonlyMap<TensorId, Float32Array>;

/**
 * The tensors (count × h × w × c) that layer `index` and those after it read from before it, residual branches
 * included, given `from`, the same for an earlier layer. Each layer in between runs once, and what no later layer
 * reads is dropped.
 */
export async function advance(graph: Graph, samples: Samples, from: Activations, index: number): Promise<Activations> {
  const before = new Set([graph.input, ...graph.layers.slice(0, index).map((layer) => layer.output)]);
  const read = new Set(graph.layers.slice(index).flatMap((layer) => layer.inputs));
  const wanted = [...read].filter((id) => before.has(id));
  const known = new Map(from).set(graph.input, samples.data);
  const missing = wanted.filter((id) => !known.has(id));
  const found = missing.length > 0 ? await execute(graph, samples.data, samples.count, missing, from) : new Map();
  return new Map(wanted.map((id) => [id, known.get(id) ?? found.get(id)!]));
}

/** One tensor that layer `index` and those before it do not decide, from what they read: the other branch of an Add. */
export async function branch(graph: Graph, samples: Samples, live: Activations, id: TensorId): Promise<Float32Array> {
  return live.get(id) ?? (await execute(graph, samples.data, samples.count, [id], live)).get(id)!;
}

/** Bytes of activations that are carried. */
const MAX_LIVE_BYTES = 2 ** 28;

/** As many of the first samples as keep the activations carried between layers below MAX_LIVE_BYTES, one at least. */
export function affordable(graph: Graph, { data, count }: Samples): Samples {
  const lastRead = new Map(graph.layers.flatMap((layer, i) => layer.inputs.map((id) => [id, i] as const)));
  const written = new Map(graph.layers.map((layer, i) => [layer.output, i] as const)).set(graph.input, -1);
  const live = graph.layers.map((_, i) =>
    [...lastRead]
      .filter(([id, last]) => written.get(id)! < i && last >= i)
      .reduce((sum, [id]) => sum + 4 * size(graph.tensors[id].shape), 0),
  );
  const most = Math.max(1, Math.min(count, Math.floor(MAX_LIVE_BYTES / Math.max(...live))));
  return { data: data.subarray(0, (data.length / count) * most), count: most };
}
