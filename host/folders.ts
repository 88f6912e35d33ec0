// Folders that commands write: complete or not there.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { HalfbitError } from "./errors.ts";
import { holdSignals, temporaryName, unwritable } from "./files.ts";

/** In every folder that halfbit wrote: such a one may be replaced. */
const MARKER = ".halfbit-bundle";

/** Contents by path below the folder, with slashes. */
export type Files = ReadonlyMap<string, Uint8Array | string>;

/** Throws where writeFolder could not begin: E_USAGE for a folder that holds something else, unless `force`. */
export function checkFolder(path: string, force: boolean): void {
  const isAbove = !relative(resolve(path), process.cwd()).startsWith("..");
  if (isAbove) throw new HalfbitError("E_USAGE", `${path}: the current folder, or one above it; name another`);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isDirectory()) throw new HalfbitError("E_WRITE", `${path}: a file, not a folder; nothing was written`);
  const ours = existsSync(join(path, MARKER)) || readdirSync(path).length === 0;
  if (ours || force) return;
  throw new HalfbitError(
    "E_USAGE",
    `${path}: a folder that holds other things than a bundle; name another, or replace all of it with --force`,
  );
}

/** Writes a folder beside its place and moves it there, so that it is never half full; an earlier one is deleted. */
export function writeFolder(path: string, files: Files, force: boolean): void {
  checkFolder(path, force);
  const release = holdSignals();
  const place = resolve(path);
  const aside = temporaryName(place);
  const earlier = temporaryName(place);
  try {
    mkdirSync(aside);
    for (const [name, content] of [...files, [MARKER, ""] as const]) {
      mkdirSync(dirname(join(aside, name)), { recursive: true });
      writeFileSync(join(aside, name), content);
    }
    if (existsSync(place)) renameSync(place, earlier);
    renameSync(aside, place);
    rmSync(earlier, { recursive: true, force: true });
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    if (existsSync(earlier) && !existsSync(place)) renameSync(earlier, place);
    throw unwritable(path, error);
  } finally {
    release();
  }
}
