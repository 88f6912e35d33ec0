// What an inference gives: the output tensor, and what its values mean.
import type { Quantisation } from "./graph/graph.ts";
import { ranking } from "./score.ts";

export interface Ranked {
  index: number;
  /** The model's label for it, or the index in words. */
  label: string;
  /** Real value. */
  score: number;
}

export interface Result {
  /** The output tensor. */
  raw: Int8Array;
  /** The same as real values. */
  scores: Float32Array;
  /** The `n` highest scores, highest first; equal ones by index. */
  top(n: number): Ranked[];
}

export const realValue = (q: number, { scale, zeroPoint }: Quantisation): number => scale * (q - zeroPoint);

export const labelOf = (labels: readonly string[], index: number): string => labels[index] ?? String(index);

export function resultOf(raw: Int8Array, quantisation: Quantisation, labels: readonly string[]): Result {
  const scores = Float32Array.from(raw, (q) => realValue(q, quantisation));
  const top = (n: number) =>
    ranking(raw)
      .slice(0, n)
      .map((index) => ({ index, label: labelOf(labels, index), score: scores[index] }));
  return { raw, scores, top };
}
