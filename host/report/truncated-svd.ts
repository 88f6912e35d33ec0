// Two int8 layers in place of one: the low-rank rival of sign factors.

import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { type Numbers, timesSymmetric } from "../solve/products.ts";

/**
 * Ŵ = A·B with A (T × rank) and B (rank × S), both int8 with a scale a row, as two int8 layers are stored. Under
 * H = L·Lᵀ the best of its rank is P·W with P the projection on the first left singular vectors of W·L, which are the
 * first eigenvectors of W·H·Wᵀ: A = these, B = Aᵀ·W, so that each row of B has its own singular value in its scale.
 * The eigenbasis takes T³ steps.
 */
export function truncatedSvd(w: Numbers, T: number, S: number, rank: number, gram?: Float64Array): Float32Array {
  const matrix = rows(w, T, S);
  const energy = rows(gram ? timesSymmetric(w, gram, T, S) : w, T, S).mmul(matrix.transpose());
  const { eigenvectorMatrix } = new EigenvalueDecomposition(energy, { assumeSymmetric: true }); // values rise
  const basis = eigenvectorMatrix.subMatrix(0, T - 1, T - rank, T - 1);
  const a = rows(roundRows(Float64Array.from(basis.to1DArray()), rank), T, rank);
  const b = rows(roundRows(Float64Array.from(basis.transpose().mmul(matrix).to1DArray()), S), rank, S);
  return Float32Array.from(a.mmul(b).to1DArray());
}

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

function rows(values: Numbers, height: number, width: number): Matrix {
  return new Matrix(Array.from({ length: height }, (_, i) => Array.from(values.subarray(i * width, (i + 1) * width))));
}
