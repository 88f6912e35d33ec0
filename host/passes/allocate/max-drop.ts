// The smallest network that still answers as the original does.

import type { Samples } from "../../options.ts";
import { answers } from "../../report/agreement.ts";
import { allocated, INT8 } from "./candidates.ts";
import { smallest } from "./limit.ts";
import { pick } from "./pick.ts";
import type { Found, Search, Trial } from "./search.ts";
import { uniformRank } from "./uniform.ts";

/** Sizes tried: they halve what remains of the range, in logarithms, so the result is within 4 % of the border. */
const SIZES = 6;

/**
 * The smallest allocation found of which at most `drop` (0…1) of the held-back answers differ from the original
 * network's. Sizes between the smallest and `most`, that of int8, are bisected; each is filled by a knapsack over
 * sensitivities measured in the middle of the range, and solved and judged. All int8 if nothing smaller passes.
 */
export async function forDrop(search: Search, held: Samples, drop: number, most: number): Promise<Found> {
  const { open, cost, step } = search;
  const int8 = await search.attempt(
    "int8",
    allocated(open, () => INT8),
  );
  const wanted = await answers(search.graph, held);
  const passes = async ({ graph }: Trial) => {
    const own = await answers(graph, held);
    return own.filter((answer, i) => answer !== wanted[i]).length <= drop * held.count;
  };
  let found: Found = { trial: int8 };
  if (open.free.length === 0) return found;
  let [low, high] = [cost(smallest(open)), most];
  step(SIZES + 1);
  const middle = Math.sqrt(low * high);
  const context = await search.attempt("uniform K / T", uniformRank(open, cost, middle) ?? smallest(open));
  const sensitivities = await search.measure(context);
  for (let i = 0; i < SIZES; i++) {
    step(SIZES + 1);
    const limit = Math.floor(Math.sqrt(low * high));
    const choices = pick(open, sensitivities, cost, limit);
    const trial = choices && (await search.attempt("knapsack", choices));
    if (trial && (await passes(trial))) {
      found = { trial, sensitivities };
      high = limit;
    } else low = limit;
  }
  step(SIZES + 1);
  return found;
}
