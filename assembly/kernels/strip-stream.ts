// Where rows of signs find their entries in the tables of a strip: offsets of all rows, found once a layer, where scratch
// has room for them; else of a few rows at a time, or, with SIMD, not at all.

import { SUM_ROWS } from "../../format/strip";
import { findEntries, openPacked, packedSums, signSums } from "./sign-sums";
import { batch, groups, pixels, rowLength, tapOffsets, taps, tapsWide, turns } from "./strip";
import {
  narrow,
  offsets,
  signBytes,
  signRows,
  signs,
  signsOf,
  stream,
  streamed,
  sumRow,
  tables,
} from "./strip-scratch";
import { evenFirst, IN_WORDS, isEven } from "./word-sums";

/** Where the taps read. */
export function openTaps(): void {
  tapOffsets(offsets);
  if (!IN_WORDS) return;
  const step = turns ? tapsWide : taps;
  for (let t = 0; t < taps; t += step) evenFirst(offsets, t, t + step);
}

/** Those of all rows, batch after batch. Returns where the next belong. */
export function fillStream(): usize {
  let to = stream;
  for (let group = 0; group < groups; group += batch) {
    const count = min(batch, groups - group);
    to = findEntries(signs + <usize>(group >> 1), signBytes, signRows, 0, taps, groups, count, pixels, offsets, to);
  }
  return to;
}

/** Of taps [from, end), those at even pixels (word-sums.ts). */
function evenTaps(from: i32, end: i32): i32 {
  let even = 0;
  for (let t = from; t < end; t++) even += isEven(offsets + (t << 2));
  return even;
}

/** Sums of `rows` rows of signs from k on, over taps [from, end) of the batch that begins with `group`. */
export function sumBatch<L>(k: i32, rows: i32, from: i32, end: i32, group: i32, to: usize, fresh: bool): void {
  const count = min(batch, groups - group);
  const n = (end - from) * count;
  const even = IN_WORDS ? count * evenTaps(from, end) : 0;
  if (streamed) {
    const at = stream + <usize>((signRows * taps * group + (k * taps + from) * count) << 1);
    signSums<L>(at, 2 * taps * count, even, n, rows, tables, 0, rowLength, to, fresh, narrow);
    return;
  }
  let bits = signsOf(k) + <usize>(group >> 1);
  if (isVector<L>()) {
    openPacked(pixels, offsets, groups);
    packedSums<L>(bits, signBytes, count, rows, from, end, tables, rowLength, to, fresh, narrow);
    return;
  }
  do {
    const some = min(SUM_ROWS, rows);
    findEntries(bits, signBytes, some, from, end, groups, count, pixels, offsets, stream);
    signSums<L>(stream, 2 * n, even, n, some, tables, 0, rowLength, to, fresh, narrow);
    bits += <usize>(SUM_ROWS * signBytes);
    to += <usize>SUM_ROWS * sumRow;
    rows -= SUM_ROWS;
  } while (rows > 0);
}
