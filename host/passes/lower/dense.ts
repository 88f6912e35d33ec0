import type { Int8Weights, Quantisation } from "../../graph/graph.ts";
import type { ProgramLayer } from "../../program.ts";
import { quantiseMultiplier } from "./multiplier.ts";

/**
 * int8 weights, bias and requantisation of Conv2D, DepthwiseConv2D and FullyConnected: multiplier s_x·s_w[t] / s_y.
 * TFLite forms the product in float32 where FullyConnected has one scale for all weights, else in double.
 */
export function lowerDense(
  layer: ProgramLayer,
  int8: Int8Weights,
  from: Quantisation,
  to: Quantisation,
  float32Product: boolean,
): void {
  const channels = int8.bias.length;
  layer.weights = new Uint8Array(int8.values.buffer, int8.values.byteOffset, int8.values.length);
  layer.bias = int8.bias;
  layer.multipliers = new Int32Array(channels);
  layer.shifts = new Int32Array(channels);
  for (let t = 0; t < channels; t++) {
    const product = from.scale * int8.scales[int8.scales.length === 1 ? 0 : t];
    const { multiplier, shift } = quantiseMultiplier((float32Product ? Math.fround(product) : product) / to.scale);
    layer.multipliers[t] = multiplier;
    layer.shifts[t] = shift;
  }
}
