// conv_v → scale_d → conv_u: the K-channel map exists for one strip only.

import { L_SHIFT_M, packedRowBytes } from "../../format/layout";
import { areNarrow, MAX_BLOCK, MAX_TERMS, pairedGroups, pixelBytesU, STRIP_LANES, SUM_ROWS } from "../../format/strip";
import { storeChannels } from "../kernels/output-words";
import { toInner } from "../kernels/requantise";
import { findEntries, openPacked, packedSums, signSums } from "../kernels/sign-sums";
import { correction, groups, rowLength, taps } from "../kernels/strip";
import {
  centres,
  inner,
  narrow,
  offsets,
  outputs,
  signBytes,
  stream,
  streamed,
  sumRow,
  tables,
  workBytes,
} from "../kernels/strip-scratch";
import { sumsOf } from "../kernels/strip-sums";
import { tableOfRows } from "../kernels/tables";
import { zero } from "../kernels/window";
import { multipliers, weights, weightsU } from "../model";

/** K, and groups of 4 of them. */
let rank: i32 = 0;
let quads: i32 = 0;
/** Pixels for which the tables of conv_u stand at once. */
let block: i32 = 0;
/** Where their sums stand, behind the tables. */
let sumsU: usize = 0;
/** Offsets of the entries of U's rows. */
let streamU: usize = 0;

/** m_k = clamp(round(a_k · M_k · 2^−n), −127, 127), a_k = Σ ±(x − z): `rank` rows of m + 128, 16 bits each. */
function convV<L>(layer: usize): void {
  const shift = <i32>load<u8>(layer, L_SHIFT_M);
  let from: usize = 0;
  let to = inner;
  let k = 0;
  do {
    if ((k & (SUM_ROWS - 1)) == 0) from = sumsOf<L>(k);
    const factor = <i32>load<u16>(multipliers(layer) + (k << 1));
    toInner<L>(from, narrow, load<i32>(centres + (k << 2)), factor, shift, rowLength, to);
    from += sumRow;
    to += <usize>(rowLength << 1);
  } while (++k < rank);
}

/** y_t = clamp(z_y + round((b_t · R_t + bias_t · 2^b) · 2^−r), lo, hi), b_t = Σ ±m_k, of `count` pixels from `first` on. */
function convU<L>(layer: usize, first: i32, count: i32, channels: i32, to: usize): void {
  const table = <usize>(block << 5);
  const row = <usize>(rowLength << 1);
  let from = inner + <usize>(first << 1);
  let at = tables;
  do {
    tableOfRows<L>(from, row, count, <usize>(block << 1), at);
    from += 4 * row;
    at += table;
  } while (at < sumsU);
  const bytes = packedRowBytes(rank);
  const isNarrow = areNarrow(quads);
  const step = table * MAX_TERMS;
  const next = <usize>(count << (isNarrow ? 1 : 2));
  let t = 0;
  do {
    const rows = min(SUM_ROWS, channels - t);
    const bits = weightsU(layer) + <usize>(t * bytes);
    if (isVector<L>() && !streamed) {
      openPacked(block, offsets, quads);
      packedSums<L>(bits, bytes, quads, rows, 0, 1, tables, count, sumsU, true, isNarrow);
    } else {
      const entries = streamed ? streamU + <usize>((t * quads) << 1) : stream;
      if (!streamed) findEntries(bits, bytes, rows, 0, 1, quads, quads, block, offsets, entries);
      signSums<L>(entries, 2 * quads, quads, quads, rows, tables, step, count, sumsU, true, isNarrow);
    }
    storeChannels<L>(sumsU, isNarrow, next, t, rows, count, to, channels);
    t += SUM_ROWS;
  } while (t < channels);
}

/** After openScratch. end: of the stream of V, where that of U follows, if they stand. */
export function openSemiBinary(layer: usize, K: i32, channels: i32, end: usize): void {
  rank = K;
  quads = pairedGroups(rank);
  block = min(min(rowLength, MAX_BLOCK), (workBytes / pixelBytesU(quads)) & -STRIP_LANES);
  sumsU = tables + <usize>(block * (quads << 5));
  streamU = end;
  if (streamed) findEntries(weightsU(layer), packedRowBytes(rank), channels, 0, 1, quads, quads, block, offsets, end);
  let bits = weights(layer);
  for (let at = centres; at < offsets; at += 4, bits += <usize>signBytes)
    store<i32>(at, correction(bits, groups * taps, zero));
  // Rows behind the last: m = 0.
  for (let at = inner + <usize>(rank * (rowLength << 1)); at < outputs; at += 2) store<u16>(at, 128);
}

/** The strip that openStripSums was called for. */
export function semiBinary<L>(layer: usize, channels: i32, to: usize): void {
  convV<L>(layer);
  let p = 0;
  do {
    convU<L>(layer, p, min(block, rowLength - p), channels, to + <usize>(p * channels));
    p += block;
  } while (p < rowLength);
}
