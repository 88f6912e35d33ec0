// Uniform few-bit weights.
import type { PlanesWeights } from "../graph/graph.ts";
import { cholesky, solveCholesky } from "./cholesky.ts";
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
  const inverse = new Float64Array(S * S);
  for (let s = 0; s < S; s++) inverse[s * S + s] = 1;
  solveCholesky(cholesky(damped, S)!, inverse, S, S);
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
  let best: Fitted = { levels: new Float64Array(S).fill(1), half: 0, gain: 0 };
  const high = most === 1 ? 2 * mean : largest;
  const tried = Array.from({ length: STEPS_TRIED }, (_, i) => {
    const half = (high * (1 - i / 20)) / most;
    return upper ? feedback(row, half, most, upper) : row.map((x) => nearestLevel(x / half, most));
  });
  const weighted = gram && timesSymmetric(joined(tried, S), gram, STEPS_TRIED, S);
  for (const [i, levels] of tried.entries()) {
    const fitted = fit(levels, weighted?.subarray(i * S, (i + 1) * S) ?? levels, target);
    if (fitted.gain > best.gain) best = { levels, ...fitted };
  }
  for (let round = 0; polish && round < 10; round++) {
    const levels = best.levels.slice();
    descend(levels, best.half, most, target, gram);
    const fitted = fit(levels, gram ? timesSymmetric(levels, gram, 1, S) : levels, target);
    if (fitted.gain <= best.gain * (1 + 1e-12)) break;
    best = { levels, ...fitted };
  }
  return best;
}

/** GPTQ: weights are rounded in turn, the error of each spread over those that follow by H⁻¹'s factor. */
function feedback(row: Float64Array, half: number, most: number, upper: Float64Array): Float64Array {
  const S = row.length;
  const left = row.slice();
  const levels = new Float64Array(S);
  for (let s = 0; s < S; s++) {
    levels[s] = nearestLevel(left[s] / half, most);
    const error = (left[s] - half * levels[s]) / upper[s * S + s];
    for (let j = s + 1; j < S; j++) left[j] -= error * upper[s * S + j];
  }
  return levels;
}

/** Best step/2 for the levels q, and what it takes off the error: (qᵀHw)² / qᵀHq. weighted: Hq, target: Hw. */
function fit(levels: Float64Array, weighted: Float64Array, target: Float64Array) {
  const energy = dot(levels, weighted);
  const overlap = dot(levels, target);
  if (energy <= 0 || overlap <= 0) return { half: 0, gain: 0 };
  return { half: overlap / energy, gain: overlap ** 2 / energy };
}

/** Coordinate descent over the levels: each takes its best value for what the others are. */
function descend(levels: Float64Array, half: number, most: number, target: Float64Array, gram?: Float64Array): void {
  if (!gram || half === 0) return;
  const S = levels.length;
  const slope = timesSymmetric(levels, gram, 1, S).map((x, s) => half * x - target[s]);
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
}
