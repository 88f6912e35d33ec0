// Rows of the input in turn: the tables of one row stand at once, are built once, and add to the sums of every output row
// that sees it. Sums of so many output rows as that may be are kept, 16 bits each where those are enough.

import { liveRows } from "../../format/strip";
import { groups, tapsHigh, tapsWide } from "./strip";
import { kept, signRows, sumRow } from "./strip-scratch";
import { sumBatch } from "./strip-stream";
import { buildBatch } from "./strip-tables";
import { dilationHeight, strideHeight } from "./window";

/** Input rows that are done, counted from the first that an output row sees. */
let down: i32 = 0;

/** From the first row of a column of strips on. */
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
      if (!built) buildBatch<L>(0, groups, 0, down, ox);
      built = true;
      const first = ky * tapsWide;
      sumBatch<L>(0, signRows, first, first + tapsWide, 0, turnSums(row), ky == 0);
    }
  }
}

/** Sums of output row oy, which is complete, for one row of signs after another. */
export function turnSums(oy: i32): usize {
  const live = liveRows(tapsHigh, strideHeight, dilationHeight);
  return kept + <usize>((oy % live) * signRows) * sumRow;
}
