// What one inference of a layer computes, in the terms of the paper's section 3.5.

import type { Scheme } from "./options.ts";

export interface Operations {
  additions: number;
  multiplications: number;
}

/** T output channels, S weights a channel, `pixels` output pixels (1 for a FullyConnected), K where semi-binary. */
export interface LayerSize {
  T: number;
  S: number;
  pixels: number;
  rank?: number;
}

/**
 * Operations an output pixel, times the pixels:
 *   original, int8  T·S additions and T·S multiplications, that is T·S multiply-adds
 *   semi-binary     K·S + T·K additions (V·x, then U·m), K + T multiplications (d_k or M_k, then r_t or R_t): section 3.5
 *   planes:N        N·T·S additions, N·T multiplications by the α_{t,i}
 *   bits:N          the same: N planes whose α_{t,i} = α_t·2^i; a kernel that shifts would multiply T times
 *   sign, alpha     one plane: T·S additions, T multiplications
 * Where the original layer has no operation of its own these are all; the bias (T additions) and the requantisation of
 * an int8 layer (T multiplications), which the others have in their scales, are left aside.
 */
export function operations(scheme: Scheme, { T, S, pixels, rank = 0 }: LayerSize): Operations {
  const per = (additions: number, multiplications: number) => ({
    additions: pixels * additions,
    multiplications: pixels * multiplications,
  });
  if (scheme === "int8") return per(T * S, T * S);
  if (scheme === "semi-binary") return per(rank * (S + T), rank + T);
  const planes = Number(scheme.split(":")[1] ?? 1);
  return per(planes * T * S, planes * T);
}
