// y_t = clamp(z_y + round((Σ_i A_{t,i} · p_{t,i} + bias_t · 2^b) · 2^−r), lo, hi), p_{t,i} = Σ ±(x − z), a strip at a time.
// sign(W), α·B and Σ α_i·B_i are this layer with one, one and several planes. Rows: planes of a channel together.

import {
  align,
  L_ACTIVATION_MAX,
  L_ACTIVATION_MIN,
  L_BATCH,
  L_BIAS_SHIFT,
  L_OUTPUT,
  L_PLANES,
  L_SHIFT_R,
  MAX_PLANES,
  packedRowBytes,
} from "../../format/layout";
import { openStore, storeStrip, targetZero } from "../kernels/pixel-store";
import { fits, toOutput } from "../kernels/requantise";
import { openRows, signSums } from "../kernels/sign-sums";
import {
  buildBatch,
  correction,
  groups,
  openStrip,
  pitch,
  pixels,
  rowLength,
  stripColumns,
  stripRows,
  tapOffsets,
  taps,
} from "../kernels/strip";
import { bias, channels, height, multipliers, scratch, tensorRecord, weights, width } from "../model";

export function binaryPlanes<L>(layer: usize): void {
  const output = tensorRecord(load<u16>(layer, L_OUTPUT));
  const count = channels(output);
  openStrip(layer);
  openStore(layer, 0);
  const planes = <i32>load<u8>(layer, L_PLANES);
  const batch = <i32>load<u16>(layer, L_BATCH);
  const whole = batch >= groups;
  const row = <usize>(rowLength << 2);
  const scales = scratch(layer);
  const offsets = scales + 4 * MAX_PLANES;
  const staged = offsets + align(taps << 2);
  const tables = staged + <usize>(pixels << 2);
  const sums = tables + <usize>(batch * (pixels << 5));
  const outputs = sums + align((whole ? planes : planes * count) * (rowLength << 2));
  const bytes = packedRowBytes(groups * taps * 4);
  const shift = <i32>load<u8>(layer, L_SHIFT_R);
  const biasShift = <i32>load<u8>(layer, L_BIAS_SHIFT);
  const start = (((<i64>1) << shift) >> 1) + ((<i64>targetZero) << shift);
  const low = <i32>load<i8>(layer, L_ACTIVATION_MIN);
  const high = <i32>load<i8>(layer, L_ACTIVATION_MAX);
  const reach = <i64>(255 * 4) * groups * taps;
  tapOffsets(offsets);
  openRows(pixels, offsets, taps, groups);
  for (let oy = 0, h = height(output), w = width(output); oy < h; oy += stripRows) {
    for (let ox = 0; ox < w; ox += stripColumns) {
      for (let first = 0; first < groups; first += batch) {
        buildBatch<L>(first, min(batch, groups - first), oy, ox, staged, tables);
        if (whole) break;
        for (let i = 0, bits = weights(layer), to = sums; i < planes * count; i++, bits += bytes, to += row)
          signSums<L>(bits, rowLength, to, first == 0);
      }
      for (let t = 0, bits = weights(layer), a = multipliers(layer), from = sums; t < count; t++) {
        let offset = start + ((<i64>load<i16>(bias(layer) + (t << 1))) << biasShift);
        let scale: i64 = 0;
        for (let i = 0; i < planes; i++, bits += bytes, a += 2) {
          const factor = <i32>load<i16>(a);
          store<i32>(scales + (i << 2), factor);
          scale += abs(factor);
          offset -= <i64>factor * <i64>correction(bits);
          if (whole) signSums<L>(bits, rowLength, sums + <usize>i * row, true);
        }
        toOutput<L>(
          from,
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
          fits(reach, scale, offset, shift),
        );
        if (!whole) from += <usize>planes * row;
      }
      storeStrip(oy, ox, min(stripRows, h - oy), min(stripColumns, w - ox), w, pitch, outputs);
    }
  }
}
