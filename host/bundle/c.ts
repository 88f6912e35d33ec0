// `halfbit bundle --target c`: a model and its runtime as a folder of C.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sizes } from "./facts.ts";
import { halfbitHeader } from "./header.ts";
import type { Bundled, Folder } from "./index.ts";
import { modelArray } from "./model-array.ts";
import { readme } from "./readme.ts";
import { packageRoot } from "./root.ts";
import { type ModelRuntime, runtimeFor } from "./runtime.ts";
import { translate } from "./translate.ts";

/** The files of firmware/ that every bundle has as they are. */
const AS_THEY_ARE = ["halfbit.c", "memory.h", "sums.h", "Makefile", "stack.awk"];

export interface Bundle extends ModelRuntime {
  files: Map<string, string>;
}

/** Of a model that the runtime takes; `name` stands in errors. */
export async function bundleC(model: Uint8Array, name: string): Promise<Bundle> {
  const runtime = await runtimeFor(model, name, true);
  const { program, profile, memory } = runtime;
  const firmware = join(packageRoot(), "firmware");
  const files = new Map(AS_THEY_ARE.map((file) => [file, readFileSync(join(firmware, file), "utf8")]));
  files.set("halfbit.h", halfbitHeader(program, model.length, memory.total));
  files.set("runtime.h", translate(profile.named));
  files.set("model.c", modelArray(model));
  files.set("README.md", readme(runtime, model.length));
  return { ...runtime, files };
}

/** For `halfbit bundle`. */
export async function firmwareFolder({ name, bytes }: Bundled): Promise<Folder> {
  const { files, profile, memory } = await bundleC(bytes, name);
  return { files, facts: sizes(profile, memory) };
}
