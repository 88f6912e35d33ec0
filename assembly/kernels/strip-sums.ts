// Sums over the windows of a strip of output pixels, of every row of a layer's signs; and the scratch of the strip, of
// which they take a part.

import { align, packedRowBytes } from "../../format/layout";
import { areNarrow, EIGHT_WORDS, pairedGroups, SUM_ROWS, stripSumBytes, stripTableBytes } from "../../format/strip";
import { scratch, weights } from "../model";
import { openRows, signSums } from "./sign-sums";
import { batch, buildBatch, groups, keptBytes, pixels, rowLength, tapOffsets, taps, turns } from "./strip";
import { firstTurn, openTurns, turnSums, turnTo } from "./turns";

// The layer's numbers and the parts of its scratch, set once a layer.
/** Numbers of the channels that are requantised together. */
export let scales: usize = 0;
export let offsets: usize = 0;
let staged: usize = 0;
export let tables: usize = 0;
export let tableBytes: i32 = 0;
export let sums: usize = 0;
/** m of conv_v, where there is one. */
export let inner: usize = 0;
export let outputs: usize = 0;
/** Whether the sums are uint16, else int32; and bytes from a row of them to the next. */
export let narrow: bool = false;
export let sumRow: usize = 0;
/** Rows of packed signs, and bytes of each. */
let signs: usize = 0;
let count: i32 = 0;
let bytes: i32 = 0;
/** Whether the tables of all groups stand at once. */
let whole: bool = false;
/** Rows that are then summed up at once, and the first row of sums of the strip elsewhere. */
let together: i32 = 0;
let first: usize = 0;

/** rank: K of conv_u, or 0. atOnce: rows of signs that are summed up together, 8 at most. */
export function openSums(layer: usize, rows: i32, rank: i32, atOnce: i32): void {
  signs = weights(layer);
  count = rows;
  bytes = packedRowBytes(groups * taps * 4);
  together = atOnce;
  whole = batch >= groups;
  narrow = areNarrow(groups * taps);
  sumRow = <usize>(rowLength << (narrow ? 1 : 2));
  scales = scratch(layer);
  offsets = scales + 4 * EIGHT_WORDS * SUM_ROWS;
  staged = offsets + align(taps << 2);
  tables = staged + <usize>(pixels << 2);
  tableBytes = <i32>stripTableBytes(batch, pixels, rank);
  sums = tables + <usize>tableBytes;
  const kept = sums + <usize>(<i32>stripSumBytes(taps, groups, batch, rowLength, rows, rank));
  inner = kept + <usize>(<i32>keptBytes(rows));
  outputs = inner + <usize>(<i32>pairedGroups(rank) * (rowLength << 3));
  tapOffsets(offsets);
  openTurns(signs, rows, bytes, staged, tables, kept);
}

/** From the first row of a column of strips on. */
export function firstStrip(): void {
  firstTurn();
}

/** Prepares sumsOf for the strip whose first output pixel is (oy, ox), the one below the strip before or firstStrip. */
export function openStripSums<L>(oy: i32, ox: i32, height: i32): void {
  openRows(pixels, offsets, groups);
  first = sums;
  if (turns) {
    turnTo<L>(oy, ox, height);
    first = turnSums(oy);
    return;
  }
  for (let from = 0; from < groups; from += batch) {
    buildBatch<L>(from, min(batch, groups - from), oy, 0, ox, staged, tables);
    if (!whole) signSums<L>(signs, bytes, count, 0, taps, rowLength, sums, from == 0, narrow);
  }
}

/** Sums of row k of signs, to be asked for in order; those of the rows that belong together follow. */
export function sumsOf<L>(k: i32): usize {
  if (turns || !whole) return first + <usize>k * sumRow;
  const at = k % together;
  if (at == 0)
    signSums<L>(signs + <usize>(k * bytes), bytes, min(together, count - k), 0, taps, rowLength, sums, true, narrow);
  return sums + <usize>at * sumRow;
}

/** Packed signs of row k. */
export function signsOf(k: i32): usize {
  return signs + <usize>(k * bytes);
}
