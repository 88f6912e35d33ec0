import type { DepthwiseConv2D, Elementwise, Graph, Layer, TensorId } from "../graph/graph.ts";
import { isInt8, producersOf, readersOf } from "./edges.ts";
import { isAffine } from "./fold-affine.ts";

/** float32 of ⅙ comes out of exporters as ⅙ itself or as the inverse of 6. */
const CLOSE = 1e-6;

/**
 * Recognises x·Relu6(x + 3)/6 and x·(Relu6(x + 3)/6), as exporters without a HardSwish operator write it, and makes it
 * one Elementwise HardSwish. Float networks only. Layers left without readers are for removeDead.
 */
export function recogniseHardSwish(graph: Graph): Graph {
  if (isInt8(graph)) return graph;
  const producers = producersOf(graph);
  const readers = readersOf(graph);
  const swish = (layer: Layer, x: TensorId): Elementwise => ({
    kind: "Elementwise",
    function: "HardSwish",
    name: layer.name,
    inputs: [x],
    output: layer.output,
  });
  const layers = graph.layers.map((layer) => {
    if (layer.kind === "Mul") {
      const x = gatedBy(layer, (gate) => clippedSum(graph, producers, sixthOf(graph, producers[gate])));
      return x === undefined ? layer : swish(layer, x);
    }
    const product = sixthOf(graph, layer);
    const mul = product === undefined ? undefined : producers[product];
    if (mul?.kind !== "Mul" || readers[mul.output].length !== 1) return layer;
    const x = gatedBy(mul, (gate) => clippedSum(graph, producers, gate));
    return x === undefined ? layer : swish(layer, x);
  });
  return { ...graph, layers };
}

/** For Mul(x, gate) in either order, the x for which `of(gate)` is x. */
function gatedBy(mul: Layer & { kind: "Mul" }, of: (gate: TensorId) => TensorId | undefined): TensorId | undefined {
  const [a, b] = mul.inputs;
  if (mul.activation !== "None") return undefined;
  if (of(b) === a) return a;
  return of(a) === b ? b : undefined;
}

/** t of a layer t/6. */
function sixthOf(graph: Graph, layer: Layer | undefined): TensorId | undefined {
  return isScaling(graph, layer, 1 / 6, 0) ? layer.inputs[0] : undefined;
}

/** x of a tensor Relu6(x + 3). */
function clippedSum(
  graph: Graph,
  producers: (Layer | undefined)[],
  tensor: TensorId | undefined,
): TensorId | undefined {
  const clip = tensor === undefined ? undefined : producers[tensor];
  if (clip?.kind !== "Elementwise" || clip.function !== "Relu6") return undefined;
  const sum = producers[clip.inputs[0]];
  return isScaling(graph, sum, 1, 3) ? sum.inputs[0] : undefined;
}

function isScaling(graph: Graph, layer: Layer | undefined, scale: number, shift: number): layer is DepthwiseConv2D {
  if (layer === undefined || !isAffine(graph, layer) || layer.activation !== "None") return false;
  return (
    layer.weights.every((s) => Math.abs(s - scale) < CLOSE) && layer.bias.every((b) => Math.abs(b - shift) < CLOSE)
  );
}
