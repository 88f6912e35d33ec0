import type { Geometry, Graph, Layer } from "../graph/graph.ts";
import { onlyReader, readersOf, sameQuantisation, withLayers } from "./edges.ts";

/**
 * Puts Pad into the convolution that alone reads it. Both read the real value 0 outside the image (on quantised tensors
 * the zero point, which contributes nothing), so every output is the same sum. An int8 FullyConnected over pixels knows no padding.
 */
export function foldPad(graph: Graph): Graph {
  const readers = readersOf(graph);
  const replaced = new Map<Layer, Layer | undefined>();
  for (const original of graph.layers) {
    const pad = replaced.get(original) ?? original;
    if (pad.kind !== "Pad") continue;
    const written = onlyReader(readers, pad.output);
    if (written === undefined || !sameQuantisation(graph, pad.inputs[0], pad.output)) continue;
    const padded = paddedBy(written, pad.padding);
    if (padded === undefined) continue;
    replaced.set(original, undefined);
    replaced.set(written, { ...padded, inputs: pad.inputs });
  }
  return withLayers(graph, replaced);
}

/** The layer with its window padding enlarged; pools leave padding out of their window, so they are no candidates. */
function paddedBy(layer: Layer, by: Geometry["padding"]): Layer | undefined {
  const sum = (a: Geometry["padding"]) => ({
    top: a.top + by.top,
    left: a.left + by.left,
    bottom: a.bottom + by.bottom,
    right: a.right + by.right,
  });
  if (layer.kind === "Pad") return { ...layer, padding: sum(layer.padding) };
  if ((layer.kind !== "Conv2D" && layer.kind !== "DepthwiseConv2D") || layer.int8?.roundsOnce) return undefined;
  return { ...layer, geometry: { ...layer.geometry, padding: sum(layer.geometry.padding) } };
}
