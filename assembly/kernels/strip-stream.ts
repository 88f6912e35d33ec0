// Where rows of signs find their entries in the tables of a strip: offsets of all rows, found once a layer, where scratch
// has room for them; else of a few rows at a time, or, with SIMD, not at all.

import { SUM_ROWS } from "../../format/strip";
import { findEntries, openPacked, packedSums, signSums } from "./sign-sums";
import { batch, groups, pixels, rowLength, taps } from "./strip";
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

/** Those of all rows, batch after batch. Returns where the next belong. */
export function fillStream(): usize {
  let to = stream;
  for (let group = 0; group < groups; group += batch) {
    const count = min(batch, groups - group);
    to = findEntries(signs, signBytes, signRows, 0, taps, groups, group, count, pixels, offsets, to);
  }
  return to;
}

/** Sums of `rows` rows of signs from k on, over taps [from, end) of the batch that begins with `group`. */
export function sumBatch<L>(k: i32, rows: i32, from: i32, end: i32, group: i32, to: usize, fresh: bool): void {
  const count = min(batch, groups - group);
  const n = (end - from) * count;
  if (streamed) {
    const at = stream + <usize>((signRows * taps * group + (k * taps + from) * count) << 1);
    signSums<L>(at, 2 * taps * count, n, rows, tables, 0, rowLength, to, fresh, narrow);
    return;
  }
  if (isVector<L>()) {
    openPacked(pixels, offsets, groups);
    const bits = signsOf(k) + <usize>(group >> 1);
    packedSums<L>(bits, signBytes, count, rows, from, end, tables, rowLength, to, fresh, narrow);
    return;
  }
  for (const last = k + rows; k < last; k += SUM_ROWS, to += <usize>SUM_ROWS * sumRow) {
    const some = min(SUM_ROWS, last - k);
    findEntries(signsOf(k), signBytes, some, from, end, groups, group, count, pixels, offsets, stream);
    signSums<L>(stream, 2 * n, n, some, tables, 0, rowLength, to, fresh, narrow);
  }
}
