// The size of a model file before any layer of it is solved.

import type { Graph, Int8Weights, Layer, PlanesWeights, SemiBinaryWeights } from "../../graph/graph.ts";
import type { Metadata } from "../../program.ts";
import { writeModel } from "../../write.ts";
import { compact } from "../compact.ts";
import { type Choice, isWeightLayer, matrixShape, planeCount } from "../decompose/choose.ts";
import { fuseAdd } from "../fuse-add.ts";
import { lower } from "../lower/index.ts";

/** By index into graph.layers. */
export type Choices = ReadonlyMap<number, Choice>;

/**
 * Bytes of the model file, labels aside, when the layers of `graph` are stored as `choices` say; those it does not name
 * are int8. Exact: the passes run, on weights that are all 0, so that alignment, fused Adds and names count as they will.
 */
export function fileBytes(graph: Graph, choices: Choices, metadata: Metadata): number {
  const tensors = graph.tensors.map((tensor) => ({ ...tensor, quantisation: { scale: 1, zeroPoint: 0 } }));
  const layers = graph.layers.map((layer, i) => blank(layer, choices.get(i)));
  const { program, views } = lower({ ...graph, tensors, layers });
  const compacted = compact(fuseAdd(program, views), views).program;
  const selfTest = { seed: 0, checksums: compacted.layers.map(() => 0) };
  return writeModel({ ...compacted, metadata: { ...metadata, labels: undefined }, selfTest }).length;
}

/** The layer with weights of the shape that it is to get. */
function blank(layer: Layer, choice: Choice | undefined): Layer {
  if (!isWeightLayer(layer)) return layer;
  const { T, S } = matrixShape(layer);
  if (layer.kind === "DepthwiseConv2D" || !choice || choice.scheme === "int8") {
    return { ...layer, int8: blankInt8(T, S), ...(layer.kind === "DepthwiseConv2D" ? {} : { binary: undefined }) };
  }
  const binary = choice.scheme === "semi-binary" ? blankSemiBinary(T, S, choice.rank!) : blankPlanes(T, S, choice);
  return { ...layer, binary };
}

function blankInt8(T: number, S: number): Int8Weights {
  return { values: new Int8Array(T * S), scales: new Float64Array(T).fill(1), bias: new Int32Array(T) };
}

function blankSemiBinary(T: number, S: number, K: number): SemiBinaryWeights {
  const [d, r] = [K, T].map((n) => new Float64Array(n).fill(1));
  return { scheme: "semi-binary", rank: K, u: new Int8Array(T * K), d, v: new Int8Array(K * S), r, mScale: 1 };
}

function blankPlanes(T: number, S: number, { scheme }: Choice): PlanesWeights {
  const planes = planeCount(scheme);
  return { scheme: "planes", planes, bits: new Int8Array(planes * T * S), alpha: new Float64Array(planes * T).fill(1) };
}
