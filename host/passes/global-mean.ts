import type { Graph, Layer, Pool } from "../graph/graph.ts";
import { isInt8, withLayers } from "./edges.ts";

/**
 * An AveragePool over the whole image of a float network is a Mean. An average of many values is much smaller than the
 * largest of them, and only Mean has a scale of its own for it (TFLite's AveragePool keeps its input's).
 */
export function globalMean(graph: Graph): Graph {
  if (isInt8(graph)) return graph;
  const replaced = new Map<Layer, Layer>();
  for (const layer of graph.layers) {
    if (layer.kind !== "AveragePool" || !coversImage(graph, layer) || layer.activation !== "None") continue;
    const { name, inputs, output } = layer;
    replaced.set(layer, { kind: "Mean", name, inputs, output });
  }
  return withLayers(graph, replaced);
}

function coversImage(graph: Graph, { geometry, inputs }: Pool): boolean {
  const [height, width] = graph.tensors[inputs[0]].shape;
  const { kernel, padding } = geometry;
  const padded = padding.top + padding.left + padding.bottom + padding.right > 0;
  return kernel[0] === height && kernel[1] === width && !padded;
}
