import type { Elementwise, Quantisation } from "../../graph/graph.ts";
import { clamp, multiply, roundingShift } from "../../reference/fixed-point.ts";
import { activationRange } from "./activation.ts";
import { quantiseMultiplier, roundAway } from "./multiplier.ts";

const float = Math.fround;

/** Rescales q − z_x by `factor` and clamps to [min, max] (TFLite Requantize, QuantizedReluX). */
function rescale(factor: number, from: Quantisation, to: Quantisation, [min, max]: [number, number]) {
  const { multiplier, shift } = quantiseMultiplier(factor);
  return (q: number) => clamp(multiply(q - from.zeroPoint, multiplier, shift) + to.zeroPoint, min, max);
}

/** Relu and Relu6: s_x / s_y, which LiteRT forms in float32 (activations.cc, ReluPrepare). */
function relu(from: Quantisation, to: Quantisation, name: "Relu" | "Relu6"): (q: number) => number {
  return rescale(float(from.scale / to.scale), from, to, activationRange(name, to));
}

/** `f` on float32 values, every step in float32 (LiteRT common.h, LUTPopulateInt8); f rounds its own steps. */
function tabulated(from: Quantisation, to: Quantisation, f: (x: number) => number): (q: number) => number {
  const inverse = float(1 / to.scale);
  return (q) => {
    const real = f(float(from.scale * (q - from.zeroPoint)));
    return clamp(roundAway(float(real * inverse)) + to.zeroPoint, -128, 127);
  };
}

/** LiteRT takes expf and tanhf from the C library; rounded float64 differs from these by a unit in the last place. */
const logistic = (x: number) => float(1 / float(1 + float(Math.exp(-x))));
const tanh = (x: number) => float(Math.tanh(x));

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
  const hires = float(from.scale / 128);
  const out = multiplier16(float(hires / to.scale));
  const gain = multiplier16(float(hires / (3 / 32768)));
  const int16 = (x: number) => clamp(x, -32768, 32767);
  return (q) => {
    const input = (q - from.zeroPoint) * 128;
    const preshift = highMul16(input, out.multiplier);
    let gate = input;
    if (gain.shift > 0) gate = int16(gate * 2 ** (gain.shift - 1));
    gate = highMul16(gate, gain.multiplier);
    if (gain.shift > 0) gate = int16(gate * 2);
    if (gain.shift < 0) gate = roundingShift(gate, -gain.shift);
    gate = (gate + 32768) >> 1;
    const product = Math.trunc((gate * preshift) / 32768); // rounds towards zero, unlike highMul16
    return clamp(roundingShift(product, Math.max(0, -out.shift)) + to.zeroPoint, -128, 127);
  };
}

/** The 256-entry table of an elementwise function from int8 to int8, entry q + 128. */
export function lookupTable(name: Elementwise["function"], from: Quantisation, to: Quantisation): Uint8Array {
  const functions: Record<Elementwise["function"], () => (q: number) => number> = {
    Identity: () => rescale(from.scale / to.scale, from, to, [-128, 127]),
    Relu: () => relu(from, to, "Relu"),
    Relu6: () => relu(from, to, "Relu6"),
    HardSwish: () => hardSwish(from, to),
    Logistic: () => tabulated(from, to, logistic),
    Tanh: () => tabulated(from, to, tanh),
  };
  const f = functions[name]();
  return Uint8Array.from({ length: 256 }, (_, i) => f(i - 128) & 255);
}
