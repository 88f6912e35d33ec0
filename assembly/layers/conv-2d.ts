import {
  align,
  conv2DScratchBytes,
  L_ACTIVATION_MAX,
  L_ACTIVATION_MIN,
  L_GROUPS,
  L_INPUT,
  L_OUTPUT,
  L_SCRATCH_BYTES,
  MAX_CONV_2D_PIXELS,
} from "../../format/layout";
import { dense4 } from "../kernels/dense";
import { dot } from "../kernels/dot";
import { clamp, multiply } from "../kernels/fixed-point";
import { finishPixels, openStore, pixelTarget, targetZero } from "../kernels/pixel-store";
import { gather, kernelHeight, kernelWidth, openWindow } from "../kernels/window";
import { bias, channels, height, multipliers, scratch, shifts, tensorRecord, weights, width } from "../model";

/**
 * Outputs [first, first + count) of `pixels` pixels, whose windows of `size` numbers are `step` bytes apart and whose
 * outputs are `stride` bytes: int8 weight rows, TFLite's per-channel requantisation.
 */
function outputs(
  layer: usize,
  x: usize,
  step: i32,
  pixels: i32,
  size: i32,
  first: i32,
  count: i32,
  to: usize,
  stride: i32,
): void {
  const low = <i32>load<i8>(layer, L_ACTIVATION_MIN);
  const high = <i32>load<i8>(layer, L_ACTIVATION_MAX);
  const b = bias(layer);
  const m = multipliers(layer);
  const s = shifts(layer);
  let w = weights(layer) + first * size;
  let t = first;
  const end = first + count;
  if (ASC_FEATURE_SIMD) {
    for (; t + 4 <= end; t += 4, w += 4 * size)
      dense4(w, size, x, step, pixels, b + (t << 2), m + (t << 2), s + t, targetZero, low, high, to + t, stride);
  }
  for (; t < end; t++, w += size) {
    for (let p = 0; p < pixels; p++) {
      const sum = dot(w, x + p * step, size) + load<i32>(b + (t << 2));
      const value = multiply(sum, load<i32>(m + (t << 2)), load<i8>(s + t)) + targetZero;
      store<i8>(to + p * stride + t, clamp<i32>(value, low, high));
    }
  }
}

/** int8 Conv2D with groups (TFLite reference_integer_ops::ConvPerChannel), as many pixels at once as scratch has room for. */
export function conv2D(layer: usize): void {
  const input = tensorRecord(load<u16>(layer, L_INPUT));
  const output = tensorRecord(load<u16>(layer, L_OUTPUT));
  openWindow(layer);
  const groups = <i32>load<u16>(layer, L_GROUPS);
  const inputs = channels(input) / groups;
  const count = channels(output);
  const perGroup = count / groups;
  const size = kernelHeight * kernelWidth * inputs;
  const step = align(2 * ((size + 7) & ~7));
  const atOnce = min(MAX_CONV_2D_PIXELS, load<u32>(layer, L_SCRATCH_BYTES) / conv2DScratchBytes(size, count));
  const x = scratch(layer);
  openStore(layer, x + atOnce * step);
  for (let oy = 0, pixel = 0, h = height(output), w = width(output); oy < h; oy++) {
    for (let ox = 0; ox < w; ) {
      const pixels = min(atOnce, w - ox);
      const to = pixelTarget(pixel);
      for (let g = 0; g < groups; g++) {
        for (let p = 0; p < pixels; p++) gather(oy, ox + p, g * inputs, inputs, x + p * step);
        outputs(layer, x, step, pixels, size, g * perGroup, perGroup, to, count);
      }
      finishPixels(pixel, pixels);
      ox += pixels;
      pixel += pixels;
    }
  }
}
