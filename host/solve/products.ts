// Plain products of row-major matrices with vectors: the inner loops of the solvers.

export type Numbers = Float32Array | Float64Array;

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

/** A·H, T × S by S × S symmetric, as one pass over the rows of H for each row of A. */
export function timesSymmetric(a: Numbers, h: Float64Array, T: number, S: number): Float64Array {
  const product = new Float64Array(T * S);
  for (let t = 0; t < T; t++) {
    const row = product.subarray(t * S, (t + 1) * S);
    for (let s = 0; s < S; s++) {
      const factor = a[t * S + s];
      if (factor === 0) continue;
      for (let j = 0, at = s * S; j < S; j++) row[j] += factor * h[at + j];
    }
  }
  return product;
}
