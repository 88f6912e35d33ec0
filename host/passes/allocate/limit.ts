// What an allocation must keep to.

import { HalfbitError } from "../../errors.ts";
import type { Graph } from "../../graph/graph.ts";
import type { Target } from "../../options.ts";
import type { Metadata } from "../../program.ts";
import { allocated, type Candidates, choiceBytes, type FreeLayer } from "./candidates.ts";
import { type Choices, fileBytes } from "./file-bytes.ts";

/** Bytes of the model file, or of the part of it that is limited. */
export type Cost = (choices: Choices) => number;

/** What counts towards the target, and how much of it there may be; as much as int8 takes where the target is no size. */
export function limitOf(
  graph: Graph,
  candidates: Candidates,
  target: Target,
  metadata: Metadata,
): { cost: Cost; limit: number } {
  const { free } = candidates;
  if (target.kind === "bits") {
    const weights = free.reduce((sum, { T, S }) => sum + T * S, 0);
    const cost: Cost = (choices) => layerBytes(free, choices);
    return { cost, limit: checked(candidates, cost, Math.floor((target.bits * weights) / 8), target, weights) };
  }
  const cost: Cost = (choices) => fileBytes(graph, choices, metadata);
  const limit = target.kind === "budget" ? target.bytes : cost(candidates.fixed);
  return { cost, limit: checked(candidates, cost, limit, target, 0) };
}

export function layerBytes(free: readonly FreeLayer[], choices: Choices): number {
  return free.reduce((sum, layer) => sum + choiceBytes(layer, choices.get(layer.index)!), 0);
}

/** Every free layer at its fewest bytes. */
export function smallest(candidates: Candidates): Choices {
  return allocated(candidates, (layer) =>
    layer.choices.reduce((a, b) => (choiceBytes(layer, b) < choiceBytes(layer, a) ? b : a)),
  );
}

function checked(candidates: Candidates, cost: Cost, limit: number, target: Target, weights: number): number {
  const least = cost(smallest(candidates));
  if (least <= limit) return limit;
  if (target.kind === "bits") {
    const bits = Math.ceil((800 * least) / weights) / 100;
    throw new HalfbitError(
      "E_BUDGET",
      `${target.bits} bits a weight cannot be reached; the smallest possible is --bits ${bits}`,
    );
  }
  const hint = candidates.free.length > 0 ? "" : "; no layer of it can be decomposed";
  throw new HalfbitError(
    "E_BUDGET",
    `the network does not fit ${limit} bytes; the smallest possible is --budget ${least}${hint}`,
  );
}
