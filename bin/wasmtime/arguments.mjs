// What the launcher adds to wasmtime's arguments, so that `wasmtime infer.wasm model.bin image.raw` works as typed.
import { existsSync } from "node:fs";
import path from "node:path";
import { PACKAGE } from "./places.mjs";

/** wasmtime's options that take the next argument as their value. */
const VALUED = new Set([
  "--dir",
  "--env",
  "--argv0",
  "--invoke",
  "--preload",
  "--config",
  "--target",
  "--profile",
  ...["-O", "-C", "-D", "-W", "-S", "-R", "-g"],
  ...["--optimize", "--codegen", "--debug", "--wasm", "--wasi", "--record", "--gdbstub"],
]);

/** Index of the module in `wasmtime [run] [options] MODULE [its arguments]`, or −1. */
function moduleIndex(args) {
  let at = args[0] === "run" ? 1 : 0;
  while (at < args.length && args[at].startsWith("-")) at += VALUED.has(args[at]) ? 2 : 1;
  return /\.(wasm|cwasm|wat)$/.test(args[at] ?? "") ? at : -1;
}

/**
 * {args, module, notes}. `infer.wasm` that is not in the current folder becomes the package's own; without any --dir
 * the current folder is granted, since a module sees no file otherwise. module is −1 where no module is run.
 */
export function prepare(given) {
  const args = [...given];
  const notes = [];
  let module = moduleIndex(args);
  if (module < 0) return { args, module, notes };
  const shipped = path.join(PACKAGE, "dist", "infer.wasm");
  if (path.normalize(args[module]) === "infer.wasm" && !existsSync("infer.wasm") && existsSync(shipped)) {
    args[module] = shipped;
    notes.push(`infer.wasm is not in this folder; running ${shipped}`);
  }
  if (!args.slice(0, module).some((arg) => arg === "--dir" || arg.startsWith("--dir="))) {
    args.splice(module, 0, "--dir", ".");
    module += 2;
    notes.push("no --dir given; granting the current folder (--dir .)");
  }
  return { args, module, notes };
}
