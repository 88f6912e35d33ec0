// Makes a network imported from QuantizeLinear/DequantizeLinear form whole: every tensor quantised, every weight int8.

import type { Graph, Layer, Quantisation, Tensor, TensorId } from "../../graph/graph.ts";
import { isInt8, sameQuantisation } from "../../passes/edges.ts";
import { foldActivation } from "../../passes/fold-activation.ts";
import { removeDead } from "../../passes/remove-dead.ts";
import { quantiseWeights } from "./int8-weights.ts";
import { mergeAffine } from "./merge-affine.ts";

/** What TFLite gives the outputs of these functions, whose range is known. */
const UNIT: Quantisation = { scale: 1 / 256, zeroPoint: -128 };
const SIGNED_UNIT: Quantisation = { scale: 1 / 128, zeroPoint: 0 };
/** Relu6's range, 0…6, over all 256 numbers. */
const SIX: Quantisation = { scale: 6 / 255, zeroPoint: -128 };

/**
 * The network with int8 numbers everywhere, or, where some tensor has no quantisation and none follows from its
 * neighbours, without any: a float network of the dequantised weights.
 */
export function completeInt8(graph: Graph): Graph {
  if (graph.tensors.every((tensor) => tensor.quantisation === undefined)) return graph;
  const known = spread(removeDead(foldActivation(mergeAffine(graph))));
  return isInt8(known) ? quantiseWeights(requantised(known)) : asFloat(known);
}

function asFloat(graph: Graph): Graph {
  return {
    ...graph,
    tensors: graph.tensors.map(({ name, shape }) => ({ name, shape })),
    layers: graph.layers.map((layer) => ("int8" in layer ? { ...layer, int8: undefined } : layer)),
  };
}

/** Layers that move numbers unchanged (Reshape, MaxPool, Pad, Concat), or average them, carry quantisation along. */
function spread(graph: Graph): Graph {
  const tensors: Tensor[] = graph.tensors.map((tensor) => ({ ...tensor }));
  const give = (to: TensorId, quantisation: Quantisation | undefined) => {
    tensors[to].quantisation ??= quantisation;
  };
  for (const layer of graph.layers.toReversed())
    if (["Reshape", "MaxPool", "Pad", "Concat"].includes(layer.kind))
      for (const input of layer.inputs) give(input, tensors[layer.output].quantisation);
  for (const layer of graph.layers) {
    if (["Reshape", "MaxPool", "Pad", "AveragePool", "Mean"].includes(layer.kind))
      give(layer.output, tensors[layer.inputs[0]].quantisation);
    if (layer.kind === "Softmax") give(layer.output, UNIT);
    if ("activation" in layer && layer.activation === "Relu6") give(layer.output, SIX);
    if (layer.kind === "Elementwise" && layer.function === "Logistic") give(layer.output, UNIT);
    if (layer.kind === "Elementwise" && layer.function === "Tanh") give(layer.output, SIGNED_UNIT);
  }
  return { ...graph, tensors };
}

/**
 * Pools, Pad and Reshape compute in their input's quantisation, Concat in its output's, Softmax yields 1/256: where the
 * source says otherwise, an Identity between them changes the quantisation.
 */
function requantised(graph: Graph): Graph {
  const tensors = [...graph.tensors];
  const layers: Layer[] = [];
  const changed = { ...graph, tensors, layers };
  const another = (like: TensorId, quantisation: Quantisation | undefined) =>
    tensors.push({ ...tensors[like], name: `${tensors[like].name}.requantised`, quantisation }) - 1;
  const identity = (from: TensorId, to: TensorId): Layer => ({
    kind: "Elementwise",
    function: "Identity",
    name: tensors[to].name.endsWith(".requantised") ? tensors[to].name : `${tensors[to].name}.requantise`,
    inputs: [from],
    output: to,
  });
  for (const layer of graph.layers) {
    const [input] = layer.inputs;
    if (layer.kind === "Concat") {
      const inputs = layer.inputs.map((from) => {
        if (sameQuantisation(changed, from, layer.output)) return from;
        const to = another(from, tensors[layer.output].quantisation);
        layers.push(identity(from, to));
        return to;
      });
      layers.push({ ...layer, inputs });
      continue;
    }
    const keeps = ["AveragePool", "MaxPool", "Pad", "Reshape"].includes(layer.kind);
    const wanted = keeps ? tensors[input].quantisation : layer.kind === "Softmax" ? UNIT : undefined;
    const now = tensors[layer.output].quantisation;
    if (wanted === undefined || (wanted.scale === now?.scale && wanted.zeroPoint === now.zeroPoint)) {
      layers.push(layer);
      continue;
    }
    const between = another(layer.output, wanted);
    layers.push({ ...layer, output: between }, identity(between, layer.output));
  }
  return changed;
}
