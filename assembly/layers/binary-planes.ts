import {
  align,
  L_ACTIVATION_MAX,
  L_ACTIVATION_MIN,
  L_INPUT,
  L_OUTPUT,
  L_PLANES,
  L_SHIFT_R,
  packedRowBytes,
  signSumScratchBytes,
} from "../../format/layout";
import { clamp, shiftRight } from "../kernels/fixed-point";
import { finishPixel, openStore, pixelTarget, targetZero } from "../kernels/pixel-store";
import { buildTables, signSum } from "../kernels/sign-sum";
import { gather, kernelHeight, kernelWidth, openWindow } from "../kernels/window";
import { bias, channels, height, multipliers, scratch, tensorRecord, weights, width } from "../model";

/**
 * y_t = clamp(z_y + round((Σ_i A_{t,i} · p_{t,i} + bias_t) · 2^−r), lo, hi), p_{t,i} = Σ ±(x − z).
 * sign(W), α·B and Σ α_i·B_i are this layer with one, one and several planes. Rows: planes of a channel together.
 */
export function binaryPlanes(layer: usize): void {
  const input = tensorRecord(load<u16>(layer, L_INPUT));
  const output = tensorRecord(load<u16>(layer, L_OUTPUT));
  openWindow(layer);
  const inputs = channels(input);
  const size = kernelHeight * kernelWidth * inputs;
  const paddedSize = (size + 7) & ~7;
  const rowBytes = packedRowBytes(size);
  const x = scratch(layer);
  const tables = x + align(2 * paddedSize);
  openStore(layer, x + signSumScratchBytes(size));
  const planes = <i32>load<u8>(layer, L_PLANES);
  const shift = <i32>load<u8>(layer, L_SHIFT_R);
  const low = <i64>load<i8>(layer, L_ACTIVATION_MIN);
  const high = <i64>load<i8>(layer, L_ACTIVATION_MAX);
  const count = channels(output);
  const b = bias(layer);
  for (let oy = 0, pixel = 0, h = height(output), w = width(output); oy < h; oy++) {
    for (let ox = 0; ox < w; ox++, pixel++) {
      gather(oy, ox, 0, inputs, x);
      buildTables(x, paddedSize, tables);
      const to = pixelTarget(pixel);
      let row = weights(layer);
      let scale = multipliers(layer);
      for (let t = 0; t < count; t++) {
        let sum = <i64>load<i32>(b + (t << 2));
        for (let i = 0; i < planes; i++, row += rowBytes, scale += 2)
          sum += <i64>signSum(row, rowBytes, tables) * <i64>load<i16>(scale);
        const value = shiftRight(sum, shift) + targetZero;
        store<i8>(to + t, <i32>clamp<i64>(value, low, high));
      }
      finishPixel(pixel);
    }
  }
}
