// Running the module: in wasmtime, or where there is none in Node's own WASI.
// Nothing here may import node:process: that opens process.stdin, which makes standard input non-blocking (EAGAIN).
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { constants } from "node:os";
import { GUARD } from "./find.mjs";

const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Runs `program`; resolves to its exit code, 128 + n after signal n. */
export function runProgram(program, args) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: "inherit", env: { ...process.env, [GUARD]: "1" } });
    for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
    child.on("error", (error) => {
      process.stderr.write(`wasmtime launcher: ${program} cannot be started: ${error.message}\n`);
      resolve(126);
    });
    child.on("close", (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}

/** The --dir HOST[::GUEST] grants before the module. */
function preopens(options) {
  const grants = options.flatMap((option, i) => {
    if (option === "--dir") return [options[i + 1]];
    return option.startsWith("--dir=") ? [option.slice("--dir=".length)] : [];
  });
  return Object.fromEntries(grants.map((grant) => grant.split("::")).map(([host, guest = host]) => [guest, host]));
}

/** Node makes pipes non-blocking, and its WASI then fails with EAGAIN where the reader is slower than the module. */
function blockOnOutput() {
  for (const stream of [process.stdout, process.stderr]) stream._handle?.setBlocking?.(true);
}

/** Runs the module at args[module] in Node; resolves to its exit code. */
export async function runInNode(args, module) {
  process.removeAllListeners("warning"); // node:wasi announces that it is experimental
  blockOnOutput();
  const { WASI } = await import("node:wasi");
  const wasi = new WASI({
    version: "preview1",
    args: args.slice(module),
    preopens: preopens(args.slice(0, module)),
    returnOnExit: true,
  });
  const compiled = await WebAssembly.compile(await readFile(args[module]));
  return wasi.start(await WebAssembly.instantiate(compiled, wasi.getImportObject()));
}
