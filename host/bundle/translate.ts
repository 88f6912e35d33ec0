// A module of the runtime as C: the function bodies, globals and static data of wasm2c's translation. The rest, written
// for a process with a heap and signals, is left out: firmware/memory.h has loads and stores on a static array.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const GLOBAL = /^ {2}(u32|u64) w2c_(\w+);$/gm;
const INITIAL = /^ {2}instance->w2c_(\w+) = (\w+);$/gm;
const SEGMENT = /^static const u8 data_segment_data_w2c_halfbit_(d\d+)\[\] = (\{[^}]*\});$/gm;
const PLACE = /LOAD_DATA\(instance->w2c_memory, (\d+)u, data_segment_data_w2c_halfbit_(d\d+), (\d+)\)/g;
const EXPORT = /^\/\* export: '(\w+)' \*\/\n(?:.*\n){1,7}? {2}(?:\w+ ret = )?w2c_halfbit_(\w+)\(instance/gm;
/** Behind memory.grow, for hosts that keep the memory's address in a segment register. */
const SEGUE = /^#if WASM_RT_USE_SEGUE_FOR_THIS_MODULE\n.*\n#endif\n/gm;
const INITIALS = /^static void init_globals[\s\S]*?^\}/m;
const FUNCTION =
  /^(?:static )?(u32|u64|void) w2c_halfbit_(\w+)\(w2c_halfbit\* instance(?:, )?([^)]*)\) \{\n([\s\S]*?)^\}$/gm;
/** The module's start function, called last when it is instantiated. */
const START = /init_data_instances\(instance\);\n {2}w2c_halfbit_(\w+)\(instance\);/;
const DATA = /^static const u8 data_segment/m;
const ACCESS = /(\w+_(?:load|store)\w*?)_default32\(&instance->w2c_memory, \(u64\)\((\w+)\)(?: \+ (\d+)u)?/g;

/** Offsets up to here are covered by the room behind the memory (SLACK in firmware/memory.h), so that only bases are checked. */
const SMALL = 64;

/** Functions that firmware/memory.h has in place of the module's, for instructions that C has no operator for. */
const OWN = new Map([["kernels_fixed_point_toInt8", "TO_INT8"]]);

/** wasm2c's translation of a module with names. */
function wasm2c(wasm: Uint8Array): { source: string; header: string } {
  const folder = mkdtempSync(join(tmpdir(), "halfbit-wasm2c-"));
  try {
    const tool = join(dirname(createRequire(import.meta.url).resolve("wabt/package.json")), "bin/wasm2c");
    const [module, source] = [join(folder, "module.wasm"), join(folder, "module.c")];
    writeFileSync(module, wasm);
    execFileSync(process.execPath, [tool, "--module-name", "halfbit", module, "--output", source]);
    return { source: readFileSync(source, "utf8"), header: readFileSync(join(folder, "module.h"), "utf8") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** assembly0x2Fkernels0x2Fsign0x2Dsums0x2Fput0x3Cu640x3E → kernels_sign_sums_put_u64 */
function identifier(name: string): string {
  const characters = name.replaceAll(/0x([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  const plain = characters
    .replace(/^~start$/, "start")
    .replace(/^assembly\//, "")
    .replaceAll(/\W+/g, "_")
    .replace(/_$/, "");
  return OWN.get(plain) ?? plain;
}

/** A body without wasm2c's instance and prologues; `named` gives functions their names. */
function body(text: string, named: (name: string) => string): string {
  return text
    .replaceAll(/^ {2}FUNC_(PROLOGUE|EPILOGUE);\n/gm, "")
    .replaceAll(SEGUE, "")
    .replaceAll(ACCESS, (_, name, base, offset = "0") => {
      const [at, rest] = Number(offset) > SMALL ? [`${base} + ${offset}u`, 0] : [base, offset];
      return `${name}(${at}, ${rest}`;
    })
    .replaceAll("instance->w2c_memory.pages", "memory_size()")
    .replaceAll("wasm_rt_grow_memory(&instance->w2c_memory, ", "memory_grow(")
    .replaceAll(/w2c_(host_\w+)\(instance->w2c_host_instance, /g, "$1(")
    .replaceAll(/w2c_halfbit_(\w+)\(instance(?:, )?/g, (_, name) => `${named(name)}(`)
    .replaceAll(/instance->w2c_(\w+)/g, (_, name) => identifier(name));
}

/**
 * C of a module whose functions have names, all of it static: wasm_NAME for each function that it exports, set_up for its data
 * and its start function.
 */
export function translate(wasm: Uint8Array): string {
  const { source, header } = wasm2c(wasm);
  const initial = new Map([...source.match(INITIALS)![0].matchAll(INITIAL)].map(([, name, value]) => [name, value]));
  const globals = [...header.matchAll(GLOBAL)].map(
    ([, type, name]) => `static ${type} ${identifier(name)} = ${initial.get(name)};\n`,
  );
  const exported = new Map([...source.matchAll(EXPORT)].map(([, name, internal]) => [internal, name]));
  const wrappers = new Set(exported.values());
  const named = (name: string) => (exported.has(name) ? `wasm_${exported.get(name)}` : identifier(name));
  const functions = [...source.slice(source.search(DATA)).matchAll(FUNCTION)]
    .filter(([, , name]) => !wrappers.has(name) && ![...OWN.values()].includes(identifier(name)))
    .map(([, type, name, parameters, text]) => ({
      // inline: no host calls all that is exported, and unused functions of this kind make no compiler complain.
      head: `static ${exported.has(name) ? "inline " : ""}${type} ${named(name)}(${parameters || "void"})`,
      text: body(text, named),
    }));
  const segments = [...source.matchAll(SEGMENT)].map(([, name, bytes]) => `static const u8 ${name}[] = ${bytes};\n`);
  const places = [...source.matchAll(PLACE)].map(
    ([, at, name, bytes]) => `  memcpy(linear_memory + ${at}, ${name}, ${bytes});\n`,
  );
  const start = source.match(START)?.[1];
  const c = [
    ...globals,
    ...segments,
    ...functions.map(({ head }) => `${head};\n`),
    ...functions.map(({ head, text }) => `\n${head} {\n${text}}\n`),
    `\nstatic void set_up(void) {\n${places.join("")}${start ? `  ${named(start)}();\n` : ""}}\n`,
  ].join("");
  const left = c.match(/.*(w2c_|wasm_rt_|instance|_default32).*/);
  if (left) throw new Error(`wasm2c has written what no rule takes: ${left[0].trim()}`);
  return `// Translated by wasm2c; do not edit.\n\n${c}`;
}
