// One scheme for all layers: what an allocation must beat, and where its search starts.

import type { Choice } from "../decompose/choose.ts";
import {
  allocated,
  type Candidates,
  choiceBytes,
  type FreeLayer,
  INT8,
  LARGEST_RATIO,
  rankStep,
} from "./candidates.ts";
import type { Choices } from "./file-bytes.ts";
import type { Cost } from "./limit.ts";

/** K / T in steps of 1 / RATIOS. */
const RATIOS = 64;

/** The largest K / T, the same for all free layers but the ends, whose cost is within the limit, its last bytes filled. */
export function uniformRank(candidates: Candidates, cost: Cost, limit: number, ends = INT8): Choices | undefined {
  const at = (ratio: number) => withAll(candidates, ({ T }) => rankChoice(Math.round((ratio * T) / RATIOS)), ends);
  const ratio = largest(LARGEST_RATIO * RATIOS, (n) => cost(at(n)) <= limit);
  return ratio === 0 ? undefined : fill(candidates, at(ratio), cost, limit);
}

/** The most bits, the same for all free layers but the ends, which are int8, that are within the limit. */
export function uniformBits(candidates: Candidates, cost: Cost, limit: number): Choices | undefined {
  const at = (n: number) => withAll(candidates, () => ({ scheme: `bits:${n}` }), INT8);
  const bits = largest(4, (n) => cost(at(n)) <= limit);
  return bits === 0 ? undefined : at(bits);
}

const rankChoice = (K: number): Choice => ({ scheme: "semi-binary", rank: Math.max(1, K) });

/** int8 where that would not be larger. */
function withAll(candidates: Candidates, choose: (layer: FreeLayer) => Choice, ends: Choice): Choices {
  return allocated(candidates, (layer) => {
    const choice = layer.end ? ends : choose(layer);
    return choiceBytes(layer, choice) < choiceBytes(layer, INT8) ? choice : INT8;
  });
}

/** Largest n from 1 to `most` that passes, given that all below the largest do; 0: none. */
function largest(most: number, passes: (n: number) => boolean): number {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (passes(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** K raised a step at a time where K / T is least, as long as the limit has it; other schemes are left. */
export function fill({ free }: Candidates, choices: Choices, cost: Cost, limit: number): Choices {
  let filled = choices;
  const ratio = ({ index, T }: FreeLayer) => filled.get(index)!.rank! / T;
  let open = free.filter(({ index }) => filled.get(index)!.scheme === "semi-binary");
  while (open.length > 0) {
    const next = open.reduce((a, b) => (ratio(b) < ratio(a) ? b : a));
    const raised = rankChoice(filled.get(next.index)!.rank! + rankStep(next));
    const taken = new Map(filled).set(next.index, raised);
    const smaller = choiceBytes(next, raised) < choiceBytes(next, INT8) && raised.rank! <= LARGEST_RATIO * next.T;
    if (smaller && cost(taken) <= limit) filled = taken;
    else open = open.filter((layer) => layer !== next);
  }
  return filled;
}
