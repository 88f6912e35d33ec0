// The layers whose weights are int8: Conv2D with groups, DepthwiseConv2D and FullyConnected (TFLite
// reference_integer_ops::ConvPerChannel, DepthwiseConvPerChannel, FullyConnected), SUM_PIXELS output pixels at a time.

import { KIND_CONV_2D, KIND_DEPTHWISE_CONV_2D, KIND_FULLY_CONNECTED, L_GROUPS, L_KIND } from "../../format/layout";
import { SUM_PIXELS } from "../../format/rows";
import { sums2, sums8 } from "../kernels/dense";
import { depthwise1, depthwise8 } from "../kernels/depthwise";
import { finishPixels, openStore, pixelTarget } from "../kernels/pixel-store";
import { area, columns, openRows, openRuns, runCount, staged, step, sums, takeRows } from "../kernels/rows";
import { openSums, storeSums, storeSums8 } from "../kernels/store-sums";
import { tile8 } from "../kernels/tile";
import { inputChannels, kernelHeight, kernelWidth } from "../kernels/window";
import { bias, channels, outputOf, weights } from "../model";

/** Output channels of the layer, of a group; input channels of a group. */
let count: i32 = 0;
let perGroup: i32 = 0;
let inputs: i32 = 0;

/** A group's channels from `first` on of `pixels` pixels. */
function convolve(
  layer: usize,
  offset: usize,
  pixels: i32,
  first: i32,
  taps: bool,
  isDepthwise: bool,
  to: usize,
): void {
  const row = <usize>(perGroup << 1);
  const numbers = (taps ? 1 : kernelWidth) * inputs;
  const end = first + perGroup;
  const w = weights(layer) + <usize>(runCount * numbers * first);
  const spreads = isDepthwise && count != inputChannels; // an input channel to several channels of output
  const eight = perGroup >= 8 && !spreads;
  const few = ASC_FEATURE_SIMD ? (isDepthwise ? 1 : 2) : spreads ? 1 : 8;
  const most = eight ? 8 : few;
  for (let t = first; t < end; t += most) {
    if (eight) t = min(t, end - 8); // the last 8 once more: some of them are there already
    const b = bias(layer) + (t << 2);
    const from = isDepthwise ? offset + <usize>((t / (count / inputChannels)) << 1) : offset;
    if (!ASC_FEATURE_SIMD) {
      tile8(w, t - first, row, numbers, from, pixels, b, isDepthwise);
      storeSums(sums, 32, t, min(most, end - t), pixels, to, count);
    } else if (eight) {
      if (isDepthwise) depthwise8(w, t, count, offset, pixels, b);
      else sums8(w, t - first, row, numbers, offset, pixels, b);
      storeSums8(t, pixels, to, count);
    } else {
      if (isDepthwise) depthwise1(w, t, count, from, pixels, load<i32>(b));
      else sums2(w, t - first, row, numbers, offset, pixels, b, t + 1 == end);
      storeSums(sums, 8, t, min(most, end - t), pixels, to, count);
    }
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
        convolve(layer, offset, pixels, g * perGroup, taps, isDepthwise, to);
      }
      finishPixels(to, pixel, pixels);
      pixel += pixels;
    }
  }
}
