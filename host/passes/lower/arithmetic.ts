import * as f from "../../../format/layout.ts";
import type { Quantisation } from "../../graph/graph.ts";
import { quantiseMultiplier } from "./multiplier.ts";

/** ADD_* words: both operands at 20 extra bits over twice the larger scale (TFLite add.cc). */
export function addParameters(
  a: Quantisation,
  b: Quantisation,
  out: Quantisation,
  [min, max]: [number, number],
): Int32Array {
  const common = 2 * Math.max(a.scale, b.scale);
  const first = quantiseMultiplier(a.scale / common);
  const second = quantiseMultiplier(b.scale / common);
  const whole = quantiseMultiplier(common / (2 ** 20 * out.scale));
  const words = new Int32Array(f.ADD_WORDS);
  words[f.ADD_ZERO_1] = a.zeroPoint;
  words[f.ADD_MULTIPLIER_1] = first.multiplier;
  words[f.ADD_SHIFT_1] = first.shift;
  words[f.ADD_ZERO_2] = b.zeroPoint;
  words[f.ADD_MULTIPLIER_2] = second.multiplier;
  words[f.ADD_SHIFT_2] = second.shift;
  words[f.ADD_ZERO_OUT] = out.zeroPoint;
  words[f.ADD_MULTIPLIER_OUT] = whole.multiplier;
  words[f.ADD_SHIFT_OUT] = whole.shift;
  words[f.ADD_MIN] = min;
  words[f.ADD_MAX] = max;
  return words;
}

/** MUL_* words: s_a·s_b / s_y, which LiteRT forms in float32 (mul.cc). */
export function mulParameters(a: Quantisation, b: Quantisation, out: Quantisation): Int32Array {
  const { multiplier, shift } = quantiseMultiplier(Math.fround(Math.fround(a.scale * b.scale) / out.scale));
  return Int32Array.of(multiplier, shift);
}

/** MEAN_* words: s_x / (s_y · pixels), the division folded into the multiplier (TFLite QuantizedMeanOrSum). */
export function meanParameters(from: Quantisation, to: Quantisation, pixels: number): Int32Array {
  const { multiplier, shift } = quantiseMultiplier(from.scale / to.scale);
  const extra = Math.min(31 - Math.clz32(pixels), 32, 31 + shift);
  return Int32Array.of(Number((BigInt(multiplier) << BigInt(extra)) / BigInt(pixels)), shift - extra);
}

/** SOFTMAX_* words for 5 integer bits of scaled difference (TFLite PreprocessSoftmaxScaling, CalculateInputRadius). */
export function softmaxParameters(from: Quantisation, beta: number): Int32Array {
  const factor = Math.min(beta * from.scale * 2 ** 26, 2 ** 31 - 1);
  const { multiplier, shift } = quantiseMultiplier(factor);
  const radius = Math.floor((31 * 2 ** 26) / 2 ** shift);
  return Int32Array.of(multiplier, shift, -radius);
}
