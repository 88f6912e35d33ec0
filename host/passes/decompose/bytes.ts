// What a layer's numbers take in the model file (format/layout.ts), sections' alignment left aside.

import { packedRowBytes } from "../../../format/layout.ts";
import type { PlanesWeights, SemiBinaryWeights } from "../../graph/graph.ts";

/** Bytes of an output channel's bias: int32 beside int8 weights, int16 beside signs. */
const INT8_BIAS = 4;
const SIGNS_BIAS = 2;

/** int8 weights, and a Q31 multiplier (4 bytes) with its exponent (1) a channel of output. */
export function int8Bytes(T: number, S: number): number {
  return T * S + T * (4 + 1 + INT8_BIAS);
}

/** Packed V and U, rows in whole bytes, and 16 bits for every M_k and R_t. */
export function semiBinaryBytes(T: number, S: number, K: number): number {
  return K * packedRowBytes(S) + T * packedRowBytes(K) + 2 * (K + T) + SIGNS_BIAS * T;
}

/** Packed planes and 16 bits for every α. */
export function planesBytes(T: number, S: number, planes: number): number {
  return planes * T * (packedRowBytes(S) + 2) + SIGNS_BIAS * T;
}

export function binaryBytes(binary: SemiBinaryWeights | PlanesWeights, T: number, S: number): number {
  return binary.scheme === "semi-binary" ? semiBinaryBytes(T, S, binary.rank) : planesBytes(T, S, binary.planes);
}
