import type { Graph } from "../graph/graph.ts";

/** Drops layers that the output does not depend on, and tensors that no layer touches; the rest is renumbered. */
export function removeDead(graph: Graph): Graph {
  const needed = new Set([graph.output]);
  const live = graph.layers
    .toReversed()
    .filter((layer) => {
      if (!needed.has(layer.output)) return false;
      for (const input of layer.inputs) needed.add(input);
      return true;
    })
    .toReversed();
  needed.add(graph.input);
  if (needed.size === graph.tensors.length) return { ...graph, layers: live };

  const kept = graph.tensors.map((_, i) => i).filter((i) => needed.has(i));
  const renumbered = new Map(kept.map((old, now) => [old, now]));
  const at = (old: number) => renumbered.get(old)!;
  return {
    ...graph,
    tensors: kept.map((i) => graph.tensors[i]),
    layers: live.map((layer) => ({ ...layer, inputs: layer.inputs.map(at), output: at(layer.output) })),
    input: at(graph.input),
    output: at(graph.output),
  };
}
