import type { Int8Weights, Quantisation } from "../../graph/graph.ts";
import type { ProgramLayer } from "../../program.ts";
import { quantiseMultiplier } from "./multiplier.ts";
import { roundOnceMultiplier } from "./round-once.ts";

/** No sum of channel t, weights T × S, exceeds it: Σ|w|·max|x − z| + |bias|. */
function largestSum({ values, bias }: Int8Weights, t: number, zeroPoint: number): number {
  const window = values.length / bias.length;
  let sum = 0;
  for (let s = t * window; s < (t + 1) * window; s++) sum += Math.abs(values[s]);
  return sum * Math.max(zeroPoint + 128, 127 - zeroPoint) + Math.abs(bias[t]);
}

/**
 * int8 weights, bias and requantisation of Conv2D, DepthwiseConv2D and FullyConnected: multiplier s_x·s_w[t] / s_y.
 */
export function lowerDense(layer: ProgramLayer, int8: Int8Weights, from: Quantisation, to: Quantisation): void {
  const channels = int8.bias.length;
  layer.weights = new Uint8Array(int8.values.buffer, int8.values.byteOffset, int8.values.length);
  layer.bias = int8.bias;
  layer.multipliers = new Int32Array(channels);
  layer.shifts = new Int32Array(channels);
  for (let t = 0; t < channels; t++) {
    const factor = (from.scale * int8.scales[t]) / to.scale;
    const { multiplier, shift } =
      layer.kind === "FullyConnected"
        ? roundOnceMultiplier(factor, largestSum(int8, t, from.zeroPoint))
        : quantiseMultiplier(factor);
    layer.multipliers[t] = multiplier;
    layer.shifts[t] = shift;
  }
}
