// Sums over the windows of a strip of output pixels, of every row of a layer's signs.

import { SUM_ROWS } from "../../format/strip";
import { batch, groups, taps, turns } from "./strip";
import { signRows, sumRow, sums } from "./strip-scratch";
import { sumBatch } from "./strip-stream";
import { buildBatch } from "./strip-tables";
import { turnSums, turnTo } from "./turns";

/** Rows that are summed up when the first of them is asked for; 0: all rows' sums stand from `first` on. */
let together: i32 = 0;
let first: usize = 0;

/** For output channels of so many rows of signs each. After openScratch. */
export function openSums(rows: i32): void {
  together = batch >= groups && !turns ? max(1, SUM_ROWS / rows) * rows : 0;
}

/** Output channels of `rows` rows each whose sums stand one behind the other, from the one asked for on. */
export function channelsAtOnce(rows: i32): i32 {
  return together == 0 ? SUM_ROWS : together / rows;
}

/** Prepares sumsOf for the strip whose first output pixel is (oy, ox), the one below the strip before or firstTurn. */
export function openStripSums<L>(oy: i32, ox: i32, height: i32): void {
  first = sums;
  if (turns) {
    turnTo<L>(oy, ox, height);
    first = turnSums(oy);
    return;
  }
  for (let group = 0; group < groups; group += batch) {
    buildBatch<L>(group, min(batch, groups - group), oy, 0, ox);
    if (together == 0) sumBatch<L>(0, signRows, 0, taps, group, sums, group == 0);
  }
}

/** Sums of row k of signs, and of those that belong together with it, whose first it is. */
export function sumsOf<L>(k: i32): usize {
  if (together == 0) return first + <usize>k * sumRow;
  sumBatch<L>(k, min(together, signRows - k), 0, taps, 0, sums, true);
  return sums;
}
