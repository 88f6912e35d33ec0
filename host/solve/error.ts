// How far approximate weights are from the true ones.

import { type Numbers, timesSymmetric } from "./products.ts";

/**
 * tr((W − Ŵ)·H·(W − Ŵ)ᵀ) / tr(W·H·Wᵀ): the share of the squared output feature map that Ŵ misses, inputs having the
 * Gram matrix H (S × S); without H the share of the squared weights. 0 is exact; T × S row-major. The T rows are
 * those of w, so w.length / S.
 */
export function featureMapError(w: Numbers, approximation: Numbers, S: number, gram?: Float64Array): number {
  const whole = quadratic(w, S, gram);
  if (whole === 0) return 0;
  if (gram) {
    const difference = new Float64Array(w).map((value, i) => value - approximation[i]);
    return quadratic(difference, S, gram) / whole;
  }
  let missed = 0;
  for (let i = 0; i < w.length; i++) missed += (w[i] - approximation[i]) ** 2;
  return missed / whole;
}

/** tr(A·H·Aᵀ); H = I where it is absent. */
export function quadratic(a: Numbers, S: number, gram?: Float64Array): number {
  const product = gram ? timesSymmetric(a, gram, a.length / S, S) : a;
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * product[i];
  return sum;
}
