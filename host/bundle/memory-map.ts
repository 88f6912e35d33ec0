// The linear memory of a streaming runtime with a model, part by part (assembly/stream.ts).
import * as f from "../../format/layout.ts";
import { readModel } from "../read.ts";
import { loadStream } from "./stream.ts";

/** Bytes of each part. */
export interface MemoryMap {
  /** The module's own data, the file's header and records, and its self-test. */
  records: number;
  /** The weights of the largest layer, and what else belongs to it in the file's data. */
  window: number;
  arena: number;
  total: number;
}

const POINTERS = [f.L_WEIGHTS, f.L_WEIGHTS_U, f.L_BIAS, f.L_MULTIPLIERS, f.L_SHIFTS, f.L_PARAMETERS];

/** Bytes of the largest layer's data. A layer's data ends where that of the next begins. */
function largestData(model: Uint8Array): number {
  const view = new DataView(model.buffer, model.byteOffset);
  const u32 = (at: number) => view.getUint32(at, true);
  const starts: number[] = [];
  for (let i = 0; i < u32(f.H_LAYER_COUNT); i++) {
    const record = u32(f.H_LAYERS) + i * f.LAYER_BYTES;
    const pointers = POINTERS.map((pointer) => u32(record + pointer)).filter((offset) => offset > 0);
    if (pointers.length > 0) starts.push(Math.min(...pointers));
  }
  const ends = [...starts.slice(1), u32(f.H_DATA) + u32(f.H_DATA_BYTES)];
  return Math.max(0, ...starts.map((start, i) => ends[i] - Math.floor(start / f.ALIGNMENT) * f.ALIGNMENT));
}

/** Loads the model with more memory than it can need, and sees what it took. */
export async function memoryMap(module: Uint8Array, model: Uint8Array, name: string): Promise<MemoryMap> {
  const { tensors, input, arenaBytes } = readModel(model, name);
  const wasm = await loadStream(module, model, name, 65536 + 2 * model.length + arenaBytes);
  const start = wasm.input() - tensors[input].arenaOffset;
  const window = f.align(largestData(model));
  const arena = Math.ceil(arenaBytes / 8) * 8;
  return { records: start - window, window, arena, total: start + arena };
}
