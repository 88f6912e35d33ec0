// One item of every group, together within a capacity, at the least loss: the multiple-choice knapsack.

export interface Item {
  bytes: number;
  loss: number;
}

/** Capacities told apart; beyond, bytes are counted in larger units, rounded up. */
const STATES = 2 ** 15;

/**
 * The index of the item to take from every group so that Σ bytes ≤ capacity and Σ loss is least, by dynamic
 * programming over capacities; of equal losses the fewest bytes. undefined: not even the smallest items fit.
 * Exact up to a capacity of 2^15; above, an item counts for up to capacity / 2^15 bytes too many.
 * O(items · min(capacity, 2^15)).
 */
export function knapsack(groups: readonly (readonly Item[])[], capacity: number): number[] | undefined {
  const unit = Math.max(1, Math.ceil(capacity / STATES));
  const states = Math.floor(capacity / unit);
  if (states < 0) return undefined;
  // best[c]: least loss of the groups so far with exactly c units.
  let best = new Float64Array(states + 1).fill(Number.POSITIVE_INFINITY);
  best[0] = 0;
  const taken = groups.map((items) => {
    const next = new Float64Array(states + 1).fill(Number.POSITIVE_INFINITY);
    const choice = new Uint16Array(states + 1);
    for (const [j, { bytes, loss }] of items.entries()) {
      const units = Math.ceil(bytes / unit);
      for (let c = units; c <= states; c++) {
        const total = best[c - units] + loss;
        if (total >= next[c]) continue;
        next[c] = total;
        choice[c] = j;
      }
    }
    best = next;
    return choice;
  });
  let at = 0;
  for (let c = 1; c <= states; c++) if (best[c] < best[at]) at = c;
  if (best[at] === Number.POSITIVE_INFINITY) return undefined;
  return groups
    .map((_, g) => g)
    .reverse()
    .map((g) => {
      const j = taken[g][at];
      at -= Math.ceil(groups[g][j].bytes / unit);
      return j;
    })
    .reverse();
}
