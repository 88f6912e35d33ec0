// A script for browsers, with host/adapters/browser.ts in place of host/adapters/node.ts, and what it downloads.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { libraryOptions } from "../../tools/support/libraries.mjs";
import { ROOT } from "../support/commands.ts";

/** The script's bytes; it is a module. Fails where anything on its way imports a module of Node's. */
export async function browserScript(entry: string): Promise<Uint8Array> {
  const { outputFiles } = await build({ ...libraryOptions("browser"), entryPoints: [entry], write: false });
  return outputFiles![0].contents;
}

/** The WebAssembly modules that lie beside the script, by name. */
export function browserModules(): Map<string, Uint8Array> {
  const tfjs = dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"));
  const paths = [
    ...["halfbit.scalar.wasm", "halfbit.simd128.wasm", "float.wasm"].map((name) => join(ROOT, "dist", name)),
    ...["tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm"].map((name) => join(tfjs, name)),
  ];
  return new Map(paths.map((path) => [path.split(/[\\/]/).at(-1)!, new Uint8Array(readFileSync(path))]));
}
