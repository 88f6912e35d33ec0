// Random weight matrices with the spectrum of trained ones.

import type { Random } from "../../host/solve/random.ts";

/** σ_i ∝ (1 + 16·i/n)^−0.8, n singular values: a broad head and a power-law tail, 10 : 1 from first to last. */
const HEAD = 16;
const DECAY = 0.8;

/**
 * T × S float32, row-major, Gaussian-like entries, ‖W‖² = gain·T (He: gain 2 keeps E x² through a Relu), with exactly
 * the spectrum above: a diagonal matrix between two orthogonal ones, each a product of Givens rotations of random
 * pairs by ±45° or ±135°, as in a Hadamard transform. log₂ n rounds of n/2 rotations let every number meet every
 * other, in n·log n instead of n² operations a row; two more make up for pairs that meet twice.
 */
export function spectralMatrix(T: number, S: number, gain: number, random: Random): Float32Array {
  const n = Math.min(T, S);
  const sigma = Float64Array.from({ length: n }, (_, i) => (1 + (HEAD * i) / n) ** -DECAY);
  const scale = Math.sqrt((gain * T) / sigma.reduce((sum, s) => sum + s ** 2, 0));
  const w = new Float32Array(T * S);
  for (let i = 0; i < n; i++) w[i * S + i] = scale * sigma[i];
  for (const rotations of rounds(S, random)) for (let t = 0; t < T; t++) rotate(w, rotations, t * S, 1, 1);
  for (const rotations of rounds(T, random)) rotate(w, rotations, 0, S, S);
  return w;
}

interface Rotations {
  /** A permutation of the indices: pairs are neighbours in it. */
  order: Uint32Array;
  /** Of each pair. */
  cosine: Float64Array;
  sine: Float64Array;
}

function rounds(n: number, random: Random): Rotations[] {
  return Array.from({ length: Math.ceil(Math.log2(n)) + 2 }, () => {
    const angles = Float64Array.from({ length: n >> 1 }, () => (Math.floor(4 * random()) + 0.5) * (Math.PI / 2));
    return { order: shuffled(n, random), cosine: angles.map(Math.cos), sine: angles.map(Math.sin) };
  });
}

/** Turns the vectors of `length` numbers that stand at at + index·stride, pair by pair, in place. */
function rotate(w: Float32Array, { order, cosine, sine }: Rotations, at: number, stride: number, length: number): void {
  for (let p = 0; p < cosine.length; p++) {
    const [c, s] = [cosine[p], sine[p]];
    const first = at + order[2 * p] * stride;
    const second = at + order[2 * p + 1] * stride;
    for (let j = 0; j < length; j++) {
      const [a, b] = [w[first + j], w[second + j]];
      w[first + j] = c * a - s * b;
      w[second + j] = s * a + c * b;
    }
  }
}

/** Fisher–Yates. */
function shuffled(n: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
