// The default solver of semi-binary weights: ADMM finds the signs, polish improves them and fits the scales.

import type { SemiBinaryWeights } from "../graph/graph.ts";
import type { Steps } from "../options.ts";
import { admm, INNER, type Shape } from "./admm.ts";
import { quadratic } from "./error.ts";
import { polish } from "./polish.ts";
import { timesSymmetric } from "./products.ts";
import { mulberry32, randomSigns } from "./random.ts";

export interface SemiBinaryOptions {
  /** H (S × S, symmetric, positive semi-definite). Absent: H = I. */
  gram?: Float64Array;
  seed: number;
  steps: Pick<Steps, "fullH" | "polish" | "outputScales">;
  /** Share of the rounds, 0…1; below 1 there is no annealing. */
  effort?: number;
}

/** Multiplications that a layer may take, in units of the fast matrix product: some 10 s. */
const BUDGET = 1e11;
/** What a multiplication in plain JavaScript takes of it. */
const PLAIN = 8;
const MAX_ROUNDS = 100;
/** With fewer the signs are no better than random ones. */
const MIN_ROUNDS = 4;
/** Above this the eigenvectors of H (5·S³ plain multiplications) take too long, and ADMM sees its diagonal only. */
const MAX_EIGEN = 1024;
const POLISH_ROUNDS = 30;
const ANNEALING_ROUNDS = 60;

/** W (T × S row-major) ≈ diag(r)·U·diag(d)·V with K terms. The same seed gives the same result. */
export async function semiBinary(
  w: Float64Array,
  T: number,
  S: number,
  K: number,
  { gram, seed, steps, effort: share = 1 }: SemiBinaryOptions,
): Promise<SemiBinaryWeights> {
  const shape = { T, S, K };
  const random = mulberry32(seed);
  const effort = effortFor(shape, share);
  const signs =
    effort.rounds >= MIN_ROUNDS
      ? await admm(Float32Array.from(w), metric(steps.fullH ? gram : undefined, S), shape, effort.rounds, random)
      : { u: Int8Array.from(randomSigns(random, T * K)), v: Int8Array.from(randomSigns(random, K * S)) };
  const scales = { d: new Float64Array(K).fill(1), r: new Float64Array(T).fill(1) };
  const h = gram ?? identity(S);
  const known = { gram: h, wh: gram ? timesSymmetric(w, gram, T, S) : w, energy: quadratic(w, S, gram) };
  return polish({ scheme: "semi-binary", rank: K, ...signs, ...scales }, known, shape, {
    rounds: steps.polish ? effort.polish : 0,
    annealing: steps.polish ? effort.annealing : 0,
    outputScales: steps.outputScales,
    random,
  });
}

/**
 * How many rounds of what a layer can have. A round of ADMM multiplies 2·INNER times n × S by K and by S (n = min(T, K);
 * not by S where H is diagonal), four times T × K by S, and takes the eigenvectors of n × n and two inverses of K × K
 * in plain JavaScript. A round of polish is K·(K + T)·S for V and 6·T·K² for U and the scales, all plain.
 */
export function effortFor({ T, S, K }: Shape, share = 1): { rounds: number; polish: number; annealing: number } {
  const n = Math.min(T, K);
  const products = 2 * INNER * n * S * (K + (S <= MAX_EIGEN ? S : 0)) + 4 * T * K * S;
  const round = products + PLAIN * (5 * n ** 3 + 2 * K ** 3);
  const rounds = Math.min(Math.ceil(share * MAX_ROUNDS), Math.floor(BUDGET / round));
  const polishing = Math.floor(BUDGET / (PLAIN * (K * (K + T) * S + 6 * T * K ** 2)));
  return {
    rounds,
    polish: Math.max(1, Math.min(Math.ceil(share * POLISH_ROUNDS), polishing)),
    annealing: share === 1 && polishing >= POLISH_ROUNDS + ANNEALING_ROUNDS ? ANNEALING_ROUNDS : 0,
  };
}

/** What ADMM sees of H: all of it, or S numbers of its diagonal. */
function metric(gram: Float64Array | undefined, S: number): Float32Array {
  if (gram && S <= MAX_EIGEN) return Float32Array.from(gram);
  return Float32Array.from({ length: S }, (_, s) => (gram ? gram[s * S + s] : 1));
}

function identity(S: number): Float64Array {
  const h = new Float64Array(S * S);
  for (let s = 0; s < S; s++) h[s * (S + 1)] = 1;
  return h;
}
