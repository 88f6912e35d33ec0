import type { Elementwise, Quantisation } from "../../graph/graph.ts";
import { clamp, multiply, roundingShift } from "../../reference/fixed-point.ts";
import { activationRange } from "./activation.ts";
import { quantiseMultiplier, roundAway } from "./multiplier.ts";

/** Rescales q − z_x by s_x / s_y and clamps to [min, max] (TFLite Requantize, QuantizedReluX). */
function rescale(from: Quantisation, to: Quantisation, [min, max]: [number, number]): (q: number) => number {
  const { multiplier, shift } = quantiseMultiplier(from.scale / to.scale);
  return (q) => clamp(multiply(q - from.zeroPoint, multiplier, shift) + to.zeroPoint, min, max);
}

/** The function itself on real values, to nearest. */
function rounded(from: Quantisation, to: Quantisation, f: (x: number) => number): (q: number) => number {
  return (q) => clamp(roundAway(f(from.scale * (q - from.zeroPoint)) / to.scale) + to.zeroPoint, -128, 127);
}

/** int16 SaturatingRoundingDoublingHighMul: round(a·b / 2^15). */
function highMul16(a: number, b: number): number {
  if (a === -32768 && b === -32768) return 32767;
  const product = a * b;
  return Math.trunc((product + (product >= 0 ? 1 << 14 : 1 - (1 << 14))) / 32768);
}

/** QuantizeMultiplier's result cut to int16 (TFLite DownScaleInt32ToInt16Multiplier). */
function multiplier16(factor: number): { multiplier: number; shift: number } {
  const { multiplier, shift } = quantiseMultiplier(factor);
  return { multiplier: multiplier >= 2 ** 31 - 2 ** 15 ? 32767 : (multiplier + (1 << 15)) >> 16, shift };
}

/** TFLite reference_ops::HardSwish on int8: all in 16-bit fixed point. */
function hardSwish(from: Quantisation, to: Quantisation): (q: number) => number {
  const hires = Math.fround(Math.fround(1 / 128) * Math.fround(from.scale));
  const out = multiplier16(Math.fround(hires / Math.fround(to.scale)));
  const relu = multiplier16(Math.fround(hires / Math.fround(Math.fround(3) / Math.fround(32768))));
  const int16 = (x: number) => clamp(x, -32768, 32767);
  return (q) => {
    const input = (q - from.zeroPoint) * 128;
    const preshift = highMul16(input, out.multiplier);
    let gate = input;
    if (relu.shift > 0) gate = int16(gate * 2 ** (relu.shift - 1));
    gate = highMul16(gate, relu.multiplier);
    if (relu.shift > 0) gate = int16(gate * 2);
    if (relu.shift < 0) gate = roundingShift(gate, -relu.shift);
    gate = (gate + 32768) >> 1;
    const product = Math.trunc((gate * preshift) / 32768); // rounds towards zero, unlike highMul16
    return clamp(roundingShift(product, Math.max(0, -out.shift)) + to.zeroPoint, -128, 127);
  };
}

/** The 256-entry table of an elementwise function from int8 to int8, entry q + 128. */
export function lookupTable(name: Elementwise["function"], from: Quantisation, to: Quantisation): Uint8Array {
  const functions: Record<Elementwise["function"], () => (q: number) => number> = {
    Identity: () => rescale(from, to, [-128, 127]),
    Relu: () => rescale(from, to, activationRange("Relu", to)),
    Relu6: () => rescale(from, to, activationRange("Relu6", to)),
    HardSwish: () => hardSwish(from, to),
    Logistic: () => rounded(from, to, (x) => 1 / (1 + Math.exp(-x))),
    Tanh: () => rounded(from, to, Math.tanh),
  };
  const f = functions[name]();
  return Uint8Array.from({ length: 256 }, (_, i) => f(i - 128) & 255);
}
