// conv_v → scale_d → conv_u: the K-channel map exists for one strip only.

import { L_ACTIVATION_MAX, L_ACTIVATION_MIN, L_SHIFT_M, L_SHIFT_R, packedRowBytes } from "../../format/layout";
import { areNarrow, pairedGroups, STRIP_LANES, SUM_ROWS } from "../../format/strip";
import { fits, isShort, levelOf, openEight, toEight, toInner, toOutput } from "../kernels/requantise";
import { countOnes, findEntries, openPacked, packedSums, signSums } from "../kernels/sign-sums";
import { correction, rowLength } from "../kernels/strip";
import {
  inner,
  narrow,
  offsets,
  outputs,
  scales,
  signsOf,
  stream,
  streamed,
  sums,
  tableBytes,
  tables,
} from "../kernels/strip-scratch";
import { sumsOf } from "../kernels/strip-sums";
import { tableOfRows } from "../kernels/tables";
import { multipliers, shifts, weightsU } from "../model";

/** K, and groups of 4 of them. */
let rank: i32 = 0;
let quads: i32 = 0;
/** Pixels for which the tables of conv_u stand at once. */
let block: i32 = 0;
/** Offsets of the entries of U's rows. */
let streamU: usize = 0;

/** m_k = clamp(round(a_k · M_k · 2^−n), −127, 127), a_k = Σ ±(x − z): `rank` rows of m + 128, 16 bits each. */
function convV<L>(layer: usize): void {
  const shift = <i32>load<u8>(layer, L_SHIFT_M);
  for (let k = 0, to = inner; k < rank; k++, to += <usize>(rowLength << 1)) {
    const factor = <i32>load<u16>(multipliers(layer) + (k << 1));
    toInner<L>(sumsOf<L>(k), narrow, correction(signsOf(k)), factor, shift, rowLength, to);
  }
}

/** y_t = clamp(z_y + round((b_t · R_t + bias_t · 2^b) · 2^−r), lo, hi), b_t = Σ ±m_k, of `count` pixels from `first` on. */
function convU<L>(layer: usize, first: i32, count: i32, channels: i32): void {
  const table = <usize>(block << 5);
  const row = <usize>(rowLength << 1);
  for (let q = 0, from = inner + <usize>(first << 1), to = tables; q < quads; q++, from += 4 * row, to += table)
    tableOfRows<L>(from, row, count, <usize>(block << 1), to);
  const shift = <i32>load<u8>(layer, L_SHIFT_R);
  const low = <i32>load<i8>(layer, L_ACTIVATION_MIN);
  const high = <i32>load<i8>(layer, L_ACTIVATION_MAX);
  const bytes = packedRowBytes(rank);
  const isNarrow = areNarrow(quads);
  const next = <usize>(count << (isNarrow ? 1 : 2));
  for (let t = 0; t < channels; t += SUM_ROWS) {
    const rows = min(SUM_ROWS, channels - t);
    const bits = weightsU(layer) + <usize>(t * bytes);
    if (streamed) {
      signSums<L>(streamU + <usize>((t * quads) << 1), 2 * quads, quads, rows, tables, count, sums, true, isNarrow);
    } else if (isVector<L>()) {
      openPacked(block, offsets, quads);
      packedSums<L>(bits, bytes, quads, rows, 0, 1, tables, count, sums, true, isNarrow);
    } else {
      findEntries(bits, bytes, rows, 0, 1, quads, 0, quads, block, offsets, stream);
      signSums<L>(stream, 2 * quads, quads, rows, tables, count, sums, true, isNarrow);
    }
    const to = outputs + <usize>(first * channels + t);
    if (isVector<L>() && isNarrow && rows == SUM_ROWS) {
      let ready = true;
      for (let c = 0, own = bits; ready && c < rows; c++, own += bytes)
        ready = openEight(scales, c, centreOf(own), factorOf(layer, t + c), levelOf(layer, t + c), shift, 127 * rank);
      if (ready) {
        toEight(sums, next, scales, shift, low, high, count, to, channels);
        continue;
      }
    }
    for (let c = 0, own = bits, from = sums; c < rows; c++, own += bytes, from += next) {
      const factor = factorOf(layer, t + c);
      const level = levelOf(layer, t + c);
      const offset = level - <i64>factor * <i64>centreOf(own);
      store<i32>(scales, factor);
      const short = isShort(<i64>factor * (127 * rank) + abs(level), shift);
      const small = isVector<L>() && fits(255 * 4 * quads, factor, offset, shift);
      toOutput<L>(from, isNarrow, 0, 1, scales, offset, shift, low, high, count, to + c, channels, short, small);
    }
  }
}

/** What the sums over packed signs `bits` of U hold beside Σ ±m. */
function centreOf(bits: usize): i32 {
  return 127 * 4 * quads + countOnes(bits, quads);
}

/** R_t */
function factorOf(layer: usize, t: i32): i32 {
  return load<u16>(shifts(layer) + (t << 1));
}

/** After openScratch. end: of the stream of V, where that of U follows, if they stand. */
export function openSemiBinary(layer: usize, K: i32, channels: i32, end: usize): void {
  rank = K;
  quads = pairedGroups(rank);
  block = min(rowLength, (tableBytes / (quads << 5)) & -STRIP_LANES);
  streamU = end;
  if (streamed)
    findEntries(weightsU(layer), packedRowBytes(rank), channels, 0, 1, quads, 0, quads, block, offsets, end);
  // Rows behind the last: m = 0.
  for (let at = inner + <usize>(rank * (rowLength << 1)); at < outputs; at += 2) store<u16>(at, 128);
}

/** The strip that openStripSums was called for, to `outputs`. */
export function semiBinary<L>(layer: usize, channels: i32): void {
  convV<L>(layer);
  for (let p = 0; p < rowLength; p += block) convU<L>(layer, p, min(block, rowLength - p), channels);
}
