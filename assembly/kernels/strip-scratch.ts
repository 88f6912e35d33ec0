// The scratch of a strip of a layer of signs (format/strip.ts), and where its parts are.

import { L_PLANES, L_RANK, L_SCRATCH_BYTES, packedRowBytes } from "../../format/layout";
import {
  areNarrow,
  gatheredBytes,
  liveRows,
  pairedGroups,
  pixelBytesU,
  STRIP_LANES,
  SUM_ROWS,
  wordBytes,
} from "../../format/strip";
import { channels, outputOf, scratch, weights } from "../model";
import { batch, groups, pixels, rowLength, shares, taps, tapsHigh, turns } from "./strip";
import { dilationHeight, strideHeight } from "./window";

// Set once a layer.
/** Words of the output channels (output-words.ts), and what sums of conv_v exceed a by (strip.ts, correction), int32 each. */
export let words: usize = 0;
export let centres: usize = 0;
export let offsets: usize = 0;
/** Where the strip's pixels stand, u32 each; and the pixel that padding is, or the windows gathered (strip-tables.ts). */
export let staged: usize = 0;
export let pixel: usize = 0;
export let tables: usize = 0;
/** Sums of conv_v; bytes from the tables to their end, which those of conv_u then take. */
export let sums: usize = 0;
export let workBytes: i32 = 0;
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
  const count = channels(outputOf(layer));
  const rank = <i32>load<u16>(layer, L_RANK);
  const planes = <i32>load<u8>(layer, L_PLANES);
  const quads = pairedGroups(rank);
  const terms = groups * taps;
  signs = weights(layer);
  signRows = rank + planes * count;
  signBytes = packedRowBytes(terms * 4);
  narrow = areNarrow(terms);
  sumRow = <usize>(rowLength << (narrow ? 1 : 2));
  words = scratch(layer);
  centres = words + <usize>(count * wordBytes(rank > 0 ? 1 : planes));
  offsets = centres + (rank << 2);
  staged = offsets + (taps << 2);
  pixel = staged + <usize>(pixels << 2);
  tables = (pixel + <usize>gatheredBytes(shares, pixels, groups) + 15) & ~15;
  const own = 32 * batch * pixels;
  sums = tables + <usize>own;
  const work = max(own + <i64>(batch >= groups ? SUM_ROWS : signRows) * sumRow, STRIP_LANES * pixelBytesU(quads));
  workBytes = <i32>work;
  let end = tables + work;
  kept = <usize>end;
  if (turns) end += <i64>signRows * sumRow * liveRows(tapsHigh, strideHeight, dilationHeight);
  inner = <usize>end;
  end += quads * (rowLength << 3);
  outputs = <usize>end;
  end += (<i64>count * rowLength + 15) & ~15;
  stream = <usize>end;
  const whole = 2 * (<i64>signRows * terms + <i64>count * quads);
  streamed = <i64>words + load<u32>(layer, L_SCRATCH_BYTES) - end >= whole;
  end += streamed ? whole : min(whole, 2 * SUM_ROWS * max(taps * min(batch, groups), quads));
  return ((end + 15) & ~15) - words;
}

/** Packed signs of row k. */
export function signsOf(k: i32): usize {
  return signs + <usize>(k * signBytes);
}
