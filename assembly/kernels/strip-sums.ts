// Sums over the windows of a strip of output pixels, of every row of a layer's signs.

import { openRows, signSums } from "./sign-sums";
import { batch, buildBatch, groups, pixels, rowLength, taps, turns } from "./strip";
import { narrow, offsets, signBytes, signRows, signs, signsOf, staged, sumRow, sums, tables } from "./strip-scratch";
import { turnSums, turnTo } from "./turns";

/** Rows that are summed up when the first of them is asked for; 0: all rows' sums stand from `first` on. */
let together: i32 = 0;
let first: usize = 0;

/** atOnce: rows of signs that are summed up together, 8 at most. After openScratch. */
export function openSums(atOnce: i32): void {
  together = batch >= groups && !turns ? atOnce : 0;
}

/** Prepares sumsOf for the strip whose first output pixel is (oy, ox), the one below the strip before or firstTurn. */
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
    if (together == 0) signSums<L>(signs, signBytes, signRows, 0, taps, rowLength, sums, from == 0, narrow);
  }
}

/** Sums of row k of signs, to be asked for in order; those of the rows that belong together follow. */
export function sumsOf<L>(k: i32): usize {
  if (together == 0) return first + <usize>k * sumRow;
  const at = k % together;
  if (at == 0) signSums<L>(signsOf(k), signBytes, min(together, signRows - k), 0, taps, rowLength, sums, true, narrow);
  return sums + <usize>at * sumRow;
}
