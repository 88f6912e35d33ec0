// `halfbit bundle --target wasm`: the runtime for one model as a module, for devices that have an engine. The model stays
// where it is, in flash or a file: the module asks for a layer's weights before it runs the layer.
import { sizes } from "./facts.ts";
import type { Bundled, BundleOptions, Folder } from "./index.ts";
import { runtimeFor } from "./runtime.ts";
import { withMemory } from "./sections.ts";
import { wasmReadme } from "./wasm-readme.ts";

export async function wasmFolder({ name, bytes }: Bundled, { pageSize }: BundleOptions): Promise<Folder> {
  const { program, profile, memory } = await runtimeFor(bytes, name, false);
  const pageBytes = pageSize === "1" ? 1 : 65536;
  const pages = Math.ceil(memory.total / pageBytes);
  const module = withMemory(profile.module, pages, pageBytes);
  const readme = wasmReadme({
    title: program.metadata.name ?? name,
    modelBytes: bytes.length,
    memory,
    pages,
    pageBytes,
  });
  return {
    files: new Map<string, string | Uint8Array>([
      ["README.md", readme],
      ["halfbit.wasm", module],
      ["model.bin", bytes],
    ]),
    facts: sizes(profile, memory),
  };
}
