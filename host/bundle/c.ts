// `halfbit bundle --target c`: a model and its runtime as a folder of C.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Program } from "../program.ts";
import { readModel } from "../read.ts";
import { sizes } from "./facts.ts";
import { halfbitHeader } from "./header.ts";
import type { Bundled, Folder } from "./index.ts";
import { type MemoryMap, memoryMap } from "./memory-map.ts";
import { modelArray } from "./model-array.ts";
import { compileProfile, type Profile } from "./profile.ts";
import { readme } from "./readme.ts";
import { packageRoot } from "./root.ts";
import { loadStream } from "./stream.ts";
import { translate } from "./translate.ts";

/** The files of firmware/ that every bundle has as they are. */
const AS_THEY_ARE = ["halfbit.c", "memory.h", "Makefile", "stack.awk"];

export interface Bundle {
  files: Map<string, string>;
  program: Program;
  profile: Profile;
  memory: MemoryMap;
}

/** Of a model that the runtime takes; `name` stands in errors. */
export async function bundleC(model: Uint8Array, name: string): Promise<Bundle> {
  const program = readModel(model, name);
  const profile = await compileProfile(program.layers);
  const memory = await memoryMap(profile.module, model, name);
  // What is translated has run the model, in as much memory as it will have.
  const wasm = await loadStream(profile.module, model, name, memory.total);
  if (program.selfTest && wasm.selfTest() !== 0) throw new Error(`${name}: the profile fails the self-test`);
  const bundle = { program, profile, memory };
  const firmware = join(packageRoot(), "firmware");
  const files = new Map(AS_THEY_ARE.map((file) => [file, readFileSync(join(firmware, file), "utf8")]));
  files.set("halfbit.h", halfbitHeader(program, model.length, memory.total));
  files.set("runtime.h", translate(profile.named));
  files.set("model.c", modelArray(model));
  files.set("README.md", readme(bundle, model.length));
  return { ...bundle, files };
}

/** For `halfbit bundle`. */
export async function firmwareFolder({ name, bytes }: Bundled): Promise<Folder> {
  const { files, profile, memory } = await bundleC(bytes, name);
  return { files, facts: sizes(profile, memory) };
}
