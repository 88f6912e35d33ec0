// The layers whose weights are int8: Conv2D with groups, DepthwiseConv2D and FullyConnected (TFLite
// reference_integer_ops::ConvPerChannel, DepthwiseConvPerChannel, FullyConnected), SUM_PIXELS output pixels at a time.

import { KIND_CONV_2D, KIND_DEPTHWISE_CONV_2D, KIND_FULLY_CONNECTED, L_GROUPS, L_KIND } from "../../format/layout";
import { SUM_PIXELS } from "../../format/rows";
import { sums2, sums8 } from "../kernels/dense";
import { depthwise1, depthwise8 } from "../kernels/depthwise";
import { finishPixels, openStore, pixelTarget } from "../kernels/pixel-store";
import { area, columns, openRows, openRuns, runCount, staged, step, takeRows } from "../kernels/rows";
import { openSums, storeSums, storeSums8 } from "../kernels/store-sums";
import { inputChannels, kernelHeight, kernelWidth } from "../kernels/window";
import { bias, channels, outputOf, weights } from "../model";

/** Output channels of the layer, of a group; input channels of a group. */
let count: i32 = 0;
let perGroup: i32 = 0;
let inputs: i32 = 0;

/** A group's channels from `first` on of `pixels` pixels. */
function convolve(layer: usize, offset: usize, pixels: i32, first: i32, taps: bool, to: usize): void {
  const row = <usize>(perGroup << 1);
  const numbers = (taps ? 1 : kernelWidth) * inputs;
  const end = first + perGroup;
  const w = weights(layer) + <usize>(runCount * numbers * first);
  const b = bias(layer);
  if (ASC_FEATURE_SIMD && perGroup >= 8) {
    for (let t = first; t < end; t += 8) {
      t = min(t, end - 8); // the last 8 once more: some of them are there already
      sums8(w, t - first, row, numbers, offset, pixels, b + (t << 2));
      storeSums8(t, pixels, to, count);
    }
    return;
  }
  for (let t = first; t < end; t += 2) {
    sums2(w, t - first, row, numbers, offset, pixels, b + (t << 2), t + 1 == end);
    storeSums(t, min(2, end - t), pixels, to, count);
  }
}

function convolveDepthwise(layer: usize, offset: usize, pixels: i32, to: usize): void {
  const multiplier = count / inputChannels;
  const w = weights(layer);
  const b = bias(layer);
  if (ASC_FEATURE_SIMD && multiplier == 1 && count >= 8) {
    for (let t = 0; t < count; t += 8) {
      t = min(t, count - 8);
      depthwise8(w, t, count, offset, pixels, b + (t << 2));
      storeSums8(t, pixels, to, count);
    }
    return;
  }
  for (let t = 0; t < count; t++) {
    depthwise1(w, t, count, offset + ((t / multiplier) << 1), pixels, load<i32>(b + (t << 2)));
    storeSums(t, 1, pixels, to, count);
  }
}

export function ofInt8(layer: usize): void {
  const kind = load<u8>(layer, L_KIND);
  const isDepthwise = kind == KIND_DEPTHWISE_CONV_2D;
  const groups = kind == KIND_CONV_2D ? <i32>load<u16>(layer, L_GROUPS) : 1;
  count = channels(outputOf(layer));
  perGroup = count / groups;
  openRows(layer);
  openStore(layer, staged);
  openSums(layer, kind == KIND_FULLY_CONNECTED);
  inputs = inputChannels / groups;
  const taps = isDepthwise || runCount > kernelHeight;
  for (let oy = 0, pixel = 0; pixel < area; oy++) {
    takeRows(oy);
    const end = min(pixel + columns, area);
    for (let offset: usize = 0; pixel < end; offset += <usize>SUM_PIXELS * step) {
      const pixels = min(SUM_PIXELS, end - pixel);
      const to = pixelTarget(pixel);
      for (let g = 0; g < groups; g++) {
        openRuns(oy, g * inputs, taps);
        if (isDepthwise) convolveDepthwise(layer, offset, pixels, to);
        else convolve(layer, offset, pixels, g * perGroup, taps, to);
      }
      finishPixels(pixel, pixels);
      pixel += pixels;
    }
  }
}
