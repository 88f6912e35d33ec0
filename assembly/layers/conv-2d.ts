import { align, L_ACTIVATION_MAX, L_ACTIVATION_MIN, L_GROUPS, L_INPUT, L_OUTPUT } from "../../format/layout";
import { dot, dot4 } from "../kernels/dot";
import { clamp, multiply, multiplyEach4, storeBytes } from "../kernels/fixed-point";
import { finishPixel, openStore, pixelTarget, targetZero } from "../kernels/pixel-store";
import { gather, kernelHeight, kernelWidth, openWindow } from "../kernels/window";
import { bias, channels, height, multipliers, scratch, shifts, tensorRecord, weights, width } from "../model";

/** Outputs [first, first + count) of one pixel: int8 weight rows of `size`, TFLite's per-channel requantisation. */
function outputs(layer: usize, x: usize, size: i32, first: i32, count: i32, to: usize): void {
  const low = <i32>load<i8>(layer, L_ACTIVATION_MIN);
  const high = <i32>load<i8>(layer, L_ACTIVATION_MAX);
  const b = bias(layer);
  const m = multipliers(layer);
  const s = shifts(layer);
  let w = weights(layer) + first * size;
  let t = first;
  const end = first + count;
  if (ASC_FEATURE_SIMD) {
    const zero = i32x4.splat(targetZero);
    const least = i32x4.splat(low);
    const most = i32x4.splat(high);
    for (; t + 4 <= end; t += 4, w += 4 * size) {
      const sums = i32x4.add(dot4(w, size, x, size), v128.load(b + (t << 2)));
      const values = i32x4.add(multiplyEach4(sums, m + (t << 2), s + t), zero);
      storeBytes(i32x4.min_s(i32x4.max_s(values, least), most), to + t);
    }
  }
  for (; t < end; t++, w += size) {
    const sum = dot(w, x, size) + load<i32>(b + (t << 2));
    const value = multiply(sum, load<i32>(m + (t << 2)), load<i8>(s + t)) + targetZero;
    store<i8>(to + t, clamp<i32>(value, low, high));
  }
}

/** int8 Conv2D with groups (TFLite reference_integer_ops::ConvPerChannel). */
export function conv2D(layer: usize): void {
  const input = tensorRecord(load<u16>(layer, L_INPUT));
  const output = tensorRecord(load<u16>(layer, L_OUTPUT));
  openWindow(layer);
  const groups = <i32>load<u16>(layer, L_GROUPS);
  const inputs = channels(input) / groups;
  const perGroup = channels(output) / groups;
  const size = kernelHeight * kernelWidth * inputs;
  const x = scratch(layer);
  openStore(layer, x + align(2 * ((size + 7) & ~7)));
  for (let oy = 0, pixel = 0, h = height(output), w = width(output); oy < h; oy++) {
    for (let ox = 0; ox < w; ox++, pixel++) {
      const to = pixelTarget(pixel);
      for (let g = 0; g < groups; g++) {
        gather(oy, ox, g * inputs, inputs, x);
        outputs(layer, x, size, g * perGroup, perGroup, to);
      }
      finishPixel(pixel);
    }
  }
}
