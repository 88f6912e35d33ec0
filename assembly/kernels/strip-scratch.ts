// The scratch of a strip of a layer of signs (format/strip.ts), and where its parts are.

import { align, L_SCRATCH_BYTES, packedRowBytes } from "../../format/layout";
import {
  areNarrow,
  EIGHT_WORDS,
  pairedGroups,
  SUM_ROWS,
  streamBytes,
  stripSumBytes,
  stripTableBytes,
} from "../../format/strip";
import { scratch, weights } from "../model";
import { batch, groups, keptBytes, pixels, rowLength, tapOffsets, taps } from "./strip";

// Set once a layer.
/** Numbers of the channels that are requantised together. */
export let scales: usize = 0;
export let offsets: usize = 0;
export let staged: usize = 0;
export let tables: usize = 0;
export let tableBytes: i32 = 0;
export let sums: usize = 0;
/** Sums that are kept from row to row (turns.ts). */
export let kept: usize = 0;
/** m of conv_v, where there is one. */
export let inner: usize = 0;
export let outputs: usize = 0;
/** Whether the sums are uint16, else int32; and bytes from a row of them to the next. */
export let narrow: bool = false;
export let sumRow: usize = 0;
/** Rows of packed signs, and bytes of each. */
export let signs: usize = 0;
export let signRows: i32 = 0;
export let signBytes: i32 = 0;

/** Offsets of entries; whether of all rows, batch after batch, and of conv_u's rows behind them; else of SUM_ROWS rows. */
export let stream: usize = 0;
export let streamed: bool = false;

/** For `rows` rows of signs over the input, of which conv_u takes `rank`, or 0; its outputs. After openStrip. */
export function openScratch(layer: usize, rows: i32, rank: i32, channels: i32): void {
  signs = weights(layer);
  signRows = rows;
  signBytes = packedRowBytes(groups * taps * 4);
  narrow = areNarrow(groups * taps);
  sumRow = <usize>(rowLength << (narrow ? 1 : 2));
  scales = scratch(layer);
  offsets = scales + 4 * EIGHT_WORDS * SUM_ROWS;
  staged = offsets + align(taps << 2);
  tables = staged + <usize>(pixels << 2);
  tableBytes = <i32>stripTableBytes(batch, pixels, rank);
  sums = tables + <usize>tableBytes;
  kept = sums + <usize>(<i32>stripSumBytes(taps, groups, batch, rowLength, rows, rank));
  inner = kept + <usize>(<i32>keptBytes(rows));
  outputs = inner + <usize>(<i32>pairedGroups(rank) * (rowLength << 3));
  stream = outputs + align(channels * rowLength);
  streamed =
    <f64>(scratch(layer) + load<u32>(layer, L_SCRATCH_BYTES) - stream) >=
    streamBytes(taps, groups, batch, rows, rank, channels, true);
  tapOffsets(offsets);
}

/** Packed signs of row k. */
export function signsOf(k: i32): usize {
  return signs + <usize>(k * signBytes);
}
