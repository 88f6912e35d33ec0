import type { Int8Weights, Quantisation } from "../../graph/graph.ts";
import type { ProgramLayer } from "../../program.ts";
import { quantiseMultiplier } from "./multiplier.ts";

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
    const { multiplier, shift } = quantiseMultiplier((from.scale * int8.scales[t]) / to.scale);
    layer.multipliers[t] = multiplier;
    layer.shifts[t] = shift;
  }
}
