import {
  align,
  L_ACTIVATION_MAX,
  L_ACTIVATION_MIN,
  L_INPUT,
  L_OUTPUT,
  L_RANK,
  L_SHIFT_M,
  L_SHIFT_R,
  packedRowBytes,
  signSumScratchBytes,
} from "../../format/layout";
import { clamp, shiftRight } from "../kernels/fixed-point";
import { finishPixel, openStore, pixelTarget, targetZero } from "../kernels/pixel-store";
import { buildTables, signSum } from "../kernels/sign-sum";
import { clear, gather, kernelHeight, kernelWidth, openWindow } from "../kernels/window";
import { bias, channels, height, multipliers, scratch, shifts, tensorRecord, weights, weightsU, width } from "../model";

/** m_k = clamp(round(a_k · M_k · 2^−n), −127, 127), a_k = Σ ±(x − z): K int16 to `m`, zero-padded to a multiple of 8. */
function convV(layer: usize, tables: usize, size: i32, m: usize): void {
  const rank = <i32>load<u16>(layer, L_RANK);
  const shift = <i32>load<u8>(layer, L_SHIFT_M);
  const rowBytes = packedRowBytes(size);
  const scale = multipliers(layer);
  for (let k = 0, row = weights(layer); k < rank; k++, row += rowBytes) {
    const a = <i64>signSum(row, rowBytes, tables) * <i64>load<u16>(scale + (k << 1));
    const value = shiftRight(a, shift);
    store<i16>(m + (k << 1), <i32>clamp<i64>(value, -127, 127));
  }
  clear(m + (rank << 1), m + (((rank + 7) & ~7) << 1));
}

/** y_t = clamp(z_y + round((b_t + bias_t) · R_t · 2^−r), lo, hi), b_t = Σ ±m_k. */
function convU(layer: usize, tables: usize, count: i32, to: usize, zero: i32): void {
  const shift = <i32>load<u8>(layer, L_SHIFT_R);
  const low = <i64>load<i8>(layer, L_ACTIVATION_MIN);
  const high = <i64>load<i8>(layer, L_ACTIVATION_MAX);
  const rowBytes = packedRowBytes(load<u16>(layer, L_RANK));
  const b = bias(layer);
  const scale = shifts(layer);
  for (let t = 0, row = weightsU(layer); t < count; t++, row += rowBytes) {
    const sum = <i64>signSum(row, rowBytes, tables) + <i64>load<i32>(b + (t << 2));
    const value = shiftRight(sum * <i64>load<u16>(scale + (t << 1)), shift) + zero;
    store<i8>(to + t, <i32>clamp<i64>(value, low, high));
  }
}

/** conv_v → scale_d → conv_u of one pixel at a time: the K-channel map never exists in memory. */
export function semiBinary(layer: usize): void {
  const input = tensorRecord(load<u16>(layer, L_INPUT));
  const output = tensorRecord(load<u16>(layer, L_OUTPUT));
  openWindow(layer);
  const inputs = channels(input);
  const size = kernelHeight * kernelWidth * inputs;
  const paddedSize = (size + 7) & ~7;
  const rank = <i32>load<u16>(layer, L_RANK);
  const paddedRank = (rank + 7) & ~7;
  const x = scratch(layer);
  const tablesX = x + align(2 * paddedSize);
  const m = x + signSumScratchBytes(size);
  const tablesM = m + align(2 * paddedRank);
  openStore(layer, m + signSumScratchBytes(rank));
  const count = channels(output);
  for (let oy = 0, pixel = 0, h = height(output), w = width(output); oy < h; oy++) {
    for (let ox = 0; ox < w; ox++, pixel++) {
      gather(oy, ox, 0, inputs, x);
      buildTables(x, paddedSize, tablesX);
      convV(layer, tablesX, size, m);
      buildTables(m, paddedRank, tablesM);
      convU(layer, tablesM, count, pixelTarget(pixel), targetZero);
      finishPixel(pixel);
    }
  }
}
