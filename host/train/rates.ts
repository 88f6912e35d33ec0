// How fast each parameter moves.

import { size } from "../graph/graph.ts";
import type { Parameters, Role } from "./parameters.ts";

/** Of latent numbers by role. Signs turn at 0, and latent signs start within ±0.5; levels are 2 apart. */
const LATENT: Partial<Record<Role, number>> = { u: 2e-3, v: 2e-3, planes: 2e-3, levels: 4e-3 };
/** All others, relative to the mean magnitude of the parameter's numbers. */
const RELATIVE = 6e-3;

/** Learning rate of every number. */
export function learningRates({ list, values }: Parameters): Float32Array {
  const rates = new Float32Array(values.length);
  for (const { role, shape, offset } of list) {
    const end = offset + size(shape);
    let sum = 0;
    for (let i = offset; i < end; i++) sum += Math.abs(values[i]);
    rates.fill(LATENT[role] ?? RELATIVE * (sum / (end - offset)), offset, end);
  }
  return rates;
}
