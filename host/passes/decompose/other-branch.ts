// The other branch of an Add: a layer before the Add can make up for its error.

import type { Conv2D, FullyConnected, Graph, TensorId } from "../../graph/graph.ts";

/**
 * Where a layer's output goes into an Add and nowhere else, before any activation: the Add's other input, unless that
 * depends on the layer. What the rest of the network reads is the sum, so the layer can make up for an error of the
 * other branch.
 */
export function otherBranch(graph: Graph, index: number): TensorId | undefined {
  const layer = graph.layers[index] as Conv2D | FullyConnected;
  const readers = graph.layers.filter(({ inputs }) => inputs.includes(layer.output));
  if (layer.activation !== "None" || readers.length !== 1 || readers[0].kind !== "Add") return undefined;
  if (layer.output === graph.output) return undefined;
  const other = readers[0].inputs.find((id) => id !== layer.output);
  if (other === undefined) return undefined;
  const dependent = new Set([layer.output]);
  for (const { inputs, output } of graph.layers) if (inputs.some((id) => dependent.has(id))) dependent.add(output);
  return dependent.has(other) ? undefined : other;
}

/** rows (N × T) + factor·(tensor at the positions, T numbers each), in place. */
export function addAt(rows: Float32Array, tensor: Float32Array, positions: Uint32Array, factor: number): void {
  const T = rows.length / positions.length;
  for (let n = 0, at = 0; n < positions.length; n++) {
    for (let t = 0, from = positions[n] * T; t < T; t++, at++) rows[at] += factor * tensor[from + t];
  }
}
