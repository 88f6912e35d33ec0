import type { Conv2D, DepthwiseConv2D, FullyConnected, Graph, Layer } from "../graph/graph.ts";
import { isInt8, onlyReader, readersOf, withLayers } from "./edges.ts";
import { isAffine } from "./fold-affine.ts";

/**
 * Puts scale and shift before a product into its weights: W·(scale·x + shift) + b = (W·scale)·x + (b + W·shift),
 * as with inputs that the network itself normalises. A padded window would see shift where it should see 0, so there
 * the shift has to be 0. Float networks only.
 */
export function foldAffineForward(graph: Graph): Graph {
  if (isInt8(graph)) return graph;
  const readers = readersOf(graph);
  const replaced = new Map<Layer, Layer | undefined>();
  for (const original of graph.layers) {
    const layer = replaced.get(original) ?? original;
    if (!isAffine(graph, layer) || layer.activation !== "None") continue;
    const written = onlyReader(readers, layer.output);
    if (written === undefined || !("weights" in written) || ("binary" in written && written.binary)) continue;
    if (written.kind === "Conv2D" && written.groups !== 1) continue;
    if (pads(written) && layer.bias.some((b) => b !== 0)) continue;
    replaced.set(original, undefined);
    replaced.set(written, scaledInputs(written, layer));
  }
  return withLayers(graph, replaced);
}

function pads(layer: Layer): boolean {
  if (!("geometry" in layer)) return false;
  const { top, left, bottom, right } = layer.geometry.padding;
  return top + left + bottom + right > 0;
}

function scaledInputs<L extends Conv2D | DepthwiseConv2D | FullyConnected>(layer: L, affine: DepthwiseConv2D): L {
  const channels = affine.bias.length;
  const outputs = layer.bias.length;
  const window = layer.weights.length / outputs;
  const depthwise = layer.kind === "DepthwiseConv2D";
  // Input channels are the innermost index of every layout but the depthwise one, where channel t reads t / (T / c).
  const input = (i: number) => (depthwise ? Math.floor((i % outputs) / (outputs / channels)) : i % channels);
  const output = (i: number) => (depthwise ? i % outputs : Math.floor(i / window));
  const bias = Float64Array.from(layer.bias);
  for (const [i, w] of layer.weights.entries()) bias[output(i)] += w * affine.bias[input(i)];
  return {
    ...layer,
    inputs: affine.inputs,
    weights: layer.weights.map((w, i) => w * affine.weights[input(i)]),
    bias: Float32Array.from(bias),
    int8: undefined,
  };
}
