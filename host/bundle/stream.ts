// The streaming runtime in Node: a module built with STREAM, whose host is an array that holds the model file.
import type { Exports } from "../engine.ts";
import { HalfbitError, refused } from "../errors.ts";
import { wordSums } from "./word-sums.ts";

/** Loads a model into a streaming module that may use `memoryBytes` of memory. Throws E_MODEL where it is refused. */
export async function loadStream(
  module: Uint8Array,
  file: Uint8Array,
  name: string,
  memoryBytes: number,
): Promise<Exports> {
  const read = (offset: number, address: number, bytes: number) => {
    const part = file.subarray(offset >>> 0, (offset >>> 0) + (bytes >>> 0));
    if (part.length !== bytes >>> 0) throw new RangeError(`read of ${bytes} bytes at ${offset} of ${file.length}`);
    new Uint8Array(wasm.memory.buffer).set(part, address >>> 0);
  };
  const sums = wordSums(() => wasm.memory.buffer);
  const { instance } = await WebAssembly.instantiate(module as BufferSource, { host: { read, sums } });
  const wasm = instance.exports as unknown as Exports;
  if (wasm.reserve(memoryBytes) === 0) throw new HalfbitError("E_ENGINE", `${name}: no memory of ${memoryBytes} bytes`);
  const status = wasm.load(file.length);
  if (status !== 0) throw refused(name, status, Number(wasm.lastError() >> 32n));
  return wasm;
}
