import type { Graph, Layer, TensorId } from "../graph/graph.ts";
import { sameQuantisation } from "./edges.ts";

/** Drops Identity and Reshape layers that change neither quantisation nor shape: their readers read their input. */
export function removeIdentity(graph: Graph): Graph {
  const source = new Map<TensorId, TensorId>();
  const layers: Layer[] = [];
  const from = (tensor: TensorId) => source.get(tensor) ?? tensor;
  for (const layer of graph.layers) {
    const moved = { ...layer, inputs: layer.inputs.map(from) };
    const whole = moved.inputs[0] === graph.input && layer.output === graph.output; // a network keeps one layer
    if (changesNothing(graph, moved) && !whole) source.set(layer.output, moved.inputs[0]);
    else layers.push(moved);
  }
  return source.size === 0 ? graph : { ...graph, layers, output: from(graph.output) };
}

function changesNothing(graph: Graph, layer: Layer): boolean {
  const identity = layer.kind === "Reshape" || (layer.kind === "Elementwise" && layer.function === "Identity");
  if (!identity) return false;
  const [input] = layer.inputs;
  const [before, after] = [graph.tensors[input].shape, graph.tensors[layer.output].shape];
  return before.every((n, i) => n === after[i]) && sameQuantisation(graph, input, layer.output);
}
