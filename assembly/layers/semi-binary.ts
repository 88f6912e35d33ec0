// conv_v → scale_d → conv_u, a strip of output pixels at a time: the K-channel map exists for one strip only.

import {
  align,
  L_ACTIVATION_MAX,
  L_ACTIVATION_MIN,
  L_BIAS_SHIFT,
  L_OUTPUT,
  L_RANK,
  L_SHIFT_M,
  L_SHIFT_R,
  packedRowBytes,
} from "../../format/layout";
import {
  areNarrow,
  EIGHT_WORDS,
  MAX_TERMS,
  pairedGroups,
  STRIP_LANES,
  SUM_ROWS,
  semiBinarySumBytes,
  semiBinaryTableBytes,
} from "../../format/strip";
import { openStore, storeStrip, targetZero } from "../kernels/pixel-store";
import { fits, isShort, openEight, toEight, toInner, toOutput } from "../kernels/requantise";
import { countOnes, openBatch, openRows, signSums } from "../kernels/sign-sums";
import {
  batch,
  buildBatch,
  correction,
  groups,
  keptBytes,
  openStrip,
  pitch,
  pixels,
  rowLength,
  stripColumns,
  stripRows,
  tapOffsets,
  taps,
  turns,
} from "../kernels/strip";
import { tableOfRows } from "../kernels/tables";
import { firstTurn, openTurns, turnSums, turnTo } from "../kernels/turns";
import { bias, channels, height, multipliers, scratch, shifts, tensorRecord, weights, weightsU, width } from "../model";

// The layer's numbers and the parts of its scratch, set once a layer.
let rank: i32 = 0;
let quads: i32 = 0;
let offsets: usize = 0;
let staged: usize = 0;
let tables: usize = 0;
let tablesBytes: i32 = 0;
let sums: usize = 0;
let inner: usize = 0;
let outputs: usize = 0;
/** R_t of one channel, as int32, or numbers of eight (openEight). */
let scales: usize = 0;

/** m_k = clamp(round(a_k · M_k · 2^−n), −127, 127), a_k = Σ ±(x − z): `rank` rows of m + 128, 16 bits each. */
function convV<L>(layer: usize, oy: i32, ox: i32, outputHeight: i32): void {
  const whole = batch >= groups;
  const narrow = areNarrow(groups * taps);
  const row = <usize>(rowLength << (narrow ? 1 : 2));
  const bytes = packedRowBytes(groups * taps * 4);
  const bits = weights(layer);
  openRows(pixels, offsets, groups);
  if (turns) turnTo<L>(oy, ox, outputHeight);
  for (let first = 0; !turns && first < groups; first += batch) {
    buildBatch<L>(first, min(batch, groups - first), oy, 0, ox, staged, tables);
    if (!whole) signSums<L>(bits, bytes, rank, 0, taps, rowLength, sums, first == 0, narrow);
  }
  const shift = <i32>load<u8>(layer, L_SHIFT_M);
  let from = turns ? turnSums(oy) : sums;
  for (let k = 0, own = bits, to = inner; k < rank; k++, own += bytes, from += row, to += <usize>(rowLength << 1)) {
    if (whole && !turns && k % SUM_ROWS == 0) {
      from = sums;
      signSums<L>(own, bytes, min(SUM_ROWS, rank - k), 0, taps, rowLength, from, true, narrow);
    }
    const factor = <i32>load<u16>(multipliers(layer) + (k << 1));
    toInner<L>(from, narrow, correction(own), factor, shift, rowLength, to);
  }
}

