// The runtime with the layer kinds of one model: the size profile of a bundle.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ADD_MAX, ADD_MIN } from "../../format/layout.ts";
import { readModule } from "../adapters/node.ts";
import { KIND_CODES } from "../kinds.ts";
import type { Kind, ProgramLayer } from "../program.ts";
import { packageRoot } from "./root.ts";
import { withoutNames } from "./sections.ts";

type Tool = typeof import("../../tools/support/compile-module.mjs");

export interface Profile {
  module: Uint8Array;
  /** The same with the names of its functions. */
  named: Uint8Array;
  /** Of the module with every kind. */
  fullBytes: number;
}

/** One bit a kind, as assembly/kinds.ts takes them. */
function mask(kinds: Iterable<Kind>): number {
  return [...kinds].reduce((bits, kind) => bits | (1 << KIND_CODES[kind]), 0);
}

/** Whether a layer, and the Add that is fused into it, clamps to no less than int8. */
export function hasInt8Range({ kind, activationMin, activationMax, parameters, input2 }: ProgramLayer): boolean {
  const isInt8 = (low: number, high: number) => low === -128 && high === 127;
  const adds = input2 >= 0 && kind !== "Mul";
  return isInt8(activationMin, activationMax) && (!adds || isInt8(parameters[ADD_MIN], parameters[ADD_MAX]));
}

/** Compiles the streaming runtime for the kinds of the layers. words: sums are the host's (assembly/host.ts). */
export async function compileProfile(layers: readonly ProgramLayer[], words: boolean): Promise<Profile> {
  const root = packageRoot();
  const folder = mkdtempSync(join(tmpdir(), "halfbit-profile-"));
  try {
    const { compileModule }: Tool = await import(pathToFileURL(join(root, "tools/support/compile-module.mjs")).href);
    const file = join(folder, "module.wasm");
    const use = [`KINDS=${mask(new Set(layers.map(({ kind }) => kind)))}`];
    if (layers.every(hasInt8Range)) use.push("INT8_RANGE=1");
    if (words) use.push("WORDS=1");
    await compileModule({ target: "stream", entry: "assembly/index.ts", file, small: true, use, names: true });
    const named = new Uint8Array(readFileSync(file));
    const full = await readModule("halfbit.stream.wasm");
    return { module: withoutNames(named), named, fullBytes: full.length };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
