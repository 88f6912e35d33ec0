// N-bit uniform weights by rounding: what a layer gives whose weights are simply rounded, each channel in its scale.

import type { PlanesWeights } from "../graph/graph.ts";
import { dot, type Numbers, timesSymmetric } from "../solve/products.ts";

/** Scales that are tried first, as shares of the one that reaches the largest weight. */
const CLIPS = [1, 0.8, 0.6, 0.45, 0.33];
const ROUNDS = 4;

/**
 * W_t ≈ α_t·q, q odd from −(2^N − 1) to 2^N − 1, as N planes with α_t·2^i: q = Σ_i 2^i·B_i. From several scales, q is
 * rounded to the nearest and α_t = wᵀHq / qᵀHq in turn; the best under H stays.
 */
export function uniform(w: Numbers, T: number, S: number, bits: number, gram?: Float64Array): PlanesWeights {
  const planes = new Int8Array(bits * T * S);
  const alpha = new Float64Array(T * bits);
  for (let t = 0; t < T; t++) {
    const row = Float64Array.from(w.subarray(t * S, (t + 1) * S));
    const best = bestLevels(row, 2 ** bits - 1, gram);
    for (let i = 0; i < bits; i++) {
      alpha[t * bits + i] = best.scale * 2 ** i;
      for (let s = 0; s < S; s++) planes[(i * T + t) * S + s] = signAt(best.levels[s], bits, i);
    }
  }
  return { scheme: "planes", planes: bits, bits: planes, alpha };
}

/** (q + 2^N − 1) / 2 is a number of N bits, and bit i of it is 1 where B_i is +1. */
function signAt(level: number, bits: number, i: number): number {
  return (((level + 2 ** bits - 1) / 2) >> i) & 1 ? 1 : -1;
}

interface Levels {
  levels: Float64Array;
  scale: number;
  /** wᵀHq² / qᵀHq: what the row's error falls by. */
  gain: number;
}

function bestLevels(row: Float64Array, top: number, gram?: Float64Array): Levels {
  const whole = row.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) / top || 1;
  const tries = CLIPS.flatMap((clip) => {
    const steps: Levels[] = [];
    let scale = clip * whole;
    for (let round = 0; round < ROUNDS && scale > 0; round++) {
      steps.push(
        fitted(
          row,
          row.map((value) => oddNear(value / scale, top)),
          gram,
        ),
      );
      scale = steps.at(-1)!.scale;
    }
    return steps;
  });
  return tries.reduce((a, b) => (b.gain > a.gain ? b : a));
}

function oddNear(value: number, top: number): number {
  return Math.max(-top, Math.min(top, 2 * Math.floor(value / 2) + 1));
}

function fitted(row: Float64Array, levels: Float64Array, gram?: Float64Array): Levels {
  const weighted = gram ? timesSymmetric(levels, gram, 1, row.length) : levels;
  const energy = dot(levels, weighted);
  const scale = energy > 0 ? Math.max(0, dot(row, weighted) / energy) : 0;
  return { levels, scale, gain: scale ** 2 * energy };
}
