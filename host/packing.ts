import { packedRowBytes } from "../format/layout.ts";

/** Packs `rows` rows of `columns` signs (±1), each row to whole bytes: bit s is 1 for +1, least significant first. */
export function packSigns(signs: ArrayLike<number>, rows: number, columns: number): Uint8Array {
  const rowBytes = packedRowBytes(columns);
  const packed = new Uint8Array(rows * rowBytes);
  for (let row = 0; row < rows; row++)
    for (let s = 0; s < columns; s++)
      if (signs[row * columns + s] > 0) packed[row * rowBytes + (s >> 3)] |= 1 << (s & 7);
  return packed;
}

/** The inverse of packSigns. */
export function unpackSigns(packed: Uint8Array, rows: number, columns: number): Int8Array {
  const rowBytes = packedRowBytes(columns);
  const signs = new Int8Array(rows * columns);
  for (let row = 0; row < rows; row++)
    for (let s = 0; s < columns; s++)
      signs[row * columns + s] = (packed[row * rowBytes + (s >> 3)] >> (s & 7)) & 1 ? 1 : -1;
  return signs;
}
