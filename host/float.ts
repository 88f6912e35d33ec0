// float.wasm (assembly/float): float32 kernels of training and of the solvers' matrix products, on a memory of the caller's.

import { readModule } from "./adapters/node.ts";

/** Exports of assembly/float/index.ts; every number is a pointer or a count. */
export interface FloatExports {
  pad(...numbers: number[]): void;
  crop(...numbers: number[]): void;
  inputGradient(...numbers: number[]): void;
  convolve(...numbers: number[]): void;
  filterGradient(...numbers: number[]): void;
  maskGradient(...numbers: number[]): void;
  copyColumns(...numbers: number[]): void;
  pack(...numbers: number[]): void;
  depthwise(...numbers: number[]): void;
  depthwiseGradient(...numbers: number[]): void;
}

/** The engine must have SIMD. */
export async function loadFloat(memory: WebAssembly.Memory): Promise<FloatExports> {
  const module = await WebAssembly.compile((await readModule("float.wasm")) as BufferSource);
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  return exports as unknown as FloatExports;
}

/** Channels, rounded up to two vectors of four. */
export const padded8 = (channels: number): number => (channels + 7) & ~7;
