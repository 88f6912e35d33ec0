import { readFileSync } from "node:fs";
import { argument, phases } from "./phases.ts";

interface Exports {
  memory: WebAssembly.Memory;
  reserve(bytes: number): number;
  load(bytes: number): number;
  input(): number;
  run(): number;
}

// The module's exports alone, as a page without the library would use them. model, input (int8), module
await phases(
  async () => {
    const module = await WebAssembly.compile(readFileSync(argument(2)));
    return (await WebAssembly.instantiate(module, {})).exports as unknown as Exports;
  },
  async (wasm) => {
    const bytes = readFileSync(argument(0));
    const at = wasm.reserve(bytes.length);
    new Uint8Array(wasm.memory.buffer).set(bytes, at);
    if (wasm.load(bytes.length) !== 0) throw new Error("the model was refused");
    return wasm;
  },
  (wasm) => {
    new Uint8Array(wasm.memory.buffer).set(readFileSync(argument(1)), wasm.input());
    if (wasm.run() !== 0) throw new Error("run failed");
  },
);
