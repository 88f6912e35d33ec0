// The engines of the conformance table: each runs a model file on inputs and gives the output of every layer, or of
// the last one where the host shows no more.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readModule } from "../../host/adapters/node.ts";
import { memoryMap } from "../../host/bundle/memory-map.ts";
import { loadStream } from "../../host/bundle/stream.ts";
import { Engine as Runtime } from "../../host/engine.ts";
import { readModel } from "../../host/read.ts";
import { runReference } from "../../host/reference/index.ts";
import { engines, temporaryFolder } from "../support/commands.ts";

export interface ConformanceEngine {
  name: string;
  /** Why it cannot run here, or false. */
  skip: string | false;
  /** For each input, the outputs of all layers, or of the last only. */
  run(file: Uint8Array, inputs: Int8Array[]): Promise<Int8Array[][]>;
}

function native(level: "scalar" | "simd128"): ConformanceEngine {
  return {
    name: `Node, ${level}`,
    skip: false,
    async run(file, inputs) {
      const runtime = await Runtime.load(file, "case", level);
      return inputs.map((input) => {
        runtime.input().set(input);
        return Array.from({ length: runtime.layerCount }, (_, i) => {
          runtime.step(i);
          return runtime.layerOutput(i);
        });
      });
    },
  };
}

/** The runtime that keeps of the file only its records, in exactly the memory that it needs. */
const streaming: ConformanceEngine = {
  name: "Node, stream",
  skip: false,
  async run(file, inputs) {
    const module = await readModule("halfbit.stream.wasm");
    const { total } = await memoryMap(module, file, "case");
    const wasm = await loadStream(module, file, "case", total);
    const bytes = (at: number, length: number) => new Int8Array(wasm.memory.buffer, at, length);
    return inputs.map((input) => {
      bytes(wasm.input(), input.length).set(input);
      return Array.from({ length: wasm.layerCount() }, (_, i) => {
        wasm.step(i);
        return bytes(wasm.layerOutput(i), wasm.layerOutputBytes(i)).slice();
      });
    });
  },
};

/** infer.wasm as a command, one process an input. */
const commands = engines().map(({ name, skip, infer }): ConformanceEngine => {
  const folder = temporaryFolder();
  return {
    name: `${name}, infer.wasm`,
    skip,
    async run(file, inputs) {
      writeFileSync(join(folder, "model.bin"), file);
      return inputs.map((input) => {
        writeFileSync(join(folder, "input.raw"), input);
        const { code, stderr } = infer(["model.bin", "input.raw", "--output", "scores.raw"], { cwd: folder });
        if (code !== 0) throw new Error(`${name}: exit code ${code}: ${stderr}`);
        return [new Int8Array(readFileSync(join(folder, "scores.raw")))];
      });
    },
  };
});

export const ENGINES: ConformanceEngine[] = [native("scalar"), native("simd128"), streaming, ...commands];

/** What all of them must equal. */
export function reference(file: Uint8Array, inputs: Int8Array[]): Int8Array[][] {
  const program = readModel(file, "case");
  return inputs.map((input) => runReference(program, input));
}
