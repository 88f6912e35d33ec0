import { mulberry32 } from "../solve/random.ts";

/** Samples that training reads, a few at a time. */
export interface TrainingSet {
  count: number;
  /** Real values of the samples at `indices`, n × H × W × C. */
  read(indices: ArrayLike<number>): Float32Array;
  /** Class of every sample. */
  labels?: Uint8Array;
}

/** Samples held back for the judge: a fifth of the set, at most so many. */
const HELD_BACK = 1000;

/** Indices to train on, and those held back. */
export function split(count: number, seed: number): { used: Uint32Array; held: Uint32Array } {
  const all = shuffled(
    Uint32Array.from({ length: count }, (_, i) => i),
    seed,
  );
  const held = Math.min(HELD_BACK, Math.floor(count / 5));
  return { used: all.subarray(held), held: all.subarray(0, held) };
}

/** A permutation (Fisher and Yates) that only the seed decides: an interrupted epoch goes on in the same order. */
export function shuffled(values: Uint32Array, seed: number): Uint32Array {
  const random = mulberry32(seed);
  const order = values.slice();
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
