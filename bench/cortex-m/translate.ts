// The runtime's module as C for one device: wasm2c's translation, whose memory and globals are made static.
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { findTool } from "../../tools/cortex-m.mjs";

/** base and constant offset of a load or a store; memory.h has functions of the two. */
const ACCESS = /(\w+_(?:load|store)\w*)\(&instance->w2c_memory, \(u64\)\((\w+)\)(?: \+ (\d+)u?)?/g;
/** wasm2c's own functions, which check 64-bit sums against the memory's size. */
const FUNCTIONS = /^DEFINE_(LOAD|STORE)\(.*\n/gm;
const GLOBALS = /^ {2}(\w+ w2c_g\d+;)$/gm;

/** Writes halfbit.c and the headers that it includes to a folder. Returns a bound on what an access adds to its base. */
export function translate(wasm: string, folder: string): number {
  const wasm2c = findTool("wasm2c")!;
  const source = join(folder, "halfbit.c");
  const header = join(folder, "halfbit.h");
  execFileSync(wasm2c, ["--module-name", "halfbit", wasm, "--output", source]);
  copyFileSync(join(dirname(realpathSync(wasm2c)), "../include/wasm-rt.h"), join(folder, "wasm-rt.h"));
  const globals = readFileSync(header, "utf8").match(GLOBALS) ?? [];
  const text = readFileSync(source, "utf8");
  const offsets = [...text.matchAll(ACCESS)].map(([, , , offset]) => Number(offset ?? 0));
  const ours = `#include "memory.h"\n${globals.map((global) => `static${global.slice(1)}\n`).join("")}`;
  const c = text
    .replace(FUNCTIONS, "")
    .replace(ACCESS, (_, name, base, offset = "0") => `${name}(${base}, ${offset}`)
    .replaceAll("instance->w2c_g", "w2c_g")
    .replace("#define TRAP(", `${ours}\n#define TRAP(`);
  writeFileSync(source, c);
  return Math.max(...offsets) + 8;
}
