import type { Graph, Layer, TensorId } from "../graph/graph.ts";

/** For every tensor, the layers that read it; the network's output counts as read once more, by "output". */
export function readersOf(graph: Graph): (Layer | "output")[][] {
  const readers: (Layer | "output")[][] = graph.tensors.map(() => []);
  for (const layer of graph.layers) for (const tensor of layer.inputs) readers[tensor].push(layer);
  readers[graph.output].push("output");
  return readers;
}

/** For every tensor, the layer that writes it; undefined for the network's input. */
export function producersOf(graph: Graph): (Layer | undefined)[] {
  const producers: (Layer | undefined)[] = graph.tensors.map(() => undefined);
  for (const layer of graph.layers) producers[layer.output] = layer;
  return producers;
}

/** The layer that is a tensor's only reader, or undefined. */
export function onlyReader(readers: (Layer | "output")[][], tensor: TensorId): Layer | undefined {
  const [first, ...rest] = readers[tensor];
  return rest.length === 0 && first !== "output" ? first : undefined;
}

/** Whether the network came quantised: its numbers are then fixed, and no pass may change one bit of them. */
export function isInt8(graph: Graph): boolean {
  return graph.tensors.every((tensor) => tensor.quantisation !== undefined);
}

/** Kinds that copy or average values: TFLite gives their inputs and output one quantisation. */
export const SHARES_QUANTISATION: ReadonlySet<Layer["kind"]> = new Set([
  "MaxPool",
  "AveragePool",
  "Reshape",
  "Pad",
  "Concat",
]);

/** Whether two tensors hold the same real numbers in the same bytes. */
export function sameQuantisation(graph: Graph, a: TensorId, b: TensorId): boolean {
  const [p, q] = [graph.tensors[a].quantisation, graph.tensors[b].quantisation];
  return p?.scale === q?.scale && p?.zeroPoint === q?.zeroPoint;
}

/** The graph with some layers replaced (undefined: taken out). */
export function withLayers(graph: Graph, replaced: ReadonlyMap<Layer, Layer | undefined>): Graph {
  if (replaced.size === 0) return graph;
  const layers = graph.layers.flatMap((layer) => (replaced.has(layer) ? (replaced.get(layer) ?? []) : layer));
  return { ...graph, layers };
}
