// One scheme for all layers: what an allocation must beat, and where its search starts.

import type { Choice } from "../decompose/choose.ts";
import { allocated, type Candidates, choiceBytes, type FreeLayer, INT8, rankStep } from "./candidates.ts";
import type { Choices } from "./file-bytes.ts";
import type { Cost } from "./limit.ts";

/** K / T in steps of 1 / RATIOS, up to 4. */
const RATIOS = 64;

/** The largest K / T, the same for all free layers, whose cost is within the limit, its last bytes filled. */
export function uniformRank(candidates: Candidates, cost: Cost, limit: number): Choices | undefined {
  const at = (ratio: number) => withAll(candidates, ({ T }) => rankChoice(Math.round((ratio * T) / RATIOS)));
  const ratio = largest(4 * RATIOS, (n) => cost(at(n)) <= limit);
  return ratio === 0 ? undefined : fill(candidates, at(ratio), cost, limit);
}

/** The most bits, the same for all free layers, that are within the limit. */
export function uniformBits(candidates: Candidates, cost: Cost, limit: number): Choices | undefined {
  const at = (n: number) => withAll(candidates, () => ({ scheme: `bits:${n}` }));
  const bits = largest(4, (n) => cost(at(n)) <= limit);
  return bits === 0 ? undefined : at(bits);
}

const rankChoice = (K: number): Choice => ({ scheme: "semi-binary", rank: Math.max(1, K) });

/** int8 where that would not be larger. */
function withAll(candidates: Candidates, choose: (layer: FreeLayer) => Choice): Choices {
  return allocated(candidates, (layer) => {
    const choice = choose(layer);
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

/** K raised a step at a time where K / T is least, as long as the limit allows; other schemes are left. */
export function fill({ free }: Candidates, choices: Choices, cost: Cost, limit: number): Choices {
  let filled = new Map(choices);
  const ratio = (i: number, T: number) => filled.get(i)!.rank! / T;
  let open = free.filter(({ index, T }) => {
    const { scheme, rank } = filled.get(index)!;
    return scheme === "semi-binary" && rank! < 4 * T;
  });
  while (open.length > 0) {
    const next = open.reduce((a, b) => (ratio(b.index, b.T) < ratio(a.index, a.T) ? b : a));
    const rank = Math.min(4 * next.T, filled.get(next.index)!.rank! + rankStep(next));
    const raised = new Map(filled).set(next.index, rankChoice(rank));
    const fits = cost(raised) <= limit && choiceBytes(next, rankChoice(rank)) < choiceBytes(next, INT8);
    if (fits) filled = raised;
    if (!fits || rank === 4 * next.T) open = open.filter((layer) => layer !== next);
  }
  return filled;
}
