// How fast each parameter moves.

import { size } from "../graph/graph.ts";
import type { Parameters, Role } from "./parameters.ts";

/** Latent numbers lie between −1 and 1: a step a batch. */
const LATENT = 2e-3;
/** All others, relative to the mean magnitude of the parameter's numbers. */
const RELATIVE = 6e-3;

const LATENT_ROLES: ReadonlySet<Role> = new Set<Role>(["u", "v", "planes"]);

/** Learning rate of every number. */
export function learningRates({ list, values }: Parameters): Float32Array {
  const rates = new Float32Array(values.length);
  for (const { role, shape, offset } of list) {
    const end = offset + size(shape);
    let sum = 0;
    for (let i = offset; i < end; i++) sum += Math.abs(values[i]);
    rates.fill(LATENT_ROLES.has(role) ? LATENT : RELATIVE * (sum / (end - offset)), offset, end);
  }
  return rates;
}
