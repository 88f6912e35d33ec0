import type { Conv2D, DepthwiseConv2D, FullyConnected, Graph, Layer } from "../graph/graph.ts";
import { isInt8, producersOf, readersOf, withLayers } from "./edges.ts";

/** Whether a layer is y = scale·x + shift with a number a channel: a 1×1 DepthwiseConv2D that keeps the shape. */
export function isAffine(graph: Graph, layer: Layer): layer is DepthwiseConv2D {
  if (layer.kind !== "DepthwiseConv2D" || layer.weights.length !== layer.bias.length) return false;
  const [before, after] = [graph.tensors[layer.inputs[0]].shape, graph.tensors[layer.output].shape];
  const { padding } = layer.geometry;
  const none = padding.top + padding.left + padding.bottom + padding.right === 0;
  return none && before.every((n, i) => n === after[i]);
}

/**
 * Puts scale and shift after a product into its weights: scale·(W·x + b) + shift = (scale·W)·x + (scale·b + shift),
 * where nothing else reads the product and no activation stands between. Float networks only.
 */
export function foldAffine(graph: Graph): Graph {
  if (isInt8(graph)) return graph;
  const readers = readersOf(graph);
  const producers = producersOf(graph);
  const replaced = new Map<Layer, Layer | undefined>();
  for (const layer of graph.layers) {
    if (!isAffine(graph, layer)) continue;
    const [between] = layer.inputs;
    const written = producers[between];
    const before = written && (replaced.get(written) ?? written);
    if (written === undefined || before === undefined || readers[between].length !== 1) continue;
    if (!("weights" in before) || before.activation !== "None") continue;
    if ("binary" in before && before.binary) continue;
    replaced.set(written, { ...scaledOutputs(before, layer), activation: layer.activation, output: layer.output });
    replaced.set(layer, undefined);
    producers[layer.output] = written;
  }
  return withLayers(graph, replaced);
}

/** The product with its outputs scaled and shifted by the affine layer after it. */
export function scaledOutputs<L extends Conv2D | DepthwiseConv2D | FullyConnected>(
  layer: L,
  affine: DepthwiseConv2D,
): L {
  const outputs = layer.bias.length;
  // Output channels are the outermost index of Conv2D and FullyConnected weights, the innermost of depthwise ones.
  const inner = layer.kind === "DepthwiseConv2D" ? 1 : layer.weights.length / outputs;
  const scale = (i: number) => affine.weights[Math.floor(i / inner) % outputs];
  return {
    ...layer,
    weights: layer.weights.map((w, i) => w * scale(i)),
    bias: layer.bias.map((b, t) => b * affine.weights[t] + affine.bias[t]),
    int8: undefined,
  };
}
