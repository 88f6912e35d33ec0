// Uniform few-bit weights.
import type { PlanesWeights } from "../graph/graph.ts";
import { cholesky, inverseCholesky } from "./cholesky.ts";
import { type Levels, mostOf, nearestLevel, planesOf } from "./levels.ts";
import { dot, timesSymmetric } from "./products.ts";
import { remembered } from "./remember.ts";

/** Share of the mean of H's diagonal that is added to it before GPTQ. */
const DAMPING = 0.01;

/**
 * N-bit weights w_t ≈ half_t·q_t, T × S (levels.ts).
 */
export function gptq(
  w: Float64Array,
  T: number,
  S: number,
  N: number,
  { gram, polish }: { gram?: Float64Array; polish: boolean },
): PlanesWeights {
  const all: Levels = { levels: new Float64Array(T * S), half: new Float64Array(T) };
  const upper = gram && inverseFactor(gram);
  for (let t = 0; t < T; t++) {
    const { levels, half } = solveRow(w.subarray(t * S, (t + 1) * S), mostOf(N), gram, upper, polish);
    all.levels.set(levels, t * S);
    all.half[t] = half;
  }
  return planesOf(all, N);
}

/** U upper triangular with H⁻¹ = Uᵀ·U, S × S. */
const inverseFactor = remembered((gram: Float64Array): Float64Array => {
  const S = Math.sqrt(gram.length);
  let trace = 0;
  for (let s = 0; s < S; s++) trace += gram[s * S + s];
  const damped = gram.slice();
  for (let s = 0; s < S; s++) damped[s * S + s] += (DAMPING * trace) / S || 1;
  const inverse = inverseCholesky(cholesky(damped, S)!, S);
  const lower = cholesky(inverse, S)!; // H⁻¹ = L·Lᵀ, U = Lᵀ
  const upper = new Float64Array(S * S);
  for (let i = 0; i < S; i++) for (let j = 0; j <= i; j++) upper[j * S + i] = lower[i * S + j];
  return upper;
});

/** Steps from which GPTQ's rounding starts: shares 1, 0.95, … of the one that reaches the largest weight. */
const STEPS_TRIED = 16;

function joined(rows: readonly Float64Array[], S: number): Float64Array {
  const all = new Float64Array(rows.length * S);
  for (const [i, row] of rows.entries()) all.set(row, i * S);
  return all;
}

interface Fitted {
  levels: Float64Array;
  /** H times the levels. */
  weighted: Float64Array;
  half: number;
  gain: number;
}

function solveRow(
  row: Float64Array,
  most: number,
  gram: Float64Array | undefined,
  upper: Float64Array | undefined,
  polish: boolean,
) {
  const S = row.length;
  const target = gram ? timesSymmetric(row, gram, 1, S) : row;
  let largest = 0;
  let mean = 0;
  for (const x of row) {
    largest = Math.max(largest, Math.abs(x));
    mean += Math.abs(x) / S;
  }
  const ones = new Float64Array(S).fill(1);
  let best: Fitted = { levels: ones, weighted: ones, half: 0, gain: 0 }; // stays so where the row is 0
  const high = most === 1 ? 2 * mean : largest;
  const tried = Array.from({ length: STEPS_TRIED }, (_, i) => {
    const half = (high * (1 - i / 20)) / most;
    return upper ? feedback(row, half, most, upper) : row.map((x) => nearestLevel(x / half, most));
  });
  const products = gram && timesSymmetric(joined(tried, S), gram, STEPS_TRIED, S);
  for (const [i, levels] of tried.entries()) {
    const fitted = fit(levels, products?.subarray(i * S, (i + 1) * S) ?? levels, target);
    if (fitted.gain > best.gain) best = fitted;
  }
  for (let round = 0; gram && polish && best.half > 0 && round < 10; round++) {
    const levels = descend(best, most, target, gram);
    const fitted = fit(levels, timesSymmetric(levels, gram, 1, S), target);
    if (fitted.gain <= best.gain * (1 + 1e-12)) break;
    best = fitted;
  }
  return best;
}

/**
 * GPTQ: weights are rounded in turn, the error of each spread over those that follow by H⁻¹'s factor; over those of the
 * same four at once, over the rest by four errors at a time, one after the other.
 */
function feedback(row: Float64Array, half: number, most: number, upper: Float64Array): Float64Array {
  const S = row.length;
  const left = row.slice();
  const levels = new Float64Array(S);
  const errors = new Float64Array(4);
  for (let first = 0; first < S; first += 4) {
    const end = Math.min(S, first + 4);
    errors.fill(0);
    for (let s = first; s < end; s++) {
      levels[s] = nearestLevel(left[s] / half, most);
      const error = (left[s] - half * levels[s]) / upper[s * S + s];
      for (let j = s + 1; j < end; j++) left[j] -= error * upper[s * S + j];
      errors[s - first] = error;
    }
    const [e0, e1, e2, e3] = errors;
    const [at0, at1, at2, at3] = [first * S, (first + 1) * S, (first + 2) * S, (first + 3) * S];
    for (let j = end; j < S; j++) {
      left[j] = left[j] - e0 * upper[at0 + j] - e1 * upper[at1 + j] - e2 * upper[at2 + j] - e3 * upper[at3 + j];
    }
  }
  return levels;
}

/** Best step/2 for the levels q, and what it takes off the error: (qᵀHw)² / qᵀHq. weighted: Hq, target: Hw. */
function fit(levels: Float64Array, weighted: Float64Array, target: Float64Array): Fitted {
  const energy = dot(levels, weighted);
  const overlap = dot(levels, target);
  if (energy <= 0 || overlap <= 0) return { levels, weighted, half: 0, gain: 0 };
  return { levels, weighted, half: overlap / energy, gain: overlap ** 2 / energy };
}

/** Coordinate descent over the levels: each takes its best value for what the others are. */
function descend(start: Fitted, most: number, target: Float64Array, gram: Float64Array): Float64Array {
  const { half, weighted } = start;
  const levels = start.levels.slice();
  const S = levels.length;
  const slope = weighted.map((x, s) => half * x - target[s]);
  for (let sweep = 0, moved = true; moved && sweep < 32; sweep++) {
    moved = false;
    for (let s = 0; s < S; s++) {
      const curve = half * gram[s * S + s];
      if (curve <= 0) continue;
      const level = nearestLevel(levels[s] - slope[s] / curve, most);
      const change = level - levels[s];
      if (change === 0 || change * slope[s] + 0.5 * curve * change ** 2 >= 0) continue;
      levels[s] = level;
      for (let j = 0; j < S; j++) slope[j] += half * change * gram[s * S + j];
      moved = true;
    }
  }
  return levels;
}
