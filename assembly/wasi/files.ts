// Reading the model and the images, and writing the scores.
import { isStandardInput } from "./arguments";
import { unreadable, unwritable } from "./fail";
import { below, find, folder, length0 } from "./folders";
import { commit, onPath, remember, STAT } from "./pending";
import { writeAll } from "./print";
import { fd_close, fd_fdstat_get, fd_read, path_open } from "./wasi_snapshot_preview1";

const STDIN: i32 = 0;
const FOLLOW_LINKS: i32 = 1;
const CREATE_TRUNCATED: i32 = 1 | 8;
const RIGHTS_READ: u64 = 1 << 1; // fd_read
const RIGHTS_WRITE: u64 = 1 << 6; // fd_write
const FOLDER: i32 = 3;
const REGULAR: i32 = 4;
const PATH_CAPACITY: i32 = 4096;
const ERRNO_NAME_TOO_LONG: i32 = 37;

const filestat: usize = memory.data(64);
const result: usize = memory.data(8);
const vector: usize = memory.data(8);
const temporary: usize = memory.data(4096);
const overflow: usize = memory.data(512);

let output: i32 = -1;
let finalName: usize = 0;

/** A descriptor to read from. */
export function openInput(path: usize): i32 {
  if (isStandardInput(path)) return STDIN;
  find(path);
  const errno = path_open(folder, FOLLOW_LINKS, below, length0(below), 0, RIGHTS_READ, 0, 0, result);
  if (errno != 0) unreadable(path, errno);
  const fd = load<i32>(result);
  if (fd_fdstat_get(fd, filestat) == 0 && load<u8>(filestat) == FOLDER) unreadable(path, 31);
  return fd;
}

export function close(fd: i32): void {
  if (fd != STDIN) fd_close(fd);
}

/** Reads up to `bytes`; returns how many there were. */
export function read(path: usize, fd: i32, into: usize, bytes: i32): i32 {
  let done = 0;
  while (done < bytes) {
    store<u32>(vector, into + done);
    store<u32>(vector, bytes - done, 4);
    const errno = fd_read(fd, vector, 1, result);
    if (errno != 0) unreadable(path, errno);
    const n = load<i32>(result);
    if (n == 0) break;
    done += n;
  }
  return done;
}

/** How many bytes are left to read: what a wrong file's size is reported from. */
export function drain(path: usize, fd: i32): u64 {
  let total: u64 = 0;
  let n = 0;
  do {
    n = read(path, fd, overflow, 512);
    total += n;
  } while (n == 512);
  return total;
}

/** Opens the file for the scores: beside it under another name until everything is written, see finishOutput. */
export function openOutput(path: usize): void {
  find(path);
  const bytes = length0(below);
  finalName = below;
  if (onPath(STAT, folder, below, bytes, filestat, 0) == 0) {
    const kind = load<u8>(filestat, 16);
    if (kind == FOLDER) unwritable(path, 31);
    if (kind != REGULAR) {
      openForWriting(path, below, bytes); // a device or a pipe: nothing to keep
      return;
    }
  }
  if (bytes + 5 > PATH_CAPACITY) unwritable(path, ERRNO_NAME_TOO_LONG);
  const temporaryBytes = temporaryName(below, bytes);
  openForWriting(path, temporary, temporaryBytes);
  remember(folder, temporary, temporaryBytes, output);
}

/** folder/name → folder/.tmp-name */
function temporaryName(path: usize, bytes: i32): i32 {
  let split = bytes;
  while (split > 0 && load<u8>(path + split - 1) != 0x2f) split--;
  memory.copy(temporary, path, split);
  store<u32>(temporary + split, 0x706d742e); // ".tmp"
  store<u8>(temporary + split, 0x2d, 4);
  memory.copy(temporary + split + 5, path + split, bytes - split);
  return bytes + 5;
}

function openForWriting(path: usize, name: usize, bytes: i32): void {
  const errno = path_open(folder, FOLLOW_LINKS, name, bytes, CREATE_TRUNCATED, RIGHTS_WRITE, 0, 0, result);
  if (errno != 0) unwritable(path, errno);
  output = load<i32>(result);
}

export function writeOutput(path: usize, from: usize, bytes: i32): void {
  const errno = writeAll(output, from, bytes);
  if (errno != 0) unwritable(path, errno);
}

/** The scores are complete: they take the place of an earlier file in one step. */
export function finishOutput(path: usize): void {
  const errno = commit(finalName, length0(finalName));
  if (errno != 0) unwritable(path, errno);
}
