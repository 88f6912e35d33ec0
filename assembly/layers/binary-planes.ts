// y_t = clamp(z_y + round((Σ_i A_{t,i} · p_{t,i} + bias_t · 2^b) · 2^−r), lo, hi), p_{t,i} = Σ ±(x − z), a strip at a time.
// sign(W), α·B and Σ α_i·B_i are this layer with one, one and several planes. Rows: planes of a channel together.

import {
  align,
  L_ACTIVATION_MAX,
  L_ACTIVATION_MIN,
  L_BIAS_SHIFT,
  L_OUTPUT,
  L_PLANES,
  L_SHIFT_R,
  MAX_PLANES,
  packedRowBytes,
} from "../../format/layout";
import { areNarrow, SUM_ROWS, sumBytes } from "../../format/strip";
import { openStore, storeStrip, targetZero } from "../kernels/pixel-store";
import { fits, isShort, toOutput } from "../kernels/requantise";
import { openRows, signSums } from "../kernels/sign-sums";
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
import { firstTurn, openTurns, turnSums, turnTo } from "../kernels/turns";
import { zero } from "../kernels/window";
import { bias, channels, height, multipliers, scratch, tensorRecord, weights, width } from "../model";

export function binaryPlanes<L>(layer: usize): void {
  const output = tensorRecord(load<u16>(layer, L_OUTPUT));
  const count = channels(output);
  openStrip(layer);
  openStore(layer, 0);
  const planes = <i32>load<u8>(layer, L_PLANES);
  const whole = batch >= groups;
  const terms = groups * taps;
  const reach = <i64>(255 * 4) * terms;
  const span = <i64>(4 * max(127 - zero, 128 + zero)) * terms; // of Σ ±(x − z)
  const narrow = areNarrow(terms);
  const row = <usize>(rowLength << (narrow ? 1 : 2));
  const atOnce = max(1, SUM_ROWS / planes); // channels
  const scales = scratch(layer);
  const offsets = scales + 4 * MAX_PLANES;
  const staged = offsets + align(taps << 2);
  const tables = staged + <usize>(pixels << 2);
  const sums = tables + <usize>(batch * (pixels << 5));
  const kept = sums + <usize>sumBytes(whole ? SUM_ROWS : planes * count, rowLength, terms);
  const outputs = kept + <usize>(<i32>keptBytes(planes * count));
  const bytes = packedRowBytes(groups * taps * 4);
  const signs = weights(layer);
  const shift = <i32>load<u8>(layer, L_SHIFT_R);
  const biasShift = <i32>load<u8>(layer, L_BIAS_SHIFT);
  const start = (((<i64>1) << shift) >> 1) + ((<i64>targetZero) << shift);
  const low = <i32>load<i8>(layer, L_ACTIVATION_MIN);
  const high = <i32>load<i8>(layer, L_ACTIVATION_MAX);
  tapOffsets(offsets);
  openRows(pixels, offsets, groups);
  if (turns) openTurns(signs, planes * count, bytes, staged, tables, kept);
  const h = height(output);
  const w = width(output);
  for (let ox = 0; ox < w; ox += stripColumns) {
    if (turns) firstTurn();
    for (let oy = 0; oy < h; oy += stripRows) {
      if (turns) turnTo<L>(oy, ox, h);
      for (let first = 0; !turns && first < groups; first += batch) {
        buildBatch<L>(first, min(batch, groups - first), oy, 0, ox, staged, tables);
        if (!whole) signSums<L>(signs, bytes, planes * count, 0, taps, rowLength, sums, first == 0, narrow);
      }
      let from = turns ? turnSums(oy) : sums;
      for (let t = 0, bits = signs, a = multipliers(layer); t < count; t++, from += <usize>planes * row) {
        if (whole && !turns && t % atOnce == 0) {
          from = sums;
          signSums<L>(bits, bytes, min(atOnce, count - t) * planes, 0, taps, rowLength, from, true, narrow);
        }
        const level = start + ((<i64>load<i16>(bias(layer) + (t << 1))) << biasShift);
        let offset = level;
        let scale: i64 = 0;
        for (let i = 0; i < planes; i++, bits += bytes, a += 2) {
          const factor = <i32>load<i16>(a);
          store<i32>(scales + (i << 2), factor);
          scale += abs(factor);
          offset -= <i64>factor * <i64>correction(bits);
        }
        toOutput<L>(
          from,
          narrow,
          row,
          planes,
          scales,
          offset,
          shift,
          low,
          high,
          rowLength,
          outputs + t,
          count,
          isShort(span * scale + abs(level), shift),
          fits(reach, scale, offset, shift),
        );
      }
      storeStrip(oy, ox, min(stripRows, h - oy), min(stripColumns, w - ox), w, pitch, outputs);
    }
  }
}
