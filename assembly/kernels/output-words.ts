// What the sums of every output channel of a layer of signs are scaled by, found once a layer: the scale of each of its
// rows of sums, int32, then what is added to the scaled sums, int64.

import { L_ACTIVATION_MAX, L_ACTIVATION_MIN, L_BIAS_SHIFT, L_SHIFT_R, packedRowBytes } from "../../format/layout";
import { pairedGroups, SUM_ROWS, wordBytes } from "../../format/strip";
import { bias, multipliers, shifts, weightsU } from "../model";
import { targetZero } from "./pixel-store";
import { isShort, toEight, toOutput } from "./requantise";
import { countOnes } from "./sign-sums";
import { correction, groups, taps } from "./strip";
import { signsOf, words } from "./strip-scratch";
import { zero } from "./window";

// Of the layer.
let rows: i32 = 0;
let shift: i32 = 0;
let low: i32 = 0;
let high: i32 = 0;
/** Whether for all channels 32 bits hold what is shifted (requantise.ts), and what has been. */
let short: bool = false;
let small: bool = false;

/** Words of channel t. */
function wordsOf(t: i32): usize {
  return words + <usize>(t * wordBytes(rows));
}

/** After openScratch and openStore. rank: K of a SemiBinary layer, whose rows are those of U; else 0, and planes. */
export function openWords(layer: usize, rank: i32, planes: i32, channels: i32): void {
  const quads = pairedGroups(rank);
  rows = max(planes, 1);
  shift = load<u8>(layer, L_SHIFT_R);
  low = load<i8>(layer, L_ACTIVATION_MIN);
  high = load<i8>(layer, L_ACTIVATION_MAX);
  short = true;
  small = true;
  // A sum is of so many groups of 4, and what it means at most so far from 0.
  const terms = rank > 0 ? quads : groups * taps;
  const reach = rank > 0 ? 127 * rank : 4 * terms * max(127 - zero, 128 + zero);
  const half = ((<i64>1) << (<i64>shift)) >> 1;
  for (let t = 0, k = 0; t < channels; t++) {
    const added = (<i64>load<i16>(bias(layer) + (t << 1))) << (<i64>load<u8>(layer, L_BIAS_SHIFT));
    const level = half + ((<i64>targetZero) << (<i64>shift)) + added;
    let offset = level;
    let scale: i64 = 0;
    let to = wordsOf(t);
    for (const end = k + rows; k < end; k++, to += 4) {
      const factor =
        rank > 0 ? <i32>load<u16>(shifts(layer) + (k << 1)) : <i32>load<i16>(multipliers(layer) + (k << 1));
      const bits = weightsU(layer) + <usize>(k * packedRowBytes(rank));
      const centre = rank > 0 ? 127 * 4 * quads + countOnes(bits, quads) : correction(signsOf(k));
      store<i32>(to, factor);
      offset -= <i64>factor * centre;
      scale += abs(factor);
    }
    store<i64>(to, offset);
    short = short && isShort(scale * reach + abs(level), shift);
    if (ASC_FEATURE_SIMD) small = small && (scale * (255 * 4 * terms) + abs(offset)) >> <i64>shift < i32.MAX_VALUE;
  }
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
  if (isVector<L>() && short && shift >= 16 && channels == SUM_ROWS) {
    toEight(sums, narrow, row, rows, wordsOf(t), shift, low, high, pixels, to + t, stride);
    return;
  }
  for (let end = t + channels; t < end; t++, sums += <usize>rows * row)
    toOutput<L>(sums, narrow, row, rows, wordsOf(t), shift, low, high, pixels, to + t, stride, short, small);
}
