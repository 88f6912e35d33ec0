// Files of samples, told apart by their content: .npy, idx, PNG, JPEG (each also gzipped), else raw int8.
import { gunzipSync } from "node:zlib";
import { HalfbitError } from "./errors.ts";
import { size } from "./graph/graph.ts";
import { type InputSpec, type SampleArray, toInt8 } from "./samples/array.ts";
import { isIdx, readIdx } from "./samples/idx.ts";
import { decodeImage, imagePixels, isJpeg, isPng } from "./samples/image.ts";
import { isNpy, readNpy, readNpyLabels } from "./samples/npy.ts";

export type { InputSpec, Preprocessing, SampleArray } from "./samples/array.ts";
export { quantise, sampleCount, toInt8, toReal } from "./samples/array.ts";

const MAX_UNZIPPED = 2 ** 31 - 1;

/** RFC 1952: two bytes of magic, the method (8, deflate), flags of which the upper three are reserved. */
function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 18 && bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8 && (bytes[3] & 0xe0) === 0;
}

/** What `decode` returns, or undefined where it fails and `raw` says that the file may be raw: one can begin so. */
function decoded<T>(raw: boolean, decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (raw && error instanceof HalfbitError) return undefined;
    throw error;
  }
}

/** raw: whether the length is that of a raw file. */
function unzipped(bytes: Uint8Array, file: string, raw: boolean): Uint8Array {
  if (!isGzip(bytes)) return bytes;
  const unzip = () => {
    try {
      return new Uint8Array(gunzipSync(bytes, { maxOutputLength: MAX_UNZIPPED }));
    } catch (cause) {
      throw new HalfbitError("E_INPUT_FORMAT", `${file}: a gzip file that is damaged or too large`, { cause });
    }
  };
  return decoded(raw, unzip) ?? bytes;
}

/** Samples for an input; images are resized to it, all else keeps its own shape and type. */
export function readSamples(bytes: Uint8Array, file: string, input: InputSpec): SampleArray {
  const each = size(input.shape);
  const plain = unzipped(bytes, file, bytes.length % each === 0);
  if (isNpy(plain)) return readNpy(plain, file);
  if (isPng(plain) || isJpeg(plain)) {
    // Three bytes tell a JPEG, which raw values may be; the eight of a PNG are no accident.
    const image = decoded(isJpeg(plain) && plain.length % each === 0, () => decodeImage(plain, file));
    if (image) return imagePixels(image, file, input);
  }
  if (isIdx(plain)) return readIdx(plain, file);
  return { file, shape: [plain.length], data: new Int8Array(plain.buffer, plain.byteOffset, plain.length) };
}

/** Labels of `count` samples, 0…255: a raw file of bytes, idx1, or .npy of integers. */
export function readLabels(bytes: Uint8Array, file: string, count: number): Uint8Array {
  const plain = unzipped(bytes, file, bytes.length === count);
  const array = isNpy(plain) ? readNpyLabels(plain, file) : isIdx(plain) ? readIdx(plain, file) : { data: plain };
  if (array.data instanceof Float32Array) {
    const wrong = array.data.find((value) => !(value >= 0 && value < 256));
    if (wrong === undefined) return Uint8Array.from(array.data);
    throw new HalfbitError("E_INPUT_FORMAT", `${file}: labels are whole numbers from 0 to 255, not ${wrong}`);
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
