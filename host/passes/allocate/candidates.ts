// What each layer can get.

import type { Graph } from "../../graph/graph.ts";
import { int8Bytes, planesBytes, semiBinaryBytes } from "../decompose/bytes.ts";
import {
  type Choice,
  type ChoiceOptions,
  chooseSchemes,
  matrixShape,
  planeCount,
  type WeightLayer,
} from "../decompose/choose.ts";
import type { Choices } from "./file-bytes.ts";

/** K from 8 up to 4·T, in steps of at least 4 and about 1/16 of T. */
const SMALLEST_RANK = 8;
export const LARGEST_RATIO = 4;

/** A layer whose scheme is open. */
export interface FreeLayer {
  index: number;
  name: string;
  T: number;
  S: number;
  choices: Choice[];
  /** The first or the last layer with weights, which the rule would leave int8. */
  end: boolean;
}

export interface Candidates {
  /** Layers that the rule, the source or the user's overrides decide. */
  fixed: Map<number, Choice>;
  free: FreeLayer[];
}

/** The fixed layers as they are, the free ones as `choose` says; in the order of the layers. */
export function allocated({ fixed, free }: Candidates, choose: (layer: FreeLayer, i: number) => Choice): Choices {
  const chosen = free.map((layer, i): [number, Choice] => [layer.index, choose(layer, i)]);
  return new Map([...fixed, ...chosen].sort(([a], [b]) => a - b));
}

export const INT8: Choice = { scheme: "int8" };

/** Layers that may get smaller, each with int8, K of semi-binary and N bits as far as they take fewer bytes than int8. */
export function candidates(graph: Graph, { overrides, ends }: Pick<ChoiceOptions, "overrides" | "ends">): Candidates {
  const rule = chooseSchemes(graph, { scheme: "semi-binary", rank: Number.MIN_VALUE, overrides, ends });
  const outermost = [[...rule.keys()].at(0), [...rule.keys()].at(-1)];
  const open = ([i, { scheme, reason }]: [number, Choice]) => {
    const own = overrides?.[graph.layers[i].name];
    return scheme === "semi-binary" && !reason && !own?.scheme && !own?.rank;
  };
  const free = [...rule].filter(open).map(([index]): FreeLayer => {
    const layer = graph.layers[index] as WeightLayer;
    const shape = matrixShape(layer);
    return { index, name: layer.name, ...shape, choices: choicesOf(shape), end: outermost.includes(index) };
  });
  return { fixed: new Map([...rule].filter((entry) => !open(entry))), free };
}

function choicesOf(layer: { T: number; S: number }): Choice[] {
  const step = rankStep(layer);
  const ranks: Choice[] = [];
  for (let rank = SMALLEST_RANK; rank <= LARGEST_RATIO * layer.T; rank += step)
    ranks.push({ scheme: "semi-binary", rank });
  const bits = [1, 2, 3, 4].map((n): Choice => ({ scheme: `bits:${n}` }));
  const smaller = [...ranks, ...bits].filter((choice) => choiceBytes(layer, choice) < int8Bytes(layer.T, layer.S));
  return [...smaller, INT8];
}

export function rankStep({ T }: { T: number }): number {
  return 4 * Math.max(1, Math.round(T / 64));
}

/** Bytes of a layer's data in the file, alignment left aside. */
export function choiceBytes({ T, S }: { T: number; S: number }, { scheme, rank }: Choice): number {
  if (scheme === "int8") return int8Bytes(T, S);
  return scheme === "semi-binary" ? semiBinaryBytes(T, S, rank!) : planesBytes(T, S, planeCount(scheme));
}
