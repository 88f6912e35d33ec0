import type { Conv2D, FullyConnected, Graph, Layer, SemiBinaryWeights } from "../graph/graph.ts";
import { signOf } from "../solve/rank-one.ts";
import { reconstruct } from "../solve/reconstruct.ts";
import { isInt8, producersOf, readersOf, withLayers } from "./edges.ts";

/**
 * Recognises networks trained in decomposed form: conv_v with weights ±d_k (its scaling folded in) and neither bias nor
 * activation, read only by a 1×1 conv_u with weights ±r_t. Together they are W = diag(r)·U·diag(d)·V: one layer with
 * exactly these signs and magnitudes. FullyConnected pairs likewise. Runs after foldAffine. Float networks only.
 */
export function recogniseSemiBinary(graph: Graph): Graph {
  if (isInt8(graph)) return graph;
  const readers = readersOf(graph);
  const producers = producersOf(graph);
  const replaced = new Map<Layer, Layer | undefined>();
  for (const second of graph.layers) {
    if (!isProduct(second) || second.binary) continue;
    const first = producers[second.inputs[0]];
    if (first === undefined || !isProduct(first) || first.kind !== second.kind || readers[first.output].length !== 1)
      continue;
    if (replaced.has(first) || first.activation !== "None" || first.bias.some((b) => b !== 0)) continue;
    if (!readsPixels(first, second)) continue;
    const binary = semiBinary(first, second);
    if (binary === undefined) continue;
    replaced.set(first, undefined);
    replaced.set(second, joined(first, second, binary));
  }
  return withLayers(graph, replaced);
}

function isProduct(layer: Layer): layer is Conv2D | FullyConnected {
  return layer.kind === "Conv2D" || layer.kind === "FullyConnected";
}

/** Whether the second layer multiplies every pixel of the first by a matrix, and both are one group. */
function readsPixels(first: Layer, second: Layer): boolean {
  if (first.kind !== "Conv2D" || second.kind !== "Conv2D") return true;
  const { kernel, stride, padding } = second.geometry;
  const point = [...kernel, ...stride].every((n) => n === 1) && Object.values(padding).every((n) => n === 0);
  return point && first.groups === 1 && second.groups === 1;
}

function semiBinary(first: Conv2D | FullyConnected, second: Conv2D | FullyConnected): SemiBinaryWeights | undefined {
  const rank = first.bias.length;
  const outputs = second.bias.length;
  // A single weight is always ± one magnitude; that says nothing about how the network was trained.
  if (first.weights.length / rank < 2 || rank < 2 || second.weights.length !== outputs * rank) return undefined;
  const v = signsAndMagnitudes(first.weights, rank);
  const u = signsAndMagnitudes(second.weights, outputs);
  if (u === undefined || v === undefined) return undefined;
  return { scheme: "semi-binary", rank, u: u.signs, d: v.magnitudes, v: v.signs, r: u.magnitudes };
}

/** A matrix as diag(magnitudes)·signs, where every row holds ± one number; a row of zeros has magnitude 0 and signs +. */
function signsAndMagnitudes(
  matrix: Float32Array,
  rows: number,
): { signs: Int8Array; magnitudes: Float64Array } | undefined {
  const columns = matrix.length / rows;
  const magnitudes = Float64Array.from({ length: rows }, (_, row) => Math.abs(matrix[row * columns]));
  if (magnitudes.every((m) => m === 0)) return undefined;
  for (let i = 0; i < matrix.length; i++)
    if (Math.abs(matrix[i]) !== magnitudes[Math.floor(i / columns)]) return undefined;
  return { signs: new Int8Array(matrix.map(signOf)), magnitudes };
}

function joined(
  first: Conv2D | FullyConnected,
  second: Conv2D | FullyConnected,
  binary: SemiBinaryWeights,
): Conv2D | FullyConnected {
  const { inputs } = first;
  const { name, output, bias, activation } = second;
  return {
    ...first,
    name,
    inputs,
    output,
    bias,
    activation,
    weights: reconstruct(binary, binary.r.length, binary.v.length / binary.rank),
    binary,
    int8: undefined,
  };
}