/** y_t = clamp(z_y + round((b_t · R_t + bias_t · 2^b) · 2^−r), lo, hi), b_t = Σ ±m_k, of `count` pixels from `first` on. */
function convU<L>(layer: usize, first: i32, count: i32, channels: i32): void {
  const table = <usize>(count << 5);
  const row = <usize>(rowLength << 1);
  for (let q = 0, from = inner + <usize>(first << 1), to = tables; q < quads; q++, from += 4 * row, to += table)
    tableOfRows<L>(from, row, count, to);
  openRows(count, offsets, quads);
  const shift = <i32>load<u8>(layer, L_SHIFT_R);
  const low = <i32>load<i8>(layer, L_ACTIVATION_MIN);
  const high = <i32>load<i8>(layer, L_ACTIVATION_MAX);
  const bytes = packedRowBytes(rank);
  const narrow = areNarrow(quads);
  const sumRow = <usize>(count << (narrow ? 1 : 2));
  for (let t = 0; t < channels; t += SUM_ROWS) {
    const rows = min(SUM_ROWS, channels - t);
    const bits = weightsU(layer) + <usize>(t * bytes);
    for (let q = 0; q < quads; q += MAX_TERMS) {
      openBatch(tables + <usize>q * table, q, min(MAX_TERMS, quads - q));
      signSums<L>(bits, bytes, rows, 0, 1, count, sums, q == 0, narrow);
    }
    const to = outputs + <usize>(first * channels + t);
    if (isVector<L>() && narrow && rows == SUM_ROWS) {
      let ready = true;
      for (let c = 0, own = bits; ready && c < rows; c++, own += bytes)
        ready = openEight(scales, c, centreOf(own), factorOf(layer, t + c), levelOf(layer, t + c), shift, 127 * rank);
      if (ready) {
        toEight(sums, sumRow, scales, shift, low, high, count, to, channels);
        continue;
      }
    }
    for (let c = 0, own = bits, from = sums; c < rows; c++, own += bytes, from += sumRow) {
      const factor = factorOf(layer, t + c);
      const level = levelOf(layer, t + c);
      const offset = level - <i64>factor * <i64>centreOf(own);
      store<i32>(scales, factor);
      const short = isShort(<i64>factor * (127 * rank) + abs(level), shift);
      const small = fits(255 * 4 * quads, factor, offset, shift);
      toOutput<L>(from, narrow, 0, 1, scales, offset, shift, low, high, count, to + c, channels, short, small);
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

/** What is added to b_t · R_t: the bias, the zero point, and half of the last bit. */
function levelOf(layer: usize, t: i32): i64 {
  const shift = <i64>load<u8>(layer, L_SHIFT_R);
  const added = (<i64>load<i16>(bias(layer) + (t << 1))) << (<i64>load<u8>(layer, L_BIAS_SHIFT));
  return (((<i64>1) << shift) >> 1) + ((<i64>targetZero) << shift) + added;
}

export function semiBinary<L>(layer: usize): void {
  const output = tensorRecord(load<u16>(layer, L_OUTPUT));
  const count = channels(output);
  openStrip(layer);
  openStore(layer, 0);
  rank = load<u16>(layer, L_RANK);
  quads = <i32>pairedGroups(rank);
  scales = scratch(layer);
  offsets = scales + 4 * EIGHT_WORDS * SUM_ROWS;
  staged = offsets + align(taps << 2);
  tables = staged + <usize>(pixels << 2);
  tablesBytes = <i32>semiBinaryTableBytes(batch, pixels, rank);
  sums = tables + <usize>tablesBytes;
  const kept = sums + <usize>semiBinarySumBytes(taps, groups, batch, rowLength, rank);
  if (turns) openTurns(weights(layer), rank, packedRowBytes(groups * taps * 4), staged, tables, kept);
  inner = kept + <usize>(<i32>keptBytes(rank));
  outputs = inner + <usize>(quads * (rowLength << 3));
  tapOffsets(offsets);
  // Rows behind the last: m = 0.
  for (let at = inner + <usize>(rank * (rowLength << 1)); at < outputs; at += 2) store<u16>(at, 128);
  const block = min(rowLength, (tablesBytes / (quads << 5)) & -STRIP_LANES);
  const h = height(output);
  const w = width(output);
  for (let ox = 0; ox < w; ox += stripColumns) {
    if (turns) firstTurn();
    for (let oy = 0; oy < h; oy += stripRows) {
      convV<L>(layer, oy, ox, h);
      for (let p = 0; p < rowLength; p += block) convU<L>(layer, p, min(block, rowLength - p), count);
      storeStrip(oy, ox, min(stripRows, h - oy), min(stripColumns, w - ox), w, pitch, outputs);
    }
  }
}
