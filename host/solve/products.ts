// Plain products of row-major matrices with vectors: the inner loops of the solvers.

export type Numbers = Float32Array | Float64Array;

/** Σ a[x + i]·b[y + i] over i < n, in four sums: one would wait for its own last addition. */
export function dotOf(a: Numbers, x: number, b: Numbers, y: number, n: number): number {
  let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < n; i += 4) {
    sum0 += a[x + i] * b[y + i];
    sum1 += a[x + i + 1] * b[y + i + 1];
    sum2 += a[x + i + 2] * b[y + i + 2];
    sum3 += a[x + i + 3] * b[y + i + 3];
  }
  for (; i < n; i++) sum0 += a[x + i] * b[y + i];
  return sum0 + sum1 + (sum2 + sum3);
}

/** out[t] = Σ_s a[t, s]·x[s], a rows × columns. */
export function timesVector(a: Numbers, x: Float64Array, out: Float64Array): void {
  const columns = x.length;
  for (let t = 0, at = 0; t < out.length; t++, at += columns) {
    let sum = 0;
    for (let s = 0; s < columns; s++) sum += a[at + s] * x[s];
    out[t] = sum;
  }
}

/** out[s] = Σ_t a[t, s]·y[t]: the transpose times a vector. */
export function transposedTimesVector(a: Numbers, y: Float64Array, out: Float64Array): void {
  const columns = out.length;
  out.fill(0);
  for (let t = 0, at = 0; t < y.length; t++, at += columns) {
    const factor = y[t];
    for (let s = 0; s < columns; s++) out[s] += factor * a[at + s];
  }
}

/** a[t, s] += factor·y[t]·x[s]. */
export function addOuter(a: Float64Array, factor: number, y: Float64Array, x: Float64Array): void {
  for (let t = 0, at = 0; t < y.length; t++, at += x.length) {
    const scaled = factor * y[t];
    for (let s = 0; s < x.length; s++) a[at + s] += scaled * x[s];
  }
}

export function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
  return sum;
}

/** A·H, T × S by S × S symmetric, four rows of A to a pass over H. */
export function timesSymmetric(a: Numbers, h: Float64Array, T: number, S: number): Float64Array {
  const product = new Float64Array(T * S);
  let t = 0;
  for (; t + 3 < T; t += 4) {
    const [x0, x1, x2, x3] = [t * S, (t + 1) * S, (t + 2) * S, (t + 3) * S];
    for (let s = 0, at = 0; s < S; s++) {
      const [a0, a1, a2, a3] = [a[x0 + s], a[x1 + s], a[x2 + s], a[x3 + s]];
      for (let j = 0; j < S; j++, at++) {
        product[x0 + j] += a0 * h[at];
        product[x1 + j] += a1 * h[at];
        product[x2 + j] += a2 * h[at];
        product[x3 + j] += a3 * h[at];
      }
    }
  }
  for (; t < T; t++) {
    const row = product.subarray(t * S, (t + 1) * S);
    for (let s = 0; s < S; s++) {
      const factor = a[t * S + s];
      for (let j = 0, at = s * S; j < S; j++) row[j] += factor * h[at + j];
    }
  }
  return product;
}
