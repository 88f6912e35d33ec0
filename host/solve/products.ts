// Plain products of row-major matrices with vectors: the inner loops of the solvers.

export type Numbers = Float32Array | Float64Array;

/** Σ a[x + i]·b[y + i] over i < n, in four sums: one would wait for its own last addition. */
export function dotOf(a: Numbers, x: number, b: Numbers, y: number, n: number): number {
  let sum0 = 0; // four statements: V8 keeps a destructured array's numbers in memory, which takes twice as long
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
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

/**
 * A·H, T × S by S × S symmetric: two rows of the product, the last of an odd number alone, take four rows of H at a time,
 * one after the other.
 */
export function timesSymmetric(a: Numbers, h: Float64Array, T: number, S: number): Float64Array {
  const product = new Float64Array(T * S);
  const pairs = (T - (T % 2)) * S;
  const columns = S - (S % 4);
  for (let x = 0, y = S; x < pairs; x += 2 * S, y += 2 * S) {
    for (let s = 0; s < columns; s += 4) {
      const [a0, a1, a2, a3] = [a[x + s], a[x + s + 1], a[x + s + 2], a[x + s + 3]];
      const [b0, b1, b2, b3] = [a[y + s], a[y + s + 1], a[y + s + 2], a[y + s + 3]];
      const [at0, at1, at2, at3] = [s * S, (s + 1) * S, (s + 2) * S, (s + 3) * S];
      for (let j = 0; j < S; j++) {
        const h0 = h[at0 + j];
        const h1 = h[at1 + j];
        const h2 = h[at2 + j];
        const h3 = h[at3 + j];
        product[x + j] = product[x + j] + a0 * h0 + a1 * h1 + a2 * h2 + a3 * h3;
        product[y + j] = product[y + j] + b0 * h0 + b1 * h1 + b2 * h2 + b3 * h3;
      }
    }
  }
  for (let x = pairs; x < T * S; x += S) {
    for (let s = 0; s < columns; s += 4) {
      const [a0, a1, a2, a3] = [a[x + s], a[x + s + 1], a[x + s + 2], a[x + s + 3]];
      const [at0, at1, at2, at3] = [s * S, (s + 1) * S, (s + 2) * S, (s + 3) * S];
      for (let j = 0; j < S; j++)
        product[x + j] = product[x + j] + a0 * h[at0 + j] + a1 * h[at1 + j] + a2 * h[at2 + j] + a3 * h[at3 + j];
    }
  }
  for (let x = 0; x < T * S; x += S) {
    for (let s = columns; s < S; s++) {
      const factor = a[x + s];
      for (let j = 0, at = s * S; j < S; j++, at++) product[x + j] += factor * h[at];
    }
  }
  return product;
}
