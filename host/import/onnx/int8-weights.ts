import type { Conv2D, DepthwiseConv2D, FullyConnected, Graph, Int8Weights } from "../../graph/graph.ts";
import { toUnits } from "./weights.ts";

/** Gives int8 numbers to layers of an int8 network that came with float weights: symmetric, a scale a channel of output. */
export function quantiseWeights(graph: Graph): Graph {
  return {
    ...graph,
    layers: graph.layers.map((layer) => {
      if (!("weights" in layer) || layer.int8 !== undefined) return layer;
      return { ...layer, int8: symmetric(layer, graph.tensors[layer.inputs[0]].quantisation!.scale) };
    }),
  };
}

/** scale_t = max |W_t| / 127 (a channel of zeros: 1/127), bias in units of s_x·scale_t. */
function symmetric(layer: Conv2D | DepthwiseConv2D | FullyConnected, inputScale: number): Int8Weights {
  const outputs = layer.bias.length;
  const window = layer.weights.length / outputs;
  const channel = (i: number) => (layer.kind === "DepthwiseConv2D" ? i % outputs : Math.floor(i / window));
  const largest = new Float64Array(outputs);
  for (const [i, w] of layer.weights.entries()) largest[channel(i)] = Math.max(largest[channel(i)], Math.abs(w));
  const scales = largest.map((most) => (most || 1) / 127);
  const values = new Int8Array(layer.weights.map((w, i) => Math.round(w / scales[channel(i)])));
  return {
    values,
    scales,
    bias: toUnits(
      layer.bias,
      scales.map((s) => s * inputScale),
    ),
  };
}
