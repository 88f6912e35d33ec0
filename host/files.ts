// Files for the command line: errors in words, and outputs that are complete or not there.
import { randomBytes } from "node:crypto";
import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { HalfbitError } from "./errors.ts";

const MAX_BYTES = 2 ** 31; // what a buffer of Node holds everywhere

function errno(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

let standardInputRead = false;

/** The whole of a file; `-` is standard input, which can be read once. */
export function readFile(path: string): Uint8Array {
  if (path === "-" && standardInputRead) {
    throw new HalfbitError("E_USAGE", "-: standard input can be read only once; name a file for the others");
  }
  standardInputRead ||= path === "-";
  let file = 0;
  try {
    file = path === "-" ? 0 : openSync(path, "r");
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    const stat = fstatSync(file);
    if (stat.isDirectory()) throw new HalfbitError("E_NOT_A_FILE", `${path}: a folder, not a file`);
    if (stat.size > MAX_BYTES) {
      throw new HalfbitError("E_UNREADABLE", `${path}: ${stat.size} bytes is more than halfbit reads at once (2 GiB)`);
    }
    const bytes = readFileSync(file);
    if (bytes.length === 0) throw new HalfbitError("E_EMPTY", `${path}: the file is empty (0 bytes)`);
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  } catch (error) {
    if (error instanceof HalfbitError) throw error;
    throw unreadable(path, error);
  } finally {
    if (file !== 0) closeSync(file);
  }
}

function unreadable(path: string, cause: unknown): HalfbitError {
  const code = errno(cause);
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new HalfbitError("E_NOT_FOUND", `${path}: no such file`, { cause });
  }
  if (code === "EISDIR") return new HalfbitError("E_NOT_A_FILE", `${path}: a folder, not a file`, { cause });
  const reason = code === "EACCES" || code === "EPERM" ? "permission denied" : `cannot be read (${code || cause})`;
  return new HalfbitError("E_UNREADABLE", `${path}: ${reason}`, { cause });
}

const REASONS: Record<string, string> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "larger than files may be here",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOENT: "its folder does not exist",
  ENOTDIR: "its folder is not a folder",
  EISDIR: "a folder, not a file",
  ENAMETOOLONG: "the name is too long",
};

/** E_WRITE, in words. */
export function unwritable(path: string, cause: unknown): HalfbitError {
  const reason = REASONS[errno(cause)] ?? `cannot be written (${errno(cause) || cause})`;
  return new HalfbitError("E_WRITE", `${path}: ${reason}; nothing was written`, { cause });
}

/** Where a write really goes (through links), and whether it can be replaced in one step: a device or pipe cannot. */
function target(path: string): { path: string; mode: number; replaceable: boolean } {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return { path, mode: 0o666, replaceable: true };
  if (stat.isDirectory()) throw Object.assign(new Error("a folder"), { code: "EISDIR" });
  return { path: realpathSync(path), mode: stat.mode & 0o777, replaceable: stat.isFile() };
}

/** For people who expect `-` to be standard output: it is not, and a file of that name is hard to get rid of. */
function refuseDash(path: string): void {
  if (path === "-") throw new HalfbitError("E_USAGE", "-: standard input only; name a file to write");
}

/** A name beside the path's, for what takes its place when it is complete. */
export function temporaryName(path: string): string {
  return join(dirname(path), `.tmp-${randomBytes(6).toString("hex")}-${basename(path).slice(0, 40)}`);
}

/** Throws E_WRITE where writeAtomically(path) could not begin, so that a long compilation need not run in vain. */
export function checkWritable(path: string): void {
  refuseDash(path);
  try {
    const to = target(path);
    if (!to.replaceable) return;
    const temporary = temporaryName(to.path);
    closeSync(openSync(temporary, "wx"));
    unlinkSync(temporary);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/**
 * Writes a file so that its name always holds the earlier content or the new one, whole: into a temporary file of the
 * same folder, to the disk, then renamed. A failure removes the temporary file and throws E_WRITE. Interrupt signals
 * wait until it is over, so that they leave no temporary file either.
 */
export function writeAtomically(path: string, bytes: Uint8Array): void {
  refuseDash(path);
  const release = holdSignals();
  let temporary = "";
  try {
    const to = target(path);
    if (!to.replaceable) {
      writeAndClose(openSync(to.path, "w"), bytes, false);
      return;
    }
    const name = temporaryName(to.path);
    const file = openSync(name, "wx", to.mode);
    temporary = name;
    writeAndClose(file, bytes, true);
    renameSync(temporary, to.path);
    temporary = "";
  } catch (error) {
    throw unwritable(path, error);
  } finally {
    if (temporary !== "") unlinkSync(temporary);
    release();
  }
}

/** sync: onto the disk before it returns; devices and pipes need none. */
function writeAndClose(file: number, bytes: Uint8Array, sync: boolean): void {
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
    if (sync) fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * Interrupts wait until the function that this returns has been called: no half-written thing is left behind.
 * Signals that arrive while JavaScript runs are handled when it returns: note them, and end the process then.
 */
export function holdSignals(): () => void {
  const signals = ["SIGINT", "SIGTERM"] as const;
  const end = (signal: NodeJS.Signals) => {
    release();
    process.kill(process.pid, signal);
  };
  const release = () => {
    for (const signal of signals) process.off(signal, end);
  };
  for (const signal of signals) process.on(signal, end);
  // Node takes note of signals when it polls, and between two immediates it has polled.
  return () => setImmediate(() => setImmediate(release));
}
