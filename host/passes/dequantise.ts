import type { Graph } from "../graph/graph.ts";

/**
 * The float network behind an int8 one: real weights and biases, no quantisation. What another scheme than the
 * source's own starts from; activations are calibrated anew.
 */
export function dequantise(graph: Graph): Graph {
  return {
    ...graph,
    tensors: graph.tensors.map((tensor) => ({ ...tensor, quantisation: undefined })),
    layers: graph.layers.map((layer) => ("int8" in layer ? { ...layer, int8: undefined } : layer)),
  };
}
