import type { Activation, Graph, Layer } from "../graph/graph.ts";
import { producersOf, readersOf, sameQuantisation, withLayers } from "./edges.ts";

/**
 * Puts Relu and Relu6 into the layer before them, where nothing else reads its output.
 * Quantised tensors: both are monotone functions that keep every number q they do not clamp, so clamping the int8 result
 * of the layer gives the same bits where both tensors have one quantisation, and only there. A tensor that has none yet
 * (between a layer and the activation its output is quantised after) takes that of the activation's output.
 */
export function foldActivation(graph: Graph): Graph {
  const readers = readersOf(graph);
  const producers = producersOf(graph);
  const replaced = new Map<Layer, Layer | undefined>();
  for (const layer of graph.layers) {
    if (layer.kind !== "Elementwise" || (layer.function !== "Relu" && layer.function !== "Relu6")) continue;
    const [between] = layer.inputs;
    const written = producers[between];
    const before = written && (replaced.get(written) ?? written);
    if (written === undefined || before === undefined || !("activation" in before)) continue;
    const exact = graph.tensors[between].quantisation === undefined || sameQuantisation(graph, between, layer.output);
    if (!exact || readers[between].length !== 1) continue;
    const after: Layer = { ...before, activation: both(before.activation, layer.function), output: layer.output };
    replaced.set(written, after);
    replaced.set(layer, undefined);
    producers[layer.output] = written; // a second activation may follow
  }
  return withLayers(graph, replaced);
}

/** second(first(x)): Relu6 of either is Relu6, and Relu after Relu6 changes nothing. */
function both(first: Activation, second: "Relu" | "Relu6"): Activation {
  return first === "Relu6" ? "Relu6" : second;
}
