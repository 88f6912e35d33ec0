// The runtime for one model: compiled for its layers, and proven in Node in exactly the memory that it will have.
import type { Program } from "../program.ts";
import { readModel } from "../read.ts";
import { type MemoryMap, memoryMap } from "./memory-map.ts";
import { compileProfile, type Profile } from "./profile.ts";
import { loadStream } from "./stream.ts";

export interface ModelRuntime {
  program: Program;
  profile: Profile;
  memory: MemoryMap;
}

/** Of a model that the runtime takes; `name` stands in errors. words: see compileProfile. */
export async function runtimeFor(model: Uint8Array, name: string, words: boolean): Promise<ModelRuntime> {
  const program = readModel(model, name);
  const profile = await compileProfile(program.layers, words);
  const memory = await memoryMap(profile.module, model, name);
  const wasm = await loadStream(profile.module, model, name, memory.total);
  if (program.selfTest && wasm.selfTest() !== 0) throw new Error(`${name}: the profile fails the self-test`);
  return { program, profile, memory };
}
