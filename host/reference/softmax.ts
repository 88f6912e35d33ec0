import { SOFTMAX_DIFF_MIN, SOFTMAX_MULTIPLIER, SOFTMAX_SHIFT } from "../../format/layout.ts";
import { clamp, highMul, roundingShift, saturatingShiftLeft } from "./fixed-point.ts";

/** exp(a) for a in [−1/4, 0), Q0.31: Taylor to the fourth order around −1/8 (gemmlowp). */
function expInterval(a: number): number {
  const x = a + 2 ** 28;
  const x2 = highMul(x, x);
  const x3 = highMul(x2, x);
  const x4 = highMul(x2, x2);
  const tail = roundingShift(highMul(roundingShift(x4, 2) + x3, 715827883) + x2, 1);
  return 1895147668 + highMul(1895147668, x + tail);
}

/** Q0.31 of exp(−2^k), k = −2 … 4. */
const FACTORS = [1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242];

/** exp(a), a ≤ 0 in Q5.26, result Q0.31 (gemmlowp exp_on_negative_values). */
function expNegative(a: number): number {
  if (a === 0) return 2147483647;
  const inInterval = (a & (2 ** 24 - 1)) - 2 ** 24;
  const remainder = inInterval - a;
  return FACTORS.reduce(
    (result, factor, k) => (remainder & (1 << (24 + k)) ? highMul(result, factor) : result),
    expInterval(inInterval * 32),
  );
}

/** 1 / (1 + a), a in [0, 1), Q0.31 (gemmlowp one_over_one_plus_x_for_x_in_0_1). */
function reciprocalOnePlus(a: number): number {
  const half = Math.floor((a + 2147483648) / 2);
  let x = 1515870810 + highMul(half, -1010580540);
  for (let i = 0; i < 3; i++) x += saturatingShiftLeft(highMul(x, 2 ** 29 - highMul(half, x)), 2);
  return saturatingShiftLeft(x, 1);
}

/** TFLite reference_ops::Softmax, int8 → int8, over each run of `depth` values. */
export function softmax(input: Int8Array, output: Int8Array, depth: number, parameters: Int32Array): void {
  const multiplier = parameters[SOFTMAX_MULTIPLIER];
  const shift = parameters[SOFTMAX_SHIFT];
  const least = parameters[SOFTMAX_DIFF_MIN];
  const exponential = (difference: number) => expNegative(highMul((difference << shift) | 0, multiplier));
  for (let at = 0; at < input.length; at += depth) {
    const row = input.subarray(at, at + depth);
    const top = Math.max(...row);
    let sum = 0;
    for (const value of row) if (value - top >= least) sum += roundingShift(exponential(value - top), 12);
    const headroom = Math.clz32(sum);
    const scale = reciprocalOnePlus(sum * 2 ** headroom - 2 ** 31);
    const exponent = 12 - headroom + 31 - 8;
    row.forEach((value, c) => {
      const kept = value - top >= least && exponent <= 31;
      const probability = kept ? roundingShift(highMul(scale, exponential(value - top)), exponent) : 0;
      output[at + c] = clamp(probability - 128, -128, 127);
    });
  }
}
