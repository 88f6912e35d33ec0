// The layers whose weights are int8: Conv2D with groups, DepthwiseConv2D and FullyConnected (TFLite
// reference_integer_ops::ConvPerChannel, DepthwiseConvPerChannel, FullyConnected), SUM_PIXELS output pixels or a row at a time.

import {
  KIND_CONV_2D,
  KIND_DEPTHWISE_CONV_2D,
  KIND_FULLY_CONNECTED,
  L_GROUPS,
  L_INPUT2,
  L_KIND,
  NO_TENSOR,
} from "../../format/layout";
import { SUM_PIXELS } from "../../format/rows";
import { dense8 } from "../kernels/dense";
import { depthwise8 } from "../kernels/depthwise";
import { finishPixels, openStore, pixelTarget } from "../kernels/pixel-store";
import { area, columns, openRows, openRuns, runCount, staged, step, sums, takeRows } from "../kernels/rows";
import { openEight } from "../kernels/store-eight";
import { openSums, storeSums } from "../kernels/store-sums";
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
  const most = spreads ? 1 : 8;
  for (let t = first; t < end; t += most) {
    const many = min(most, perGroup);
    t = min(t, end - many); // the last 8 once more: some of them are there already
    const b = bias(layer) + (t << 2);
    const from = isDepthwise ? offset + <usize>((spreads ? t / (count / inputChannels) : t) << 1) : offset;
    if (ASC_FEATURE_SIMD) {
      openEight(t, many);
      if (isDepthwise) depthwise8(w, t, row, from, pixels, b, to + t, count);
      else dense8(w, t - first, row, numbers, from, pixels, b, to + t, count);
    } else {
      tile8(w, t - first, row, numbers, from, pixels, b, isDepthwise);
      storeSums(sums, 32, t, many, pixels, to, count);
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
  // With SIMD sums do not wait, only pixels for their residual.
  let most = SUM_PIXELS;
  if (ASC_FEATURE_SIMD) if (load<u16>(layer, L_INPUT2) == NO_TENSOR) most = columns;
  for (let oy = 0, pixel = 0; pixel < area; oy++) {
    takeRows(oy);
    const end = min(pixel + columns, area);
    for (let offset: usize = 0; pixel < end; offset += <usize>most * step) {
      const pixels = min(most, end - pixel);
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
