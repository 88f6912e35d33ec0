// The dense weights that a binary layer stands for.

import type { PlanesWeights, SemiBinaryWeights } from "../graph/graph.ts";

/**
 * Dense T × S weights, row-major, summed in float64:
 *   semi-binary  W[t, s] = r_t · Σ_k U[t, k]·d_k·V[k, s]
 *   planes       W[t, s] = Σ_i α[t, i]·B_i[t, s]
 */
export function reconstruct(binary: SemiBinaryWeights | PlanesWeights, T: number, S: number): Float32Array {
  const dense = new Float32Array(T * S);
  const row = new Float64Array(S);
  const terms = binary.scheme === "semi-binary" ? binary.rank : binary.planes;
  for (let t = 0; t < T; t++) {
    row.fill(0);
    for (let i = 0; i < terms; i++) {
      const { factor, signs, start } = term(binary, t, i, T, S);
      for (let s = 0; s < S; s++) row[s] += factor * signs[start + s];
    }
    dense.set(row, t * S);
  }
  return dense;
}

/** Term i of row t: a factor times the S signs from `start`. */
function term(binary: SemiBinaryWeights | PlanesWeights, t: number, i: number, T: number, S: number) {
  if (binary.scheme === "semi-binary") {
    const factor = binary.r[t] * binary.d[i] * binary.u[t * binary.rank + i];
    return { factor, signs: binary.v, start: i * S };
  }
  return { factor: binary.alpha[t * binary.planes + i], signs: binary.bits, start: (i * T + t) * S };
}
