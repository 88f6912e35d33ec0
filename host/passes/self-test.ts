import crc32 from "crc-32";
import { size } from "../graph/graph.ts";
import type { Program } from "../program.ts";
import { runReference } from "../reference/index.ts";

/** The self-test's input: the high byte of each xorshift32 state (13, 17, 5) from a seed other than 0. */
export function selfTestInput(seed: number, length: number): Int8Array {
  let state = seed >>> 0;
  return Int8Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >> 24;
  });
}

/** CRC-32 of every layer's output for the generated input, by the reference arithmetic. */
export function selfTest(program: Program, seed: number): { seed: number; checksums: number[] } {
  const input = selfTestInput(seed, size(program.tensors[program.input].shape));
  const checksums = runReference(program, input).map((output) => crc32.buf(new Uint8Array(output.buffer)) >>> 0);
  return { seed, checksums };
}
