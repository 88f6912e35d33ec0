// Text for standard output (1) and standard error (2), gathered in one buffer and written when it is full, when the
// other stream is addressed, and at the end.
import { EXIT_OUTPUT } from "../../format/messages";
import { fd_write, proc_exit } from "./wasi_snapshot_preview1";

export const STDOUT: i32 = 1;
export const STDERR: i32 = 2;

const CAPACITY: i32 = 1024;
const ERRNO_AGAIN: i32 = 6; // a full pipe that the host opened non-blocking (Node's WASI)
const ERRNO_IO: i32 = 29; // what wasmtime makes of a broken pipe
const ERRNO_PIPE: i32 = 64;

const buffer: usize = memory.data(1024);
const vector: usize = memory.data(8);
const written: usize = memory.data(4);

let stream: i32 = STDOUT;
let used: i32 = 0;

/** Writes all of `bytes` to an open file; returns an errno. */
export function writeAll(fd: i32, from: usize, bytes: i32): i32 {
  while (bytes > 0) {
    store<u32>(vector, from);
    store<u32>(vector, bytes, 4);
    const errno = fd_write(fd, vector, 1, written);
    if (errno == ERRNO_AGAIN) continue;
    if (errno != 0) return errno;
    from += load<u32>(written);
    bytes -= load<i32>(written);
  }
  return 0;
}

/** A reader that has gone (`| head`) ends the command quietly; any other failure of standard output is said. */
export function flush(): void {
  const errno = writeAll(stream, buffer, used);
  used = 0;
  if (errno == 0 || stream == STDERR) return;
  if (errno == ERRNO_PIPE || errno == ERRNO_IO) proc_exit(EXIT_OUTPUT);
  to(STDERR);
  text("error E_WRITE: standard output: cannot be written (errno ");
  integer(errno);
  text(")\n");
  flush();
  proc_exit(EXIT_OUTPUT);
}

/** What follows goes to this stream. */
export function to(fd: i32): void {
  if (fd == stream) return;
  flush();
  stream = fd;
}

export function byte(value: i32): void {
  if (used == CAPACITY) flush();
  store<u8>(buffer + used++, value);
}

/** A literal; ASCII, so that its UTF-16 units are its UTF-8 bytes. */
export function text(literal: string): void {
  const start = changetype<usize>(literal);
  for (let i = 0, n = literal.length; i < n; i++) byte(load<u16>(start + ((<usize>i) << 1)));
}

export function bytes(from: usize, count: i32): void {
  for (let i = 0; i < count; i++) byte(load<u8>(from + i));
}

/** A zero-terminated string. */
export function string0(from: usize): void {
  for (let c = load<u8>(from); c != 0; c = load<u8>(++from)) byte(c);
}

/** A zero-terminated string as the inside of a JSON string. */
export function json0(from: usize): void {
  for (let c = <i32>load<u8>(from); c != 0; c = load<u8>(++from)) {
    if (c < 0x20) {
      text("\\u00");
      byte(0x30 + (c >> 4));
      byte(hex(c & 15));
    } else {
      if (c == 0x22 || c == 0x5c) byte(0x5c);
      byte(c);
    }
  }
}

function hex(digit: i32): i32 {
  return digit < 10 ? 0x30 + digit : 0x57 + digit;
}

/** `value` in decimal, `width` characters or more, filled on the left with `fill`. */
export function padded(value: u64, width: i32, fill: i32): void {
  let power: u64 = 1;
  let digits = 1;
  while (value / power >= 10) {
    power *= 10;
    digits++;
  }
  for (let i = digits; i < width; i++) byte(fill);
  for (; power != 0; power /= 10) byte(0x30 + <i32>((value / power) % 10));
}

export function integer(value: i32): void {
  if (value < 0) byte(0x2d);
  padded(<u64>abs(<i64>value), 1, 0x20);
}
