// Rows of the input in turn: the tables of one row stand at once, are built once, and add to the sums of every output row
// that sees it. Sums of so many output rows as that may be are kept, 16 bits each where those are enough.

import { areNarrow, liveRows } from "../../format/strip";
import { signSums } from "./sign-sums";
import { buildBatch, groups, rowLength, taps, tapsHigh, tapsWide } from "./strip";
import { dilationHeight, padTop, strideHeight } from "./window";

/** Rows of packed signs, `bytes` bytes each. */
let bits: usize = 0;
let rows: i32 = 0;
let bytes: i32 = 0;
let staged: usize = 0;
let tables: usize = 0;
let kept: usize = 0;
let narrow: bool = false;
/** Bytes of the sums of an output row. */
let keptRows: usize = 0;
let live: i32 = 0;
/** Input rows that are done, counted from the first that an output row sees. */
let down: i32 = 0;

export function openTurns(packed: usize, count: i32, packedBytes: i32, stage: usize, table: usize, sums: usize): void {
  bits = packed;
  rows = count;
  bytes = packedBytes;
  staged = stage;
  tables = table;
  kept = sums;
  narrow = areNarrow(groups * taps);
  keptRows = <usize>((rowLength << (narrow ? 1 : 2)) * rows);
  live = liveRows(tapsHigh, strideHeight, dilationHeight);
}

/** From the first row of columns ox on. */
export function firstTurn(): void {
  down = 0;
}

/** Takes rows until output row oy, the one behind the last that was taken to, is complete. */
export function turnTo<L>(oy: i32, ox: i32, height: i32): void {
  const last = oy * strideHeight + (tapsHigh - 1) * dilationHeight;
  for (; down <= last; down++) {
    let built = false;
    for (let ky = 0; ky < tapsHigh; ky++) {
      const from = down - ky * dilationHeight;
      const row = from / strideHeight;
      if (from < 0 || from % strideHeight != 0 || row >= height) continue;
      if (!built) buildBatch<L>(0, groups, 0, down, ox, staged, tables);
      built = true;
      const first = ky * tapsWide;
      const to = kept + <usize>(row % live) * keptRows;
      signSums<L>(bits, bytes, rows, first, first + tapsWide, rowLength, to, ky == 0, narrow);
    }
  }
}

/** Sums of output row oy, which is complete, for one row of signs after another. */
export function turnSums(oy: i32): usize {
  return kept + <usize>(oy % live) * keptRows;
}
