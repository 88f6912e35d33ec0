// The scratch of a strip of a layer of signs (format/strip.ts), and where its parts are.

import { align, L_OUTPUT, L_PLANES, L_RANK, L_SCRATCH_BYTES, packedRowBytes } from "../../format/layout";
import { areNarrow, EIGHT_WORDS, liveRows, pairedGroups, STRIP_LANES, SUM_ROWS } from "../../format/strip";
import { channels, scratch, tensorRecord, weights } from "../model";
import { batch, groups, pixels, rowLength, taps, tapsHigh, turns } from "./strip";
import { dilationHeight, strideHeight } from "./window";

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

/** After openStrip. Returns how many bytes of scratch it takes, or more than there are where those are too few. */
export function openScratch(layer: usize): i64 {
  const count = channels(tensorRecord(load<u16>(layer, L_OUTPUT)));
  const quads = pairedGroups(load<u16>(layer, L_RANK));
  const terms = groups * taps;
  signs = weights(layer);
  signRows = <i32>load<u16>(layer, L_RANK) + <i32>load<u8>(layer, L_PLANES) * count;
  signBytes = packedRowBytes(terms * 4);
  narrow = areNarrow(terms);
  sumRow = <usize>(rowLength << (narrow ? 1 : 2));
  scales = scratch(layer);
  offsets = scales + 4 * EIGHT_WORDS * SUM_ROWS;
  staged = offsets + align(taps << 2);
  tables = staged + <usize>(pixels << 2);
  tableBytes = max(32 * batch * pixels, 32 * quads * STRIP_LANES);
  sums = tables + <usize>tableBytes;
  const atOnce = <i64>(batch >= groups ? SUM_ROWS : signRows) * sumRow;
  let end = <i64>sums + max(atOnce, SUM_ROWS * (rowLength << (areNarrow(quads) ? 1 : 2)));
  kept = <usize>end;
  if (turns) end += <i64>signRows * sumRow * liveRows(tapsHigh, strideHeight, dilationHeight);
  inner = <usize>end;
  end += quads * (rowLength << 3);
  outputs = <usize>end;
  end += (<i64>count * rowLength + 15) & ~15;
  stream = <usize>end;
  const whole = 2 * (<i64>signRows * terms + <i64>count * quads);
  streamed = <i64>scales + load<u32>(layer, L_SCRATCH_BYTES) - end >= whole;
  end += streamed ? whole : min(whole, 2 * SUM_ROWS * max(taps * min(batch, groups), quads));
  return ((end + 15) & ~15) - scales;
}

/** Packed signs of row k. */
export function signsOf(k: i32): usize {
  return signs + <usize>(k * signBytes);
}
