import { power } from "../solve/portable.ts";

/** Adam (Kingma and Ba 2015) on flat arrays, one learning rate a number. State is what a checkpoint has to keep. */
export interface AdamState {
  step: number;
  mean: Float32Array;
  square: Float32Array;
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

export function adamState(length: number): AdamState {
  return { step: 0, mean: new Float32Array(length), square: new Float32Array(length) };
}

/** One step: values −= factor·rates·m̂ / (√v̂ + ε), in place. */
export function adamStep(
  state: AdamState,
  values: Float32Array,
  gradient: Float32Array,
  rates: Float32Array,
  factor: number,
): void {
  state.step++;
  const mean = 1 - power(BETA1, state.step);
  const square = 1 - power(BETA2, state.step);
  for (let i = 0; i < values.length; i++) {
    const g = gradient[i];
    state.mean[i] += (1 - BETA1) * (g - state.mean[i]);
    state.square[i] += (1 - BETA2) * (g * g - state.square[i]);
    values[i] -= (factor * rates[i] * (state.mean[i] / mean)) / (Math.sqrt(state.square[i] / square) + EPSILON);
  }
}
