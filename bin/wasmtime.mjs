#!/usr/bin/env node
// `npx wasmtime …`: finds or installs wasmtime, else runs the module in Node. Says on standard error what it did,
// except where it just ran the wasmtime on PATH. `npx wasmtime --install` installs the pinned copy and runs nothing.
import { fileURLToPath } from "node:url";
import { prepare } from "./wasmtime/arguments.mjs";
import { findWasmtime } from "./wasmtime/find.mjs";
import { installPinned } from "./wasmtime/install.mjs";
import { runInNode, runProgram } from "./wasmtime/run.mjs";

function tell(note) {
  if (note) process.stderr.write(`wasmtime launcher: ${note}\n`);
}

/** Resolves to the exit code. */
async function launch(given) {
  const { program, note } = findWasmtime(fileURLToPath(import.meta.url));
  const { args, module, notes } = prepare(given);
  notes.forEach(tell);
  tell(note);
  if (program) return runProgram(program, args);
  if (module < 0) {
    tell("without wasmtime only `wasmtime [--dir DIR] MODULE.wasm [ARGUMENTS]` works");
    return 1;
  }
  tell(`running ${args[module]} in Node ${process.versions.node} instead`);
  return runInNode(args, module).catch((error) => {
    tell(`${args[module]}: ${error.message}`);
    return 1;
  });
}

function install() {
  const { done, note } = installPinned();
  tell(note);
  return done ? 0 : 1;
}

const given = process.argv.slice(2);
process.exitCode = given.length === 1 && given[0] === "--install" ? install() : await launch(given);
