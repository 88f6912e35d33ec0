// The default solver of semi-binary weights: ADMM finds the signs, polish improves them and fits the scales.

import type { SemiBinaryWeights } from "../graph/graph.ts";
import type { Steps } from "../options.ts";
import { admm, INNER, type Shape } from "./admm.ts";
import { polish } from "./polish.ts";
import { mulberry32, randomSigns } from "./random.ts";
import { remembered } from "./remember.ts";

export interface SemiBinaryOptions {
  /** H (S × S, symmetric, positive semi-definite). Absent: H = I. */
  gram?: Float64Array;
  seed: number;
  steps: Pick<Steps, "fullH" | "polish" | "outputScales">;
  /** Share of the rounds, 0…1; below 1 there is no annealing. */
  effort?: number;
  /** Multiplications, in units of the fast matrix product. */
  work?: number;
}

/** Multiplications that a layer may take, in units of the fast matrix product: some 10 s. */
export const LAYER_WORK = 1e11;
/** What a multiplication in plain JavaScript takes of it. */
const PLAIN = 8;
const MAX_ROUNDS = 100;
/** With fewer the signs are no better than random ones. */
const MIN_ROUNDS = 4;
/** Above this the eigenvectors of H (5·S³ plain multiplications) take too long, and ADMM sees its diagonal only. */
const MAX_EIGEN = 1024;
const POLISH_ROUNDS = 30;
const ANNEALING_ROUNDS = 60;
/** Share of the signs of V that flip in a round of polish, about. */
const FLIPPED = 0.01;

/** W (T × S row-major) ≈ diag(r)·U·diag(d)·V with K terms. The same seed gives the same result. */
export async function semiBinary(
  w: Float64Array,
  T: number,
  S: number,
  K: number,
  { gram, seed, steps, effort: share, work }: SemiBinaryOptions,
): Promise<SemiBinaryWeights> {
  const shape = { T, S, K };
  const random = mulberry32(seed);
  const effort = effortFor(shape, share, work);
  const target = new Float32Array(w);
  const h = gram ? single(gram) : new Float32Array(S).fill(1);
  const signs =
    effort.rounds >= MIN_ROUNDS
      ? await admm(target, steps.fullH ? seen(h, S) : new Float32Array(S).fill(1), shape, effort.rounds, random)
      : { u: new Int8Array(randomSigns(random, T * K)), v: new Int8Array(randomSigns(random, K * S)) };
  const scales = { d: new Float64Array(K).fill(1), r: new Float64Array(T).fill(1) };
  return polish({ scheme: "semi-binary", rank: K, ...signs, ...scales }, { w: target, h }, shape, {
    rounds: steps.polish ? effort.polish : 0,
    annealing: steps.polish ? effort.annealing : 0,
    outputScales: steps.outputScales,
    random,
  });
}

interface Effort {
  rounds: number;
  polish: number;
  annealing: number;
}

/**
 * How many rounds of what a layer can have. A round of ADMM multiplies 2·INNER times n × S by K and by S (n = min(T, K);
 * not by S where H is diagonal), four times T × K by S, and takes the eigenvectors of n × n and two inverses of K × K
 * in plain JavaScript. A round of polish is 2·K·(K + T)·S + 9·T·K², and plain 3 systems of K × K and a row of H a flip.
 */
export function effortFor({ T, S, K }: Shape, share = 1, work = LAYER_WORK): Effort {
  const n = Math.min(T, K);
  const products = 2 * INNER * n * S * (K + (S <= MAX_EIGEN ? S : 0)) + 4 * T * K * S;
  const round = products + PLAIN * (5 * n ** 3 + 2 * K ** 3);
  const least = LAYER_WORK / round >= MIN_ROUNDS ? MIN_ROUNDS : 0; // whatever the network's share for a layer is
  const rounds = Math.max(least, Math.min(Math.ceil(share * MAX_ROUNDS), Math.floor(work / round)));
  const plain = PLAIN * (K ** 3 / 2 + FLIPPED * K * S ** 2);
  const polishing = Math.floor(work / (2 * K * (K + T) * S + 9 * T * K ** 2 + plain));
  return {
    rounds,
    polish: Math.max(1, Math.min(Math.ceil(share * POLISH_ROUNDS), polishing)),
    annealing: share === 1 && polishing >= POLISH_ROUNDS + ANNEALING_ROUNDS ? ANNEALING_ROUNDS : 0,
  };
}

/** Whether ADMM has rounds enough to be of use. */
export function solvable(shape: Shape): boolean {
  return effortFor(shape).rounds >= MIN_ROUNDS;
}

/** The same object for the same H, by which ADMM knows it again. */
const single = remembered((gram: Float64Array) => new Float32Array(gram));

/** What ADMM sees of H: all of it, or its diagonal. */
function seen(h: Float32Array, S: number): Float32Array {
  return h.length === S || S <= MAX_EIGEN ? h : Float32Array.from({ length: S }, (_, s) => h[s * (S + 1)]);
}
