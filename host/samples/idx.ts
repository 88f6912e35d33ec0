// MNIST's idx files: two zeros, a type, the number of dimensions, the dimensions as big-endian u32, the numbers.
import type { SampleArray } from "./array.ts";

const UINT8 = 0x08;
const INT8 = 0x09;

/** Bytes of the header where `bytes` is an idx file of 8-bit numbers whose length is exactly as announced, else 0. */
function headerBytes(bytes: Uint8Array): number {
  const dimensions = bytes[3];
  const header = 4 + 4 * dimensions;
  if (bytes.length < header || bytes[0] !== 0 || bytes[1] !== 0 || dimensions < 1 || dimensions > 4) return 0;
  if (bytes[2] !== UINT8 && bytes[2] !== INT8) return 0;
  return shapeOf(bytes).reduce((product, n) => product * n, 1) === bytes.length - header ? header : 0;
}

function shapeOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes[3] }, (_, i) => view.getUint32(4 + 4 * i));
}

export function isIdx(bytes: Uint8Array): boolean {
  return headerBytes(bytes) !== 0;
}

/** idx3 images are pixels, count × H × W; idx1 labels a byte each. */
export function readIdx(bytes: Uint8Array, file: string): SampleArray {
  const numbers = bytes.slice(headerBytes(bytes));
  return { file, shape: shapeOf(bytes), data: bytes[2] === INT8 ? new Int8Array(numbers.buffer) : numbers };
}
