// The allocation that measured sensitivities promise most of.

import type { Choice } from "../decompose/choose.ts";
import { allocated, type Candidates, choiceBytes, type FreeLayer, INT8 } from "./candidates.ts";
import type { Choices } from "./file-bytes.ts";
import { knapsack } from "./knapsack.ts";
import { type Cost, layerBytes } from "./limit.ts";
import type { Sensitivity } from "./sensitivity.ts";
import { fill } from "./uniform.ts";

/**
 * The allocation of least predicted loss within the limit, its last bytes filled, of those choices of the free layers that are allowed.
 * undefined: none fits. Free layers and sensitivities are in the same order.
 */
export function pick(
  candidates: Candidates,
  sensitivities: readonly Sensitivity[],
  cost: Cost,
  limit: number,
  allowed: (layer: FreeLayer, choice: Choice) => boolean = () => true,
): Choices | undefined {
  const { free } = candidates;
  const groups = free.map((layer, i) =>
    layer.choices
      .filter((choice) => allowed(layer, choice))
      .map((choice) => ({ choice, bytes: choiceBytes(layer, choice), loss: sensitivities[i].loss(choice) }))
      .filter(({ loss }) => Number.isFinite(loss)),
  );
  const int8 = allocated(candidates, () => INT8);
  let capacity = limit - cost(int8) + layerBytes(free, int8);
  for (;;) {
    const taken = knapsack(groups, capacity);
    if (!taken) return undefined;
    const choices = allocated(candidates, (_, g) => groups[g][taken[g]].choice);
    const over = cost(choices) - limit;
    if (over <= 0) return fill(candidates, choices, cost, limit);
    capacity -= over; // alignment between arrays
  }
}
