
/** Process exit codes by kind of error, shared by the CLI and infer.wasm. */
export const EXIT = {
  usage: 2, // arguments
  input: 3, // a file that cannot be read, or does not hold what it should
  model: 4, // a model file that the runtime refuses
  source: 5, // a source network that cannot be compiled
  output: 6, // a file that cannot be written
  internal: 70,
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
  E_MODEL: EXIT.model,
  E_ENGINE: EXIT.model,
  E_SOURCE_FORMAT: EXIT.source,
  E_SOURCE_CORRUPT: EXIT.source,
  E_UNSUPPORTED_OPERATOR: EXIT.source,
  E_UNSUPPORTED: EXIT.source,
  E_CALIBRATION: EXIT.source,
  E_OVERRIDES: EXIT.source,
  E_TOO_LARGE: EXIT.source,
  E_WRITE: EXIT.output,
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

/** Runtime statuses by number (format/status.ts): a stable name, and what it means. */
export const STATUSES: readonly { name: string; text: string }[] = [
  { name: "OK", text: "success" },
  { name: "NO_MODEL", text: "no model is loaded; call load first" },
  { name: "TRUNCATED", text: "the file is shorter than a model header; copy it again" },
  { name: "MAGIC", text: "not a halfbit model file; compile one with `halfbit compile`" },
  { name: "VERSION_OLD", text: "written in an older model format; compile the source network again" },
  { name: "VERSION_NEW", text: "written in a newer model format; update halfbit" },
  { name: "FILE_BYTES", text: "the file's length differs from the one in its header (truncated or overlong); copy it again" },
  { name: "CHECKSUM", text: "the checksum does not match: the file is damaged; copy it again" },
  { name: "HEADER", text: "the header is inconsistent" },
  { name: "TENSOR", text: "a tensor record is out of range" },
  { name: "LAYER_KIND", text: "a layer kind or flag this runtime does not know; update halfbit" },
  { name: "LAYER_TENSORS", text: "a layer reads a tensor that nothing has written, or one that does not exist" },
  { name: "GEOMETRY", text: "a layer's shapes, kernel, stride or padding do not agree" },
  { name: "WEIGHTS", text: "a layer's weights, biases or multipliers are out of range" },
  { name: "PARAMETERS", text: "a layer's parameters are out of range" },
  { name: "SCRATCH", text: "a layer's scratch memory is too small or out of range" },
  { name: "OVERLAP", text: "a layer would overwrite memory that is still needed" },
  { name: "MEMORY", text: "not enough memory for the model and its arena" },
  { name: "STEP", text: "there is no layer of that index" },
  { name: "NO_SELF_TEST", text: "the model carries no self-test" },
  { name: "SELF_TEST", text: "the self-test failed: this engine computes other bits at this layer" },
];

/** The error for a status the runtime returned, `where` being the file or "model". */
export function refused(where: string, status: number, record: number): HalfbitError {
  const known = STATUSES[status] ?? { name: "UNKNOWN", text: "the runtime refused the model" };
  const at = record >= 0 ? ` (record ${record})` : "";
  return new HalfbitError("E_MODEL", `${where}: ${known.text}${at} [${known.name}]`, { status, record });
}
