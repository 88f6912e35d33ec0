// The honest baselines of one layer at the bytes of the scheme that was chosen for it, judged as that scheme is.

import { int8Bytes, planesBytes, semiBinaryBytes } from "../passes/decompose/bytes.ts";
import { alphaPlane, planes, signPlane } from "../solve/baselines.ts";
import { featureMapError } from "../solve/error.ts";
import { gptq } from "../solve/gptq.ts";
import { greedy } from "../solve/greedy.ts";
import { reconstruct } from "../solve/reconstruct.ts";
import { roundRows, truncatedSvd } from "./truncated-svd.ts";

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
  target?: Float64Array;
  T: number;
  S: number;
  /** H, S × S. Absent: H = I, and errors are those of the weights. */
  gram?: Float64Array;
  /** Bytes of the layer under the chosen scheme; a baseline is given the nearest bytes that it can take. */
  bytes: number;
  seed: number;
  /** Error of dense weights Ŵ, T × S; tr((W − Ŵ)·H·(W − Ŵ)ᵀ) / tr(W·H·Wᵀ) where absent. */
  judge?: (approximation: Float32Array) => number;
  /** What follows the solver, done to all but sign(W) and int8, which are what their names say. */
  repair?: (approximation: Float32Array) => Float32Array;
}

const MAX_PLANES = 8;
const MAX_BITS = 4;
/** K·T·S above which a report does not wait for the greedy solver: 0.6 to 1.6 µs each, so a minute or two. */
const MAX_GREEDY = 1e8;
/** T·S² above which it does not wait for GPTQ: at most 0.15 µs each, so a minute. */
const MAX_GPTQ = 4e8;
/** The eigenbasis of T × T takes T³ steps: 512 is a few seconds in JavaScript. */
const MAX_SVD = 512;

/** Every baseline of the report, in its order. Deterministic. Seconds for S and T of some hundreds. */
export function baselineErrors(input: BaselineInput): BaselineError[] {
  const { weights, T, S, gram, bytes, seed } = input;
  const target = input.target ?? Float64Array.from(weights);
  const judge = input.judge ?? ((approximation) => featureMapError(weights, approximation, S, gram));
  const repair = input.repair ?? ((approximation) => approximation);
  const error = (binary: Parameters<typeof reconstruct>[0]) => judge(repair(reconstruct(binary, T, S)));
  const count = nearest(1, MAX_PLANES, bytes, (n) => planesBytes(T, S, n));
  const bits = nearest(1, MAX_BITS, bytes, (n) => planesBytes(T, S, n));
  const terms = nearest(1, 8 * T, bytes, (k) => semiBinaryBytes(T, S, k));
  const twoLayers = (n: number) => int8Bytes(n, S) + int8Bytes(T, n);
  const rank = nearest(1, Math.min(T, S), bytes, twoLayers);
  const size = `${T} × ${S} weights take the solver minutes`;
  return [
    { baseline: "sign(W)", bytes: planesBytes(T, S, 1), error: judge(reconstruct(signPlane(weights, T), T, S)) },
    { baseline: "α·B", bytes: planesBytes(T, S, 1), error: error(alphaPlane(target, T, S, gram)) },
    {
      baseline: "Σα·B",
      setting: count === 1 ? "1 plane" : `${count} planes`,
      bytes: planesBytes(T, S, count),
      error: error(planes(target, T, S, count, gram)),
    },
    T * S ** 2 > MAX_GPTQ
      ? { baseline: "N-bit", skipped: size }
      : {
          baseline: "N-bit",
          setting: bits === 1 ? "1 bit" : `${bits} bits`,
          bytes: planesBytes(T, S, bits),
          error: error(gptq(target, T, S, bits, { gram, polish: true })),
        },
    terms * T * S > MAX_GREEDY
      ? { baseline: "greedy on weights", skipped: `K = ${terms}: ${size}` }
      : {
          baseline: "greedy on weights",
          setting: `K = ${terms}`,
          bytes: semiBinaryBytes(T, S, terms),
          error: error(greedy(weights, T, S, terms, { seed })),
        },
    T > MAX_SVD
      ? { baseline: "SVD in int8", skipped: `an eigenbasis of ${T} × ${T} takes too long (at most ${MAX_SVD})` }
      : {
          baseline: "SVD in int8",
          setting: `rank ${rank}`,
          bytes: twoLayers(rank),
          error: judge(repair(truncatedSvd(target, T, S, rank, gram))),
        },
    { baseline: "int8", bytes: int8Bytes(T, S), error: judge(roundRows(weights, S)) },
  ];
}

/** n of from…to whose bytes, which rise with n, are nearest to those wanted; the smaller of two as near. */
function nearest(from: number, to: number, bytes: number, of: (n: number) => number): number {
  let n = from;
  while (n < to && Math.abs(of(n + 1) - bytes) < Math.abs(of(n) - bytes)) n++;
  return n;
}
