// The one way out with an error: a line on standard error, and the exit code of its kind, as in host/errors.ts.
import { EXIT_INPUT, EXIT_MODEL, EXIT_OUTPUT, EXIT_USAGE, statusName, statusText } from "../../format/messages";
import { discard } from "./pending";
import { flush, integer, STDERR, string0, text, to } from "./print";
import { proc_exit } from "./wasi_snapshot_preview1";

/** Starts the line `error CODE: subject: `; end() ends it. subject 0 is left out. */
export function begin(code: string, subject: usize): void {
  discard();
  to(STDERR);
  text("error ");
  text(code);
  text(": ");
  if (subject == 0) return;
  string0(subject);
  text(": ");
}

export function end(exitCode: i32): void {
  text("\n");
  flush();
  proc_exit(exitCode);
  unreachable();
}

export function usage(message: string, subject: usize): void {
  begin("E_USAGE", subject);
  text(message);
  text("; see --help");
  end(EXIT_USAGE);
}

export function badInput(code: string, path: usize, message: string): void {
  begin(code, path);
  text(message);
  end(EXIT_INPUT);
}

/** errno in words for a file that cannot be read. */
export function unreadable(path: usize, errno: i32): void {
  if (errno == 44 || errno == 54) badInput("E_NOT_FOUND", path, "no such file");
  if (errno == 31) badInput("E_NOT_A_FILE", path, "a folder, not a file");
  if (errno == 63 || errno == 76) {
    badInput("E_UNREADABLE", path, "outside the folders open to this program; add --dir FOLDER before infer.wasm");
  }
  if (errno == 2) badInput("E_UNREADABLE", path, "permission denied");
  begin("E_UNREADABLE", path);
  text("cannot be read (errno ");
  integer(errno);
  text(")");
  end(EXIT_INPUT);
}

/** errno in words for a file that cannot be written. */
export function unwritable(path: usize, errno: i32): void {
  begin("E_WRITE", path);
  if (errno == 51) text("the disk is full");
  else if (errno == 44) text("its folder does not exist");
  else if (errno == 54) text("its folder is not a folder");
  else if (errno == 31) text("a folder, not a file");
  else if (errno == 69) text("the file system is read-only");
  else if (errno == 2 || errno == 63 || errno == 76) text("permission denied");
  else {
    text("cannot be written (errno ");
    integer(errno);
    text(")");
  }
  text("; nothing was written");
  end(EXIT_OUTPUT);
}

/** What the runtime refused. record −1: none. */
export function refused(model: usize, status: i32, record: i32): void {
  begin("E_MODEL", model);
  text(statusText(status));
  if (record >= 0) {
    text(" (record ");
    integer(record);
    text(")");
  }
  text(" [");
  text(statusName(status));
  text("]");
  end(EXIT_MODEL);
}
