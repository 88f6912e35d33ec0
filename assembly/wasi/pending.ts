// The temporary file that becomes the output when everything has succeeded.
import { fd_close, path_rename, path_unlink_file } from "./wasi_snapshot_preview1";

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
  path_unlink_file(folder, name, nameBytes);
  file = -1;
}

/** Gives the temporary file, if there is one, its final name; returns an errno. */
export function commit(final: usize, bytes: i32): i32 {
  if (file < 0) return 0;
  fd_close(file);
  const errno = path_rename(folder, name, nameBytes, folder, final, bytes);
  if (errno == 0) file = -1;
  return errno;
}
