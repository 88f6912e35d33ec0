// Which layers are decomposed, and how: the rule, and the user's overrides by layer name.

import { HalfbitError } from "../../errors.ts";
import type { Conv2D, DepthwiseConv2D, FullyConnected, Graph, Layer } from "../../graph/graph.ts";
import type { CompileOptions, Scheme } from "../../options.ts";
import { solvable } from "../../solve/semi-binary.ts";
import { int8Bytes, planesBytes, semiBinaryBytes } from "./bytes.ts";

export type WeightLayer = Conv2D | DepthwiseConv2D | FullyConnected;

export interface Choice {
  scheme: Scheme;
  /** K of a semi-binary layer. */
  rank?: number;
  /** Why it is not the scheme that was asked for. */
  reason?: string;
}

export interface ChoiceOptions extends Pick<CompileOptions, "scheme" | "rank" | "overrides"> {
  /** The first and the last layer with weights as any other; otherwise they stay int8. */
  ends?: boolean;
}

/** K is a u16 of the layer record. */
const MAX_RANK = 65_535;

export function isWeightLayer(layer: Layer): layer is WeightLayer {
  return layer.kind === "Conv2D" || layer.kind === "DepthwiseConv2D" || layer.kind === "FullyConnected";
}

/** T output channels, S weights a channel. */
export function matrixShape(layer: WeightLayer): { T: number; S: number } {
  return { T: layer.bias.length, S: layer.weights.length / layer.bias.length };
}

/**
 * Largest S of a Gram matrix H (8·S² bytes, and two more of the kind while a target is computed: 0.6 GB), and most T·S²,
 * which every product with H takes (some 20 s). Layers above are solved for their weights alone: of AlexNet's fully
 * connected layers the two of 4096 outputs, one of which took more than 6 minutes with H.
 */
const MAX_GRAM = 5120;
const MAX_GRAM_WORK = 2 ** 34;

export function gramFits(layer: WeightLayer): boolean {
  const { T, S } = matrixShape(layer);
  return S <= MAX_GRAM && T * S ** 2 <= MAX_GRAM_WORK;
}

/**
 * Up to so many weights, K is a share of T even where S is smaller: a convolution of a shortcut, whose few bytes decide
 * what all layers behind it see.
 */
const SMALL = 4096;

/**
 * A choice for every layer with weights, by index into graph.layers. An override of a layer decides; else the first
 * and the last layer with weights, depthwise and grouped convolutions, and layers that would not get smaller stay int8.
 */
export function chooseSchemes(graph: Graph, options: ChoiceOptions): Map<number, Choice> {
  const indices = [...graph.layers.keys()].filter((i) => isWeightLayer(graph.layers[i]));
  checkNames(graph, options.overrides ?? {});
  return new Map(
    indices.map((i) => {
      const layer = graph.layers[i] as WeightLayer;
      const end = i === indices[0] ? "first" : i === indices.at(-1) ? "last" : undefined;
      return [i, choose(layer, options.ends ? undefined : end, options)];
    }),
  );
}

function choose(layer: WeightLayer, end: "first" | "last" | undefined, options: ChoiceOptions): Choice {
  const override = options.overrides?.[layer.name];
  const wanted = override?.scheme ?? options.scheme;
  const { T, S } = matrixShape(layer);
  // Exact, not a multiple of 8: the few unused bits of a packed row of U cost less than terms left out.
  const terms = (override?.rank ?? options.rank) * (T * S > SMALL ? Math.min(T, S) : T);
  const rank = wanted === "semi-binary" ? Math.min(MAX_RANK, Math.max(1, Math.round(terms))) : undefined;
  const chosen: Choice = { scheme: wanted, rank };
  const stays = (reason: string): Choice => ({ scheme: "int8", reason });
  if (layer.kind !== "DepthwiseConv2D" && layer.binary) return recognised(layer.binary, layer.name, override?.scheme);
  if (wanted === "int8") return { scheme: "int8" };
  const undecomposable = cannotDecompose(layer);
  if (undecomposable && override?.scheme) {
    throw new HalfbitError(
      "E_OVERRIDES",
      `layer ${layer.name}: ${undecomposable}, it cannot be ${wanted}; take it out of the overrides`,
    );
  }
  if (undecomposable) return stays(undecomposable);
  if (override?.scheme || override?.rank) return chosen;
  if (end) return stays(`the ${end} layer with weights`);
  if (rank && !solvable({ T, S, K: rank })) {
    const bits = Math.min(4, Math.ceil((rank * (T + S)) / (T * S))); // what U and V take a weight
    return { scheme: `bits:${bits}`, reason: `K = ${rank} of ${T} × ${S} weights is too much for the solver` };
  }
  const bytes = rank ? semiBinaryBytes(T, S, rank) : planesBytes(T, S, planeCount(wanted));
  const dense = int8Bytes(T, S);
  return bytes < dense ? chosen : stays(`${wanted} would take ${bytes} bytes, int8 takes ${dense}`);
}

function cannotDecompose(layer: WeightLayer): string | undefined {
  if (layer.kind === "DepthwiseConv2D") return "a depthwise convolution";
  return layer.kind === "Conv2D" && layer.groups > 1 ? "a convolution in groups" : undefined;
}

/** A layer that came decomposed is packed as it is. */
function recognised(binary: NonNullable<Conv2D["binary"]>, name: string, override: Scheme | undefined): Choice {
  if (override) {
    throw new HalfbitError("E_OVERRIDES", `layer ${name} is decomposed in the source and is kept; no scheme applies`);
  }
  const reason = "decomposed in the source";
  if (binary.scheme === "semi-binary") return { scheme: "semi-binary", rank: binary.rank, reason };
  return { scheme: `planes:${binary.planes}`, reason };
}

/** Planes of a scheme that is not semi-binary: N of planes:N and bits:N; sign(W) and α·B have one. */
export function planeCount(scheme: Scheme): number {
  return Number(scheme.split(":")[1] ?? 1);
}

function checkNames(graph: Graph, overrides: Record<string, unknown>): void {
  const names = graph.layers.filter(isWeightLayer).map((layer) => layer.name);
  const unknown = Object.keys(overrides).filter((name) => !names.includes(name));
  if (unknown.length === 0) return;
  throw new HalfbitError(
    "E_OVERRIDES",
    `no layer with weights is called ${unknown.map((name) => `"${name}"`).join(", ")}; there are: ${names.join(", ")}`,
  );
}
