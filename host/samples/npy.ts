// NumPy's .npy files, versions 1 to 3: magic, version, header length, a Python dictionary, and the numbers.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
import { HalfbitError } from "../errors.ts";
import type { SampleArray } from "./array.ts";

interface Reader {
  bytes: number;
  read: (view: DataView, count: number) => SampleArray["data"];
}

const BYTES: Record<string, Reader> = {
  "|i1": { bytes: 1, read: (v, n) => new Int8Array(v.buffer, v.byteOffset, n).slice() },
  "|u1": { bytes: 1, read: (v, n) => new Uint8Array(v.buffer, v.byteOffset, n).slice() },
};

/** What samples may be. */
const SAMPLES: Record<string, Reader> = {
  ...BYTES,
  "<f4": { bytes: 4, read: readFloats },
  "<f8": { bytes: 8, read: (v, n) => Float32Array.from({ length: n }, (_, i) => v.getFloat64(8 * i, true)) },
};

/** What labels may be: Python keeps them in long integers. */
const LABELS: Record<string, Reader> = {
  ...BYTES,
  "<i4": { bytes: 4, read: (v, n) => Float32Array.from({ length: n }, (_, i) => v.getInt32(4 * i, true)) },
  "<i8": { bytes: 8, read: (v, n) => Float32Array.from({ length: n }, (_, i) => Number(v.getBigInt64(8 * i, true))) },
};

/** Little-endian floats, in place where they are aligned as a large file's are: training sets take hundreds of MB. */
function readFloats(v: DataView, n: number): Float32Array {
  if (v.byteOffset % 4 === 0 && LITTLE_ENDIAN) return new Float32Array(v.buffer, v.byteOffset, n);
  return Float32Array.from({ length: n }, (_, i) => v.getFloat32(4 * i, true));
}

const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

export function isNpy(bytes: Uint8Array): boolean {
  return bytes.length >= 10 && String.fromCharCode(...bytes.subarray(0, 6)) === "\x93NUMPY";
}

export function readNpy(bytes: Uint8Array, file: string): SampleArray {
  return readArray(bytes, file, SAMPLES, 'convert it with .astype("float32"), "uint8" or "int8"');
}

/** Numbers of labels; those of 32 and 64 bits come as float32. */
export function readNpyLabels(bytes: Uint8Array, file: string): SampleArray {
  return readArray(bytes, file, LABELS, 'labels are integers: convert them with .astype("uint8")');
}

function readArray(bytes: Uint8Array, file: string, readers: Record<string, Reader>, remedy: string): SampleArray {
  const bad = (what: string) => new HalfbitError("E_INPUT_FORMAT", `${file}: .npy file ${what}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const long = bytes[6] >= 2;
  if (bytes[6] < 1 || bytes[6] > 3 || bytes.length < 12) throw bad(`of version ${bytes[6]}, which is not known`);
  const start = (long ? 12 : 10) + (long ? view.getUint32(8, true) : view.getUint16(8, true));
  if (start > bytes.length) throw bad("is cut off in its header");
  const header = new TextDecoder().decode(bytes.subarray(long ? 12 : 10, start));

  const type = /'descr'\s*:\s*'([^']+)'/.exec(header)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const dimensions = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(header)?.[1];
  if (type === undefined || order === undefined || dimensions === undefined)
    throw bad("has a header that is not known");
  const shape = dimensions
    .split(",")
    .filter((d) => d.trim() !== "")
    .map(Number);
  const reader = readers[type];
  if (reader === undefined) throw bad(`of type ${type}: ${remedy}`);
  if (order === "True" && shape.length > 1) throw bad("in Fortran order: save numpy.ascontiguousarray(a)");

  const count = shape.reduce((product, n) => product * n, 1);
  const held = bytes.length - start;
  if (held !== count * reader.bytes)
    throw bad(`holds ${held} bytes of numbers, its header promises ${count * reader.bytes}`);
  return { file, shape, data: reader.read(new DataView(view.buffer, view.byteOffset + start, held), count) };
}
