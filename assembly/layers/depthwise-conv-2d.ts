import { L_ACTIVATION_MAX, L_ACTIVATION_MIN, L_INPUT, L_INPUT2, L_OUTPUT, NO_TENSOR } from "../../format/layout";
import { depthwise8, depthwiseSum } from "../kernels/depthwise";
import { clamp, multiply } from "../kernels/fixed-point";
import { finishPixels, openStore, pixelTarget, targetZero } from "../kernels/pixel-store";
import { openWindow } from "../kernels/window";
import { bias, channels, height, multipliers, scratch, shifts, tensorRecord, weights, width } from "../model";

/** int8 DepthwiseConv2D (TFLite reference_integer_ops::DepthwiseConvPerChannel); weights kh × kw × T. */
export function depthwiseConv2D(layer: usize): void {
  const input = tensorRecord(load<u16>(layer, L_INPUT));
  const output = tensorRecord(load<u16>(layer, L_OUTPUT));
  openWindow(layer);
  const count = channels(output);
  const multiplier = count / channels(input);
  const low = <i32>load<i8>(layer, L_ACTIVATION_MIN);
  const high = <i32>load<i8>(layer, L_ACTIVATION_MAX);
  openStore(layer, scratch(layer));
  const w = weights(layer);
  const b = bias(layer);
  const m = multipliers(layer);
  const s = shifts(layer);
  const columns = width(output);
  // Scratch holds finished pixels where an Add is fused.
  const atOnce = load<u16>(layer, L_INPUT2) == NO_TENSOR ? columns : 1;
  for (let oy = 0, pixel = 0, h = height(output); oy < h; oy++) {
    for (let ox = 0; ox < columns; ) {
      const pixels = min(atOnce, columns - ox);
      const to = pixelTarget(pixel);
      let t = 0;
      if (ASC_FEATURE_SIMD) {
        if (multiplier == 1) {
          for (; t + 8 <= count; t += 8)
            depthwise8(
              w + t,
              count,
              t,
              oy,
              ox,
              pixels,
              b + (t << 2),
              m + (t << 2),
              s + t,
              targetZero,
              low,
              high,
              to + t,
            );
        }
      }
      for (; t < count; t++) {
        for (let p = 0; p < pixels; p++) {
          const sum = depthwiseSum(w + t, count, t / multiplier, oy, ox + p) + load<i32>(b + (t << 2));
          const value = multiply(sum, load<i32>(m + (t << 2)), load<i8>(s + t)) + targetZero;
          store<i8>(to + p * count + t, clamp<i32>(value, low, high));
        }
      }
      finishPixels(pixel, pixels);
      ox += pixels;
      pixel += pixels;
    }
  }
}
