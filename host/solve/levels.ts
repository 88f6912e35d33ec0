// Uniform N-bit weights, half·q with q an odd number from −(2^N − 1) to 2^N − 1, are N planes of signs: q = Σ 2^i·b_i.

import type { PlanesWeights } from "../graph/graph.ts";

export interface Levels {
  /** q, T × S. */
  levels: Float64Array;
  /** Half a step, T numbers. */
  half: Float64Array;
}

/** 2^N − 1: the largest level of N planes. */
export const mostOf = (planes: number): number => 2 ** planes - 1;

/** The odd number from −most to most next to x. */
export function nearestLevel(x: number, most: number): number {
  return Math.max(-most, Math.min(most, 2 * Math.floor(x / 2) + 1));
}

export function planesOf({ levels, half }: Levels, planes: number): PlanesWeights {
  const bits = new Int8Array(planes * levels.length);
  for (let i = 0; i < planes; i++) {
    for (let at = 0; at < levels.length; at++)
      bits[i * levels.length + at] = (((levels[at] + mostOf(planes)) / 2) >> i) & 1 ? 1 : -1;
  }
  const alpha = Float64Array.from(
    { length: planes * half.length },
    (_, at) => half[Math.floor(at / planes)] * 2 ** (at % planes),
  );
  return { scheme: "planes", planes, bits, alpha };
}

/** The levels of planes whose scales double from each to the next; undefined for others. */
export function levelsOf({ planes, bits, alpha }: PlanesWeights): Levels | undefined {
  const half = Float64Array.from({ length: alpha.length / planes }, (_, t) => alpha[t * planes]);
  if (!alpha.every((x, at) => x === half[Math.floor(at / planes)] * 2 ** (at % planes))) return undefined;
  const size = bits.length / planes;
  const levels = new Float64Array(size);
  for (let at = 0; at < bits.length; at++) levels[at % size] += bits[at] * 2 ** Math.floor(at / size);
  return { levels, half };
}
