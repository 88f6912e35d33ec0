import { align, L_ACTIVATION_MAX, L_ACTIVATION_MIN, L_INPUT, L_OUTPUT } from "../../format/layout";
import { clamp, multiply } from "../kernels/fixed-point";
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

/** acc[t] += w[t] · (x[t] − zero) for `count` channels. */
function accumulate(acc: usize, w: usize, x: usize, count: i32, zero: i32): void {
  let t = 0;
  if (ASC_FEATURE_SIMD) {
    const z = i16x8.splat(<i16>zero);
    for (; t <= count - 8; t += 8) {
      const a = i16x8.sub(v128.load8x8_s(x + t), z);
      const b = v128.load8x8_s(w + t);
      const to = acc + (t << 2);
      v128.store(to, i32x4.add(v128.load(to), i32x4.extmul_low_i16x8_s(a, b)), 0);
      v128.store(to, i32x4.add(v128.load(to, 16), i32x4.extmul_high_i16x8_s(a, b)), 16);
    }
  }
  for (; t < count; t++) {
    const to = acc + (t << 2);
    store<i32>(to, load<i32>(to) + <i32>load<i8>(w + t) * (<i32>load<i8>(x + t) - zero));
  }
}

/** The same where each input channel feeds `multiplier` output channels. */
function accumulateMultiplied(acc: usize, w: usize, x: usize, count: i32, zero: i32, multiplier: i32): void {
  for (let c = 0, t = 0; t < count; c++) {
    const value = <i32>load<i8>(x + c) - zero;
    for (let end = t + multiplier; t < end; t++) {
      const to = acc + (t << 2);
      store<i32>(to, load<i32>(to) + <i32>load<i8>(w + t) * value);
    }
  }
}

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
      for (let t = 0; t < count; t++) {
        const sum = multiply(load<i32>(acc + (t << 2)), load<i32>(m + (t << 2)), load<i8>(s + t));
        store<i8>(to + t, clamp<i32>(sum + targetZero, low, high));
      }
      finishPixel(pixel);
    }
  }
}
