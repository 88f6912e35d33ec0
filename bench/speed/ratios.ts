// The figures that stand for the rest. Above 1, halfbit is faster.

import type { InterpreterResults } from "./interpreter.ts";
import { KERNELS, type Kernel, type KernelRow } from "./kernels.ts";
import type { NetworkResults, NetworkRow } from "./networks.ts";
import { inTurn, type Measured, ratio } from "./rounds.ts";

export interface Ratios {
  resnet8_vs_fastest_web: number;
  resnet8_vs_own_int8: number;
  resnet8_vs_litert_int8: number;
  convv_vs_dense_simd: number;
  convv_scalar_vs_plain_scalar: number;
  interpreter_vs_plain: number;
}

const fastest = (rows: readonly Measured[]): Measured => rows.reduce((a, b) => (b.median < a.median ? b : a));

/** The peer in WebAssembly that is the fastest on the network. */
export function fastestWeb({ rows }: NetworkResults): NetworkRow {
  const peers = rows.filter(({ where }) => where === "web");
  return peers.reduce((a, b) => (b.seconds.median < a.seconds.median ? b : a));
}

/** All six layers, one after the other. */
function together(rows: readonly KernelRow[], kernel: Kernel): Measured {
  return inTurn(rows.map(({ times }) => times[kernel]));
}

/** Of each layer, the fastest dense SIMD convolution; all six, one after the other. */
function fastestDense(rows: readonly KernelRow[]): Measured {
  const dense = KERNELS.filter((name) => name === "int8, simd128" || name === "pairs" || name === "rows");
  return inTurn(rows.map(({ times }) => fastest(dense.map((name) => times[name]))));
}

export function ratios(
  resnet8: NetworkResults,
  kernels: readonly KernelRow[],
  interpreter: InterpreterResults,
): Ratios {
  const row = (of: (row: NetworkRow) => boolean) => {
    const found = resnet8.rows.find(of);
    if (!found) throw new Error("a row of ResNet-8 is missing");
    return found.seconds;
  };
  const own = row(({ model, level }) => model === "resnet8" && level === "simd128");
  const int8 = row(({ model, level }) => model === "resnet8_int8" && level === "simd128");
  const litert = row(({ name }) => name === "LiteRT, int8");
  return {
    resnet8_vs_fastest_web: ratio(fastestWeb(resnet8).seconds, own),
    resnet8_vs_own_int8: ratio(int8, own),
    resnet8_vs_litert_int8: ratio(litert, own),
    convv_vs_dense_simd: ratio(fastestDense(kernels), together(kernels, "signs, simd128")),
    convv_scalar_vs_plain_scalar: ratio(together(kernels, "plain"), together(kernels, "signs, scalar")),
    interpreter_vs_plain: ratio(interpreter.plain, interpreter.signs),
  };
}
