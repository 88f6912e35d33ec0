import {
  EXIT_INPUT,
  EXIT_INTERNAL,
  EXIT_MODEL,
  EXIT_OUTPUT,
  EXIT_SOURCE,
  EXIT_USAGE,
  statusName,
  statusText,
} from "../format/messages.ts";

/** Process exit codes by kind of error, shared by the CLI and infer.wasm. */
export const EXIT = {
  usage: EXIT_USAGE,
  input: EXIT_INPUT,
  model: EXIT_MODEL,
  source: EXIT_SOURCE,
  output: EXIT_OUTPUT,
  internal: EXIT_INTERNAL,
} as const;

/** Every error a user can meet: a stable code and the exit code of its kind. docs/errors.md explains each. */
export const CODES = {
  E_USAGE: EXIT.usage,
  E_NOT_FOUND: EXIT.input,
  E_NOT_A_FILE: EXIT.input,
  E_UNREADABLE: EXIT.input,
  E_EMPTY: EXIT.input,
  E_INPUT_SIZE: EXIT.input,
  E_INPUT_FORMAT: EXIT.input,
  E_LABELS: EXIT.input,
  E_BODY_SIZE: EXIT.input,
  E_CONTENT_TYPE: EXIT.input,
  E_METHOD: EXIT.input,
  E_MODEL: EXIT.model,
  E_ENGINE: EXIT.model,
  E_SOURCE_FORMAT: EXIT.source,
  E_SOURCE_CORRUPT: EXIT.source,
  E_UNSUPPORTED_OPERATOR: EXIT.source,
  E_UNSUPPORTED: EXIT.source,
  E_CALIBRATION: EXIT.source,
  E_OVERRIDES: EXIT.source,
  E_BUDGET: EXIT.source,
  E_CHECKPOINT: EXIT.source,
  E_TOO_LARGE: EXIT.source,
  E_WRITE: EXIT.output,
  E_INTERNAL: EXIT.internal,
} as const;

export type Code = keyof typeof CODES;

/** An error meant for the user: one line that says what is wrong, where, and what to do. */
export class HalfbitError extends Error {
  readonly code: Code;
  /** Runtime status (format/status.ts) where the runtime refused something, else 0. */
  readonly status: number;
  /** Index of the offending record in the model file, or −1. */
  readonly record: number;

  constructor(code: Code, message: string, options: { status?: number; record?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "HalfbitError";
    this.code = code;
    this.status = options.status ?? 0;
    this.record = options.record ?? -1;
  }

  get exitCode(): number {
    return CODES[this.code];
  }
}

/** `error`, led by the file that it comes from where it is of this code and does not name it yet. */
export function inFile(file: string, code: Code, error: unknown): unknown {
  if (!(error instanceof HalfbitError) || error.code !== code || error.message.startsWith(file)) return error;
  return new HalfbitError(code, `${file}: ${error.message}`, { cause: error });
}

/** The error for a status the runtime returned, `where` being the file or "model". */
export function refused(where: string, status: number, record: number): HalfbitError {
  const at = record >= 0 ? ` (record ${record})` : "";
  const message = `${where}: ${statusText(status)}${at} [${statusName(status)}]`;
  return new HalfbitError("E_MODEL", message, { status, record });
}
