// The temporary file that becomes the output when everything has succeeded.
import { fd_close, path_filestat_get, path_rename, path_unlink_file } from "./wasi_snapshot_preview1";

const FOLLOW_LINKS: i32 = 1;

export const STAT: i32 = 0;
const RENAME: i32 = 1;
const UNLINK: i32 = 2;

/**
 * The calls that wasm3's own WASI lacks. It runs no function that has one in it, called or not: they stand in this one, which
 * runs for --output alone. Having three callers, it is not inlined. `to` is the new name, or where STAT writes.
 */
export function onPath(call: i32, folder: i32, path: usize, bytes: i32, to: usize, toBytes: i32): i32 {
  if (call == STAT) return path_filestat_get(folder, FOLLOW_LINKS, path, bytes, to);
  if (call == RENAME) return path_rename(folder, path, bytes, folder, to, toBytes);
  return path_unlink_file(folder, path, bytes);
}

let folder: i32 = -1;
let name: usize = 0;
let nameBytes: i32 = 0;
let file: i32 = -1;

export function remember(folderFd: i32, temporary: usize, bytes: i32, fd: i32): void {
  folder = folderFd;
  name = temporary;
  nameBytes = bytes;
  file = fd;
}

/** Removes what was written so far; an earlier file of the final name stays as it was. */
export function discard(): void {
  if (file < 0) return;
  fd_close(file);
  onPath(UNLINK, folder, name, nameBytes, 0, 0);
  file = -1;
}

/** Gives the temporary file, if there is one, its final name; returns an errno. */
export function commit(final: usize, bytes: i32): i32 {
  if (file < 0) return 0;
  fd_close(file);
  const errno = onPath(RENAME, folder, name, nameBytes, final, bytes);
  if (errno == 0) file = -1;
  return errno;
}
