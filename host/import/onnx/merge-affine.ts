import type { DepthwiseConv2D, Graph, Int8Weights, Layer } from "../../graph/graph.ts";
import { producersOf, readersOf, withLayers } from "../../passes/edges.ts";
import { isAffine, scaledOutputs } from "../../passes/fold-affine.ts";
import { toUnits } from "./weights.ts";

/**
 * Bias or batch norm after an int8 product whose own output is not quantised (MatMul + Add, Conv + BatchNormalization in
 * one QDQ group): y = scale·x + shift goes into the weights' scales and the int32 bias, which changes no weight.
 */
export function mergeAffine(graph: Graph): Graph {
  const readers = readersOf(graph);
  const producers = producersOf(graph);
  const replaced = new Map<Layer, Layer | undefined>();
  for (const layer of graph.layers) {
    if (!isAffine(graph, layer) || layer.weights.some((s) => s <= 0)) continue;
    const [between] = layer.inputs;
    const written = producers[between];
    const before = written && (replaced.get(written) ?? written);
    if (written === undefined || graph.tensors[between].quantisation || readers[between].length !== 1) continue;
    if (before === undefined || !("weights" in before) || before.int8 === undefined) continue;
    const scale = graph.tensors[before.inputs[0]].quantisation?.scale;
    if (scale === undefined || before.activation !== "None") continue;
    const int8 = scaled(before.int8, layer, scale);
    const { output, activation } = layer;
    replaced.set(written, { ...scaledOutputs(before, layer), int8, output, activation });
    replaced.set(layer, undefined);
    producers[output] = written;
  }
  return withLayers(graph, replaced);
}

function scaled(int8: Int8Weights, affine: DepthwiseConv2D, inputScale: number): Int8Weights {
  const scales = int8.scales.map((s, t) => s * affine.weights[t]);
  const shift = toUnits(
    affine.bias,
    scales.map((s) => s * inputScale),
  );
  return { ...int8, scales, bias: int8.bias.map((b, t) => b + shift[t]) };
}
