// What the sums of every output channel of a layer of signs are scaled by, found once a layer: the scale of each of its
// rows of sums, int32, then what is added to the scaled sums, int64.

import { L_ACTIVATION_MAX, L_ACTIVATION_MIN, L_BIAS_SHIFT, L_SHIFT_R } from "../../format/layout";
import { pairedGroups, SUM_ROWS, wordBytes } from "../../format/strip";
import { bias, multipliers, shifts, weights, weightsU } from "../model";
import { targetZero } from "./pixel-store";
import { isShort, toEight, toOutput } from "./requantise";
import { correction, groups, taps } from "./strip";
import { words } from "./strip-scratch";
import { zero } from "./window";

// Of the layer.
let rows: i32 = 0;
let shift: i32 = 0;
let low: i32 = 0;
let high: i32 = 0;
/** Whether for all channels 32 bits hold what is shifted (requantise.ts), and what has been. */
let short: bool = false;
let small: bool = false;

/** After openScratch and openStore. rank: K of a SemiBinary layer, whose rows are those of U; else 0, and `each` planes. */
export function openWords(layer: usize, rank: i32, each: i32, channels: i32): void {
  rows = each;
  shift = load<u8>(layer, L_SHIFT_R);
  low = load<i8>(layer, L_ACTIVATION_MIN);
  high = load<i8>(layer, L_ACTIVATION_MAX);
  // A sum is of so many groups of 4 numbers x − z, with K of m, and so far from 0 at most.
  const isInner = rank > 0;
  const terms = isInner ? pairedGroups(rank) : groups * taps;
  const z = isInner ? 0 : zero;
  const reach = 4 * terms * max(127 - z, 128 + z);
  let factors = isInner ? shifts(layer) : multipliers(layer);
  const half = ((<i64>1) << (<i64>shift)) >> 1;
  let bits = isInner ? weightsU(layer) : weights(layer);
  let added = bias(layer);
  let to = words;
  const last = to + <usize>(channels * wordBytes(rows));
  let bound: i64 = 0;
  small = true;
  do {
    const moved = (<i64>load<i16>(added)) << (<i64>load<u8>(layer, L_BIAS_SHIFT));
    const level = half + ((<i64>targetZero) << (<i64>shift)) + moved;
    const end = to + <usize>(rows << 2);
    let offset = level;
    let scale: i64 = 0;
    do {
      const factor = isInner ? <i32>load<u16>(factors) : <i32>load<i16>(factors);
      store<i32>(to, factor);
      offset -= <i64>factor * correction(bits, terms, z);
      scale += abs(factor);
      bits += <usize>(terms >> 1);
      factors += 2;
      to += 4;
    } while (to < end);
    store<i64>(to, offset);
    bound = max(bound, scale * reach + abs(level));
    if (ASC_FEATURE_SIMD) small = small && (scale * (255 * 4 * terms) + abs(offset)) >> <i64>shift < i32.MAX_VALUE;
    added += 2;
    to += 8;
  } while (to < last);
  short = isShort(bound, shift);
}

/** `channels` channels from t on of `pixels` pixels, of rows of sums `row` bytes apart: int8, `stride` bytes a pixel. */
export function storeChannels<L>(
  sums: usize,
  narrow: bool,
  row: usize,
  t: i32,
  channels: i32,
  pixels: i32,
  to: usize,
  stride: i32,
): void {
  let at = words + <usize>(t * wordBytes(rows));
  to += <usize>t;
  if (isVector<L>() && short && shift >= 16 && channels == SUM_ROWS) {
    toEight(sums, narrow, row, rows, at, shift, low, high, pixels, to, stride);
    return;
  }
  const end = to + <usize>channels;
  do {
    toOutput<L>(sums, narrow, row, rows, at, shift, low, high, pixels, to, stride, short, small);
    sums += <usize>rows * row;
    at += <usize>wordBytes(rows);
  } while (++to < end);
}
