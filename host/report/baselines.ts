// The honest baselines of one layer at the bytes of the scheme that was chosen for it, judged as that scheme is.

import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { int8Bytes, planesBytes, semiBinaryBytes } from "../passes/decompose/bytes.ts";
import { alphaPlane, planes, signPlane } from "../solve/baselines.ts";
import { featureMapError } from "../solve/error.ts";
import { greedy } from "../solve/greedy.ts";
import { type Numbers, timesSymmetric } from "../solve/products.ts";
import { reconstruct } from "../solve/reconstruct.ts";
import { roundRows } from "./round-rows.ts";
import { uniform } from "./uniform.ts";

export type BaselineName = "sign(W)" | "α·B" | "Σα·B" | "N-bit" | "greedy on weights" | "SVD in int8" | "int8";

/** Either measured, or skipped with the reason. */
export interface BaselineError {
  baseline: BaselineName;
  /** What was tuned to the bytes: "2 planes", "K = 16", "rank 5", "3 bits". */
  setting?: string;
  /** As the layer would take in the model file. */
  bytes?: number;
  /** Share of the output's variance missed, as LayerReport.featureMapError. */
  error?: number;
  skipped?: string;
}

export interface BaselineInput {
  /** The original W, T × S row-major. */
  weights: Float32Array;
  /** What the solver of the chosen scheme aimed at, that the others may aim at it too; W itself where absent. */
  target?: Numbers;
  T: number;
  S: number;
  /** H, S × S. Absent: H = I, and errors are those of the weights. */
  gram?: Float64Array;
  /** Bytes of the layer under the chosen scheme; a baseline is given the nearest bytes that it can take. */
  bytes: number;
  seed: number;
  /** Error of dense weights Ŵ, T × S; tr((W − Ŵ)·H·(W − Ŵ)ᵀ) / tr(W·H·Wᵀ) where absent. */
  judge?: (approximation: Float32Array) => number;
}

const MAX_PLANES = 8;
const MAX_BITS = 4;
/** K·T·S products of a term of the greedy solver, above which a report does not wait for it: a minute or so. */
const MAX_GREEDY = 4e9;
/** The eigenbasis of T × T takes T³ steps: 512 is a few seconds in JavaScript. */
const MAX_SVD = 512;

/** Every baseline of the report, in its order. Deterministic. Seconds for S and T of some hundreds. */
export function baselineErrors(input: BaselineInput): BaselineError[] {
  const { weights, T, S, gram, bytes, seed } = input;
  const target = input.target ?? weights;
  const judge = input.judge ?? ((approximation) => featureMapError(weights, approximation, S, gram));
  const error = (binary: Parameters<typeof reconstruct>[0]) => judge(reconstruct(binary, T, S));
  const count = nearest(1, MAX_PLANES, bytes, (n) => planesBytes(T, S, n));
  const bits = nearest(1, MAX_BITS, bytes, (n) => planesBytes(T, S, n));
  const rank = nearest(1, 8 * T, bytes, (k) => semiBinaryBytes(T, S, k));
  return [
    { baseline: "sign(W)", bytes: planesBytes(T, S, 1), error: error(signPlane(weights, T)) },
    { baseline: "α·B", bytes: planesBytes(T, S, 1), error: error(alphaPlane(target, T, S, gram)) },
    {
      baseline: "Σα·B",
      setting: count === 1 ? "1 plane" : `${count} planes`,
      bytes: planesBytes(T, S, count),
      error: error(planes(target, T, S, count, gram)),
    },
    {
      baseline: "N-bit",
      setting: bits === 1 ? "1 bit" : `${bits} bits`,
      bytes: planesBytes(T, S, bits),
      error: error(uniform(target, T, S, bits, gram)),
    },
    rank * T * S > MAX_GREEDY
      ? { baseline: "greedy on weights", skipped: `K = ${rank} terms of ${T} × ${S} weights take the solver minutes` }
      : {
          baseline: "greedy on weights",
          setting: `K = ${rank}`,
          bytes: semiBinaryBytes(T, S, rank),
          error: error(greedy(weights, T, S, rank, { seed })),
        },
    truncatedSvd(target, T, S, gram, bytes, judge),
    { baseline: "int8", bytes: int8Bytes(T, S), error: judge(roundRows(weights, S)) },
  ];
}

/** n of from…to whose bytes, which rise with n, are nearest to those wanted; the smaller of two as near. */
function nearest(from: number, to: number, bytes: number, of: (n: number) => number): number {
  let n = from;
  while (n < to && Math.abs(of(n + 1) - bytes) < Math.abs(of(n) - bytes)) n++;
  return n;
}

/**
 * Ŵ = A·B with A (T × ρ) and B (ρ × S), both int8 with a scale a row, as two int8 layers are stored. Under H = L·Lᵀ
 * the best of rank ρ is P·W with P the projection on the ρ first left singular vectors of W·L, which are the first
 * eigenvectors of W·H·Wᵀ: A = these, B = Aᵀ·W, so that each row of B has its own singular value in its scale.
 */
function truncatedSvd(
  w: Numbers,
  T: number,
  S: number,
  gram: Float64Array | undefined,
  bytes: number,
  judge: (approximation: Float32Array) => number,
): BaselineError {
  const baseline = "SVD in int8";
  if (T > MAX_SVD) return { baseline, skipped: `an eigenbasis of ${T} × ${T} takes too long (at most ${MAX_SVD})` };
  const bytesOf = (rank: number) => int8Bytes(rank, S) + int8Bytes(T, rank);
  const rank = nearest(1, Math.min(T, S), bytes, bytesOf);
  const matrix = rows(w, T, S);
  const energy = rows(gram ? timesSymmetric(w, gram, T, S) : w, T, S).mmul(matrix.transpose());
  const { eigenvectorMatrix } = new EigenvalueDecomposition(energy, { assumeSymmetric: true }); // values rise
  const basis = eigenvectorMatrix.subMatrix(0, T - 1, T - rank, T - 1);
  const a = rows(roundRows(Float64Array.from(basis.to1DArray()), rank), T, rank);
  const b = rows(roundRows(Float64Array.from(basis.transpose().mmul(matrix).to1DArray()), S), rank, S);
  const error = judge(Float32Array.from(a.mmul(b).to1DArray()));
  return { baseline, setting: `rank ${rank}`, bytes: bytesOf(rank), error };
}

function rows(values: Numbers, height: number, width: number): Matrix {
  return new Matrix(Array.from({ length: height }, (_, i) => Array.from(values.subarray(i * width, (i + 1) * width))));
}
