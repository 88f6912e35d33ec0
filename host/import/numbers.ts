// Row-major arrays of numbers and their shapes, as source networks hold them.

/**
 * The numbers of a constant. Float32Array holds every floating type, Float64Array holds int64 (exact to 2^53),
 * the others are themselves; booleans are Uint8Array.
 */
export type Numbers = Float32Array | Float64Array | Int32Array | Int8Array | Uint8Array;

/** More numbers than any model this compiler can lower; stops damaged files from asking for gigabytes. */
export const MAX_NUMBERS = 2 ** 28;

/** Product of the dimensions; 1 for a scalar. */
export function count(dims: readonly number[]): number {
  return dims.reduce((product, n) => product * n, 1);
}

/** "1×3×32×32", for messages. */
export function show(dims: readonly number[]): string {
  return dims.length === 0 ? "a scalar" : dims.join("×");
}

/** An empty array of the same type. */
export function alike<A extends Numbers>(data: A, length: number): A {
  const make = data.constructor as new (length: number) => A;
  return new make(length);
}

/** Row-major data of shape `dims` with its axes permuted: axis i of the result is axis permutation[i] of the source. */
export function transpose<A extends Numbers>(data: A, dims: readonly number[], permutation: readonly number[]): A {
  const strides = dims.map((_, i) => count(dims.slice(i + 1)));
  const shape = permutation.map((axis) => dims[axis]);
  const steps = permutation.map((axis) => strides[axis]);
  const out = alike(data, data.length);
  const at = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = data[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += steps[axis];
      if (++at[axis] < shape[axis]) break;
      from -= steps[axis] * shape[axis];
      at[axis] = 0;
    }
  }
  return out;
}
