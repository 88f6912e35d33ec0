// Files of samples, told apart by their content: .npy, idx, PNG, JPEG (each also gzipped), else raw int8.
import { gunzipSync } from "node:zlib";
import { HalfbitError } from "./errors.ts";
import { type InputSpec, type SampleArray, toInt8 } from "./samples/array.ts";
import { isIdx, readIdx } from "./samples/idx.ts";
import { isJpeg, isPng, readImage } from "./samples/image.ts";
import { isNpy, readNpy } from "./samples/npy.ts";

export type { InputSpec, Preprocessing, SampleArray } from "./samples/array.ts";
export { quantise, sampleCount, toInt8, toReal } from "./samples/array.ts";

const MAX_UNZIPPED = 2 ** 31 - 1;

function unzipped(bytes: Uint8Array, file: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return new Uint8Array(gunzipSync(bytes, { maxOutputLength: MAX_UNZIPPED }));
  } catch (cause) {
    throw new HalfbitError("E_INPUT_FORMAT", `${file}: a gzip file that is damaged or too large`, { cause });
  }
}

/** Samples for an input; images are resized to it, all else keeps its own shape and type. */
export function readSamples(bytes: Uint8Array, file: string, input: InputSpec): SampleArray {
  const plain = unzipped(bytes, file);
  if (isNpy(plain)) return readNpy(plain, file);
  if (isPng(plain) || isJpeg(plain)) return readImage(plain, file, input);
  if (isIdx(plain)) return readIdx(plain, file);
  return { file, shape: [plain.length], data: new Int8Array(plain.buffer, plain.byteOffset, plain.length) };
}

/** Labels, one byte each: a raw file, idx1, or .npy of 8-bit numbers. */
export function readLabels(bytes: Uint8Array, file: string): Uint8Array {
  const plain = unzipped(bytes, file);
  const array = isNpy(plain) ? readNpy(plain, file) : isIdx(plain) ? readIdx(plain, file) : { data: plain };
  if (array.data instanceof Float32Array) {
    throw new HalfbitError("E_INPUT_FORMAT", `${file}: labels are one byte each; save them with .astype("uint8")`);
  }
  return new Uint8Array(array.data.buffer, array.data.byteOffset, array.data.length);
}

/** int8 samples of exactly the input's size: what `run` and `eval` give the network. */
export function readInt8(
  bytes: Uint8Array,
  file: string,
  input: InputSpec & { quantisation: NonNullable<InputSpec["quantisation"]> },
): Int8Array {
  return toInt8(readSamples(bytes, file, input), input);
}
