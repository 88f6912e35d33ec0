// What a Session needs of its surroundings, under Node. A build for another host replaces this one module.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { HalfbitError } from "../errors.ts";
import { readFile } from "../files.ts";

export type Level = "simd128" | "scalar";

/** Bundled, this module is in dist/ or dist/chunks/; as source, dist/ is two folders up. */
const FOLDERS = ["./", "../", "../../dist/"];

/** The freestanding runtime module of a level. */
export async function readRuntime(level: Level): Promise<Uint8Array> {
  const name = `halfbit.${level}.wasm`;
  for (const folder of FOLDERS) {
    const path = fileURLToPath(new URL(folder + name, import.meta.url));
    if (existsSync(path)) return readFileSync(path);
  }
  throw new HalfbitError("E_ENGINE", `dist/${name} is missing: run \`npm run build\` in halfbit's folder`);
}

/** A model file's bytes. */
export async function readModelFile(path: string): Promise<Uint8Array> {
  return readFile(path);
}
