// What every tool needs: the project's folder, one-line messages, child processes. Node's own modules only.
import { spawn } from "node:child_process";
import { realpathSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** An error whose message is all that the user needs. */
export class ToolError extends Error {}

/** A line of progress; on standard error, so that standard output stays the tool's result. */
export function say(message) {
  process.stderr.write(`halfbit: ${message}\n`);
}

/** Seconds since `start` (performance.now()), as people read them. */
export function seconds(start) {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}

/** Runs a command in the project's folder; resolves to its exit code, 1 where a signal ended it. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: "inherit", ...options });
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}

/** Runs a command quietly; resolves to its exit code and everything it printed. */
export function capture(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"], ...options });
    let output = "";
    child.stdout.on("data", (text) => (output += text));
    child.stderr.on("data", (text) => (output += text));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Runs `body` where the module is the program that was started; a ToolError ends it with its message and exit code 1. */
export async function main(meta, body) {
  if (!process.argv[1] || realpathSync(process.argv[1]) !== fileURLToPath(meta.url)) return;
  try {
    process.exitCode = (await body(process.argv.slice(2))) ?? 0;
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}
