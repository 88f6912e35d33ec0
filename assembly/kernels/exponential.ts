// exp and reciprocal in fixed point, as gemmlowp computes them for TFLite's int8 Softmax.

import { highMul, roundingShift, saturatingShiftLeft } from "./fixed-point";

/** e^(−1/8) and 1/3 in Q0.31. */
const EXP_MINUS_EIGHTH: i32 = 1895147668;
const ONE_THIRD: i32 = 715827883;

/** exp(a) for a in [−1/4, 0), Q0.31 to Q0.31: Taylor around −1/8 to the fourth order. */
function expSmall(a: i32): i32 {
  const x = a + (1 << 28);
  const x2 = highMul(x, x);
  const x3 = highMul(x2, x);
  const x4 = highMul(x2, x2);
  const tail = roundingShift(highMul(roundingShift(x4, 2) + x3, ONE_THIRD) + x2, 1);
  return EXP_MINUS_EIGHTH + highMul(EXP_MINUS_EIGHTH, x + tail);
}

/** `result` times e^(−2^k) where bit 26 + k of the remainder is set. */
function factor(result: i32, remainder: i32, bit: i32, multiplier: i32): i32 {
  return (remainder & (1 << bit)) != 0 ? highMul(result, multiplier) : result;
}

/** exp(a) for a ≤ 0: Q5.26 to Q0.31. a = small − remainder; the remainder's bits select factors e^(−2^k). */
export function expNegative(a: i32): i32 {
  if (a == 0) return i32.MAX_VALUE;
  const quarter = 1 << 24;
  const small = (a & (quarter - 1)) - quarter;
  const remainder = small - a;
  let result = expSmall(small << 5);
  result = factor(result, remainder, 24, 1672461947); // e^(−1/4)
  result = factor(result, remainder, 25, 1302514674); // e^(−1/2)
  result = factor(result, remainder, 26, 790015084); // e^−1
  result = factor(result, remainder, 27, 290630308); // e^−2
  result = factor(result, remainder, 28, 39332535); // e^−4
  result = factor(result, remainder, 29, 720401); // e^−8
  return factor(result, remainder, 30, 242); // e^−16
}

/** 1 / (1 + a) for a in [0, 1), Q0.31: three Newton-Raphson steps in Q2.29 from 48/17 − 32/17·(1 + a)/2. */
export function reciprocalOnePlus(a: i32): i32 {
  const half = <i32>((<i64>a + 0x80000000) >> 1);
  let x = 1515870810 + highMul(half, -1010580540);
  for (let i = 0; i < 3; i++) {
    const error = (1 << 29) - highMul(half, x);
    x += saturatingShiftLeft(highMul(x, error), 2);
  }
  return saturatingShiftLeft(x, 1);
}
