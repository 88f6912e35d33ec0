// y_t = clamp(z_y + round((Σ_i A_{t,i} · p_{t,i} + bias_t · 2^b) · 2^−r), lo, hi), p_{t,i} = Σ ±(x − z), a strip at a time.
// sign(W), α·B and Σ α_i·B_i are this layer with one, one and several planes. Rows: planes of a channel together.

import { L_ACTIVATION_MAX, L_ACTIVATION_MIN, L_SHIFT_R } from "../../format/layout";
import { fits, isShort, levelOf, toOutput } from "../kernels/requantise";
import { correction, groups, rowLength, taps } from "../kernels/strip";
import { narrow, outputs, scales, signsOf, sumRow } from "../kernels/strip-scratch";
import { sumsOf } from "../kernels/strip-sums";
import { zero } from "../kernels/window";
import { multipliers } from "../model";

/** Channel t of the strip. */
function channel<L>(layer: usize, t: i32, planes: i32, count: i32): void {
  const shift = <i32>load<u8>(layer, L_SHIFT_R);
  const level = levelOf(layer, t);
  let offset = level;
  let scale: i64 = 0;
  for (let i = 0, k = t * planes; i < planes; i++, k++) {
    const factor = <i32>load<i16>(multipliers(layer) + (k << 1));
    store<i32>(scales + (i << 2), factor);
    scale += abs(factor);
    offset -= <i64>factor * <i64>correction(signsOf(k));
  }
  const terms = <i64>groups * taps;
  const span = 4 * terms * max(127 - zero, 128 + zero); // of Σ ±(x − z)
  toOutput<L>(
    sumsOf<L>(t * planes),
    narrow,
    sumRow,
    planes,
    scales,
    offset,
    shift,
    <i32>load<i8>(layer, L_ACTIVATION_MIN),
    <i32>load<i8>(layer, L_ACTIVATION_MAX),
    rowLength,
    outputs + t,
    count,
    isShort(span * scale + abs(level), shift),
    isVector<L>() && fits(255 * 4 * terms, scale, offset, shift),
  );
}

/** The strip that openStripSums was called for, to `outputs`. */
export function binaryPlanes<L>(layer: usize, planes: i32, channels: i32): void {
  for (let t = 0; t < channels; t++) channel<L>(layer, t, planes, channels);
}
