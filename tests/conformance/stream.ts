// The runtime that keeps of a file only its records (assembly/stream.ts), in Node, each model in exactly the memory that
// it takes. It shows no memory: it grows to another size than where the file is in it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { memoryMap } from "../../host/bundle/memory-map.ts";
import { loadStream } from "../../host/bundle/stream.ts";
import { ROOT } from "../support/commands.ts";
import type { Host } from "./host.ts";
import { checksum } from "./table.ts";

async function stream(folder: string, wasm = join(ROOT, "dist/halfbit.stream.wasm")): Promise<string> {
  const module = readFileSync(wasm);
  const lines: string[] = [];
  const list = readFileSync(join(folder, "cases.txt"), "utf8").trim().split("\n");
  for (const [run, line] of list.entries()) {
    const [model, input] = line.split(" ").map((name) => readFileSync(join(folder, name)));
    const { total } = await memoryMap(module, model, line);
    const wasm = await loadStream(module, model, line, total);
    new Uint8Array(wasm.memory.buffer).set(input, wasm.input());
    for (let layer = 0; layer < wasm.layerCount(); layer++) {
      wasm.step(layer);
      const output = new Int8Array(wasm.memory.buffer, wasm.layerOutput(layer), wasm.layerOutputBytes(layer));
      lines.push(`${run} ${layer} ${checksum(output)}\n`);
    }
  }
  return lines.join("");
}

export const STREAM: Host = { name: "Node, stream", skip: false, shows: "layers", run: stream };
