#!/usr/bin/env node
// `npx wasmtime …`: finds or installs wasmtime, else runs the module in Node. Says on standard error what it did,
// except where it just ran the wasmtime on PATH.
import { fileURLToPath } from "node:url";
import { prepare } from "./wasmtime/arguments.mjs";
import { findWasmtime } from "./wasmtime/find.mjs";
import { runInNode, runProgram } from "./wasmtime/run.mjs";

function tell(note) {
  if (note) process.stderr.write(`wasmtime launcher: ${note}\n`);
}

const { program, note } = findWasmtime(fileURLToPath(import.meta.url));
const { args, module, notes } = prepare(process.argv.slice(2));
notes.forEach(tell);
tell(note);
if (program) {
  process.exitCode = await runProgram(program, args);
} else if (module >= 0) {
  tell(`running ${args[module]} in Node ${process.versions.node} instead`);
  process.exitCode = await runInNode(args, module).catch((error) => {
    tell(`${args[module]}: ${error.message}`);
    return 1;
  });
} else {
  tell("without wasmtime only `wasmtime [--dir DIR] MODULE.wasm [ARGUMENTS]` works");
  process.exitCode = 1;
}
