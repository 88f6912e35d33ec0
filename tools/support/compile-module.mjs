// A WebAssembly module from AssemblyScript: for dist/, and, with the kinds of one model, for `halfbit bundle`.
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";
import { capture, ROOT, ToolError } from "./project.mjs";

const require = createRequire(import.meta.url);

async function tool(script, args, what) {
  const { code, output } = await capture(process.execPath, [require.resolve(script), ...args]);
  if (code !== 0) throw new ToolError(`${what} failed\n${output.trim()}`);
}

/**
 * A target of asconfig.json; `use` are constants, `names` keeps the functions' names in the module. small: once more for
 * size, since what the compiler leaves small enough to speed up is folded only then.
 */
export async function compileModule({ target, entry, file, small, use = [], names = false }) {
  const inline = path.join(ROOT, "tools/inline.mjs");
  const constants = use.flatMap((constant) => ["--use", constant]);
  const args = [entry, "--target", target, "--transform", inline, "--outFile", file, ...constants];
  await tool("assemblyscript/bin/asc.js", names ? [...args, "--debug"] : args, `asc (${target})`);
  const opt = [file, "-Oz", "--converge", "--mvp-features", "-o", file];
  if (small) await tool("binaryen/bin/wasm-opt", names ? [...opt, "-g"] : opt, `wasm-opt (${target})`);
}
