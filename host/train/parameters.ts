// What training changes, as one flat array of numbers, and the way back into a graph.

import { type Graph, type Layer, type PlanesWeights, type SemiBinaryWeights, size } from "../graph/graph.ts";
import { isWeightLayer, matrixShape, type WeightLayer } from "../passes/decompose/choose.ts";
import { levelsOf, mostOf, nearestLevel, planesOf } from "../solve/levels.ts";
import { mulberry32 } from "../solve/random.ts";
import { signOf } from "../solve/rank-one.ts";

/** How a parameter's numbers are used. */
export type Role =
  | "weights" // as they are: int8 layers, whose rounding is fine enough to leave out
  | "bias"
  | "u" // signs of which count, T × K
  | "v" // K × S
  | "d" // K
  | "r" // T
  | "levels" // of which the nearest level counts (solve/levels.ts), T × S
  | "half" // T
  | "planes" // signs of which count, planes × T × S
  | "alpha"; // T × planes

export interface Parameter {
  /** Index into graph.layers. */
  layer: number;
  role: Role;
  shape: number[];
  /** Place in the flat array. */
  offset: number;
}

export interface Parameters {
  list: Parameter[];
  values: Float32Array;
}

/**
 * Latent numbers start between these two from 0, on the side of their sign: Adam moves one by about the learning rate a
 * step, so those near 0 change sign soon and the others only under a steady pull.
 */
const LATENT_LEAST = 0.05;
const LATENT_MOST = 0.5;

/** Parameters of every layer with weights, from its present weights. The seed spreads the latent numbers. */
export function parametersOf(graph: Graph, seed: number): Parameters {
  const random = mulberry32(seed);
  const parts: { layer: number; role: Role; shape: number[]; values: ArrayLike<number> }[] = [];
  graph.layers.forEach((layer, index) => {
    if (!isWeightLayer(layer)) return;
    const add = (role: Role, shape: number[], values: ArrayLike<number>) =>
      parts.push({ layer: index, role, shape, values });
    const latent = (signs: Int8Array) =>
      new Float32Array(signs).map((sign) => sign * (LATENT_LEAST + (LATENT_MOST - LATENT_LEAST) * random()));
    const { T, S } = matrixShape(layer);
    const binary = layer.kind === "DepthwiseConv2D" ? undefined : layer.binary;
    if (!binary) add("weights", [layer.weights.length], layer.weights);
    else if (binary.scheme === "semi-binary") {
      add("u", [T, binary.rank], latent(binary.u));
      add("d", [1, binary.rank], binary.d);
      add("v", [binary.rank, S], latent(binary.v));
      add("r", [T, 1], binary.r);
    } else if (levelsOf(binary)) {
      const { levels, half } = levelsOf(binary)!;
      add("levels", [T, S], latentLevels(levels, half, layer.weights));
      add("half", [T, 1], half);
    } else {
      add("planes", [binary.planes, T, S], latent(binary.bits));
      add("alpha", [T, binary.planes], binary.alpha);
    }
    add("bias", [T], layer.bias);
  });
  let offset = 0;
  const list = parts.map(({ layer, role, shape, values }) => {
    const parameter = { layer, role, shape, offset };
    offset += values.length;
    return parameter;
  });
  const values = new Float32Array(offset);
  for (const [i, part] of parts.entries()) values.set(part.values, list[i].offset);
  return { list, values };
}

/** The graph with the parameters' weights. d and r become positive: their signs move into V and U. */
export function withParameters(graph: Graph, { list, values }: Parameters): Graph {
  const layers = graph.layers.map((layer, index): Layer => {
    const own = new Map(
      list
        .filter((parameter) => parameter.layer === index)
        .map(({ role, shape, offset }) => [role, values.slice(offset, offset + size(shape))]),
    );
    if (own.size === 0) return layer;
    return updated(layer as WeightLayer, own);
  });
  return { ...graph, layers };
}

function updated(layer: WeightLayer, own: Map<Role, Float32Array>): Layer {
  const bias = own.get("bias")!;
  if (layer.kind === "DepthwiseConv2D") return { ...layer, weights: own.get("weights")!, bias, int8: undefined };
  const { binary } = layer;
  if (!binary) return { ...layer, weights: own.get("weights")!, bias, int8: undefined };
  return { ...layer, bias, binary: binary.scheme === "semi-binary" ? semiBinary(binary, own) : planes(binary, own) };
}

function semiBinary({ rank }: SemiBinaryWeights, own: Map<Role, Float32Array>): SemiBinaryWeights {
  const [d, r] = [own.get("d")!, own.get("r")!];
  const S = own.get("v")!.length / rank;
  return {
    scheme: "semi-binary",
    rank,
    u: new Int8Array(own.get("u")!.map((x, i) => signOf(x) * signOf(r[Math.floor(i / rank)]))),
    d: Float64Array.from(d, Math.abs),
    v: new Int8Array(own.get("v")!.map((x, i) => signOf(x) * signOf(d[Math.floor(i / S)]))),
    r: Float64Array.from(r, Math.abs),
  };
}

/**
 * Latent levels start where the original weights lie, w / half, as far as the solver's level stays the nearest: levels
 * are an even distance apart, so at most this far from it.
 */
const LEVEL_REACH = 0.9;

function latentLevels(levels: Float64Array, half: Float64Array, weights: Float32Array): Float32Array {
  const S = levels.length / half.length;
  return Float32Array.from(levels, (level, i) => {
    const wanted = weights[i] / half[Math.floor(i / S)] - level;
    return level + Math.max(-LEVEL_REACH, Math.min(LEVEL_REACH, wanted || 0)); // no number where half is 0
  });
}

/** half becomes positive: its sign moves into the levels. */
function uniform(planes: number, own: Map<Role, Float32Array>): PlanesWeights {
  const half = own.get("half")!;
  const S = own.get("levels")!.length / half.length;
  const levels = own.get("levels")!.map((x, i) => signOf(half[Math.floor(i / S)]) * nearestLevel(x, mostOf(planes)));
  return planesOf({ levels: Float64Array.from(levels), half: Float64Array.from(half, Math.abs) }, planes);
}

function planes({ planes: count }: PlanesWeights, own: Map<Role, Float32Array>): PlanesWeights {
  if (own.has("levels")) return uniform(count, own);
  return {
    scheme: "planes",
    planes: count,
    bits: new Int8Array(own.get("planes")!.map(signOf)),
    alpha: Float64Array.from(own.get("alpha")!),
  };
}
