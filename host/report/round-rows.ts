import type { Numbers } from "../solve/products.ts";

/** Every row of `width` numbers rounded to int8 with its own scale max|w| / 127, and back to real numbers. */
export function roundRows(w: Numbers, width: number): Float32Array {
  const rounded = new Float32Array(w.length);
  for (let at = 0; at < w.length; at += width) {
    const row = w.subarray(at, at + width);
    let largest = 0;
    for (const value of row) largest = Math.max(largest, Math.abs(value));
    const scale = largest / 127 || 1;
    for (let s = 0; s < width; s++) rounded[at + s] = Math.round(row[s] / scale) * scale;
  }
  return rounded;
}
