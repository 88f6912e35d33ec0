// Python environments of the project's own, one for each list of requirements.
import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fingerprint, stamp } from "./fingerprint.mjs";
import { capture, ROOT, say, seconds, ToolError } from "./project.mjs";

const WINDOWS = process.platform === "win32";

async function step(command, args, advice) {
  const { code, output } = await capture(command, args).catch((error) => ({ code: 1, output: error.message }));
  if (code !== 0) throw new ToolError(`${advice}\n${output.trim().split("\n").slice(-5).join("\n")}`);
}

/**
 * The Python of a virtual environment in `folder` with what the file `requirements` lists, installed where that is
 * missing or stale. what: its contents, for messages; advice: what is needed where pip fails.
 */
export async function pythonEnvironment({ folder, requirements, what, advice, flags = [] }) {
  const place = path.join(ROOT, folder);
  const python = path.join(place, WINDOWS ? "Scripts/python.exe" : "bin/python");
  const installed = stamp(`${folder}/.halfbit-requirements`);
  const print = fingerprint([requirements]);
  if (installed.matches(print) && existsSync(python)) return python;
  const start = performance.now();
  say(`installing ${what} into ${folder} …`);
  rmSync(place, { recursive: true, force: true });
  await step(WINDOWS ? "python" : "python3", ["-m", "venv", place], "Python 3 with the module venv is needed");
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...flags];
  await step(python, [...pip, "-r", path.join(ROOT, requirements)], advice);
  installed.write(print);
  say(`${what} installed in ${seconds(start)}`);
  return python;
}
