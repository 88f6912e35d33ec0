// Which of the folders that the host opened ("preopens") holds a path, as wasi-libc decides it: the folder with the
// longest name that is a prefix of the path. "." holds every relative path, "/" every absolute one.
import { badInput } from "./fail";
import { fd_prestat_dir_name, fd_prestat_get } from "./wasi_snapshot_preview1";

const NAME_CAPACITY: i32 = 1024;
const FIRST_PREOPEN: i32 = 3;
const SLASH: i32 = 0x2f;
const DOT: i32 = 0x2e;

const prestat: usize = memory.data(8);
const name: usize = memory.data(1024);

/** After find(): the folder's descriptor and the path below it, zero-terminated. */
export let folder: i32 = -1;
export let below: usize = 0;

export function length0(from: usize): i32 {
  let p = from;
  while (load<u8>(p) != 0) p++;
  return <i32>(p - from);
}

/** Steps over leading "./" and repeated slashes. */
function skipHere(p: usize): usize {
  while (load<u8>(p) == DOT && load<u8>(p, 1) == SLASH) {
    p++;
    while (load<u8>(p) == SLASH) p++;
  }
  return p;
}

/** Bytes of `path` that the folder name (bytes long) covers, or −1. */
function covered(path: usize, bytes: i32): i32 {
  const absolute = load<u8>(name) == SLASH;
  if (absolute != (load<u8>(path) == SLASH)) return -1;
  // Some hosts count the name's zero.
  while (bytes > 0 && (load<u8>(name + bytes - 1) == SLASH || load<u8>(name + bytes - 1) == 0)) bytes--;
  store<u8>(name + bytes, 0);
  const from = skipHere(name);
  let n = bytes - <i32>(from - name);
  if (n == 1 && load<u8>(from) == DOT) n = 0;
  for (let i = 0; i < n; i++) if (load<u8>(from + i) != load<u8>(path + i)) return -1;
  const next = load<u8>(path + n);
  return n == 0 || next == SLASH || next == 0 ? n : -1;
}

/** Sets folder and below for a path, or ends the command and says which folder to open. */
export function find(path: usize): void {
  const start = skipHere(path);
  let longest = -1;
  let fd = FIRST_PREOPEN;
  for (; fd_prestat_get(fd, prestat) == 0; fd++) {
    const bytes = load<i32>(prestat, 4);
    if (load<u8>(prestat) != 0 || bytes >= NAME_CAPACITY) continue;
    if (fd_prestat_dir_name(fd, name, bytes) != 0) continue;
    const n = covered(start, bytes);
    if (n <= longest) continue;
    longest = n;
    folder = fd;
  }
  if (longest < 0) {
    if (fd == FIRST_PREOPEN) {
      badInput(
        "E_UNREADABLE",
        path,
        "no folder is open to this program; add --dir . as in wasmtime --dir . infer.wasm",
      );
    }
    badInput("E_UNREADABLE", path, "not in a folder open to this program; add --dir FOLDER before infer.wasm");
  }
  below = start + longest;
  while (load<u8>(below) == SLASH) below++;
  if (load<u8>(below) == 0) below = changetype<usize>(HERE);
}

// "." zero-terminated.
const HERE: StaticArray<u8> = [0x2e, 0];
