import { align, L_ACTIVATION_MAX, L_ACTIVATION_MIN, L_INPUT, L_OUTPUT } from "../../format/layout";
import { accumulate, accumulateMultiplied } from "../kernels/depthwise";
import { clamp, multiply, multiplyEach4, storeBytes } from "../kernels/fixed-point";
import { finishPixel, openStore, pixelTarget, targetZero } from "../kernels/pixel-store";
import { kernelHeight, kernelWidth, openWindow, tap } from "../kernels/window";
import {
  bias,
  channels,
  height,
  multipliers,
  scratch,
  shifts,
  tensorRecord,
  weights,
  width,
  zeroPoint,
} from "../model";

/** int8 DepthwiseConv2D (TFLite reference_integer_ops::DepthwiseConvPerChannel); weights kh × kw × T. */
export function depthwiseConv2D(layer: usize): void {
  const input = tensorRecord(load<u16>(layer, L_INPUT));
  const output = tensorRecord(load<u16>(layer, L_OUTPUT));
  openWindow(layer);
  const count = channels(output);
  const multiplier = count / channels(input);
  const zeroIn = zeroPoint(input);
  const low = <i32>load<i8>(layer, L_ACTIVATION_MIN);
  const high = <i32>load<i8>(layer, L_ACTIVATION_MAX);
  const acc = scratch(layer);
  openStore(layer, acc + align(4 * count));
  const b = bias(layer);
  const m = multipliers(layer);
  const s = shifts(layer);
  for (let oy = 0, pixel = 0, h = height(output), w = width(output); oy < h; oy++) {
    for (let ox = 0; ox < w; ox++, pixel++) {
      for (let t = 0; t < count; t++) store<i32>(acc + (t << 2), load<i32>(b + (t << 2)));
      let row = weights(layer);
      for (let ky = 0; ky < kernelHeight; ky++) {
        for (let kx = 0; kx < kernelWidth; kx++, row += count) {
          const x = tap(oy, ox, ky, kx);
          if (x == 0) continue;
          if (multiplier == 1) accumulate(acc, row, x, count, zeroIn);
          else accumulateMultiplied(acc, row, x, count, zeroIn, multiplier);
        }
      }
      const to = pixelTarget(pixel);
      let t = 0;
      if (ASC_FEATURE_SIMD) {
        const zero = i32x4.splat(targetZero);
        const least = i32x4.splat(low);
        const most = i32x4.splat(high);
        for (; t + 4 <= count; t += 4) {
          const values = multiplyEach4(v128.load(acc + (t << 2)), m + (t << 2), s + t);
          storeBytes(i32x4.min_s(i32x4.max_s(i32x4.add(values, zero), least), most), to + t);
        }
      }
      for (; t < count; t++) {
        const sum = multiply(load<i32>(acc + (t << 2)), load<i32>(m + (t << 2)), load<i8>(s + t));
        store<i8>(to + t, clamp<i32>(sum + targetZero, low, high));
      }
      finishPixel(pixel);
    }
  }
}
