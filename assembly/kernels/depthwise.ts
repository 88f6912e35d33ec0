// Depthwise convolution of one output pixel. With SIMD, 8 channels at a time in registers over all taps.

import { multiplyEach4, multiplyRight4, shiftMasks4, shiftPowers4, shiftsRight4, storePair } from "./fixed-point";
import {
  base,
  dilationHeight,
  dilationWidth,
  inputChannels,
  inputHeight,
  inputWidth,
  kernelHeight,
  kernelWidth,
  padLeft,
  padTop,
  strideHeight,
  strideWidth,
  zero,
} from "./window";

/** Taps before the first inside `length`, where tap k reads start + k·dilation. */
function firstInside(start: i32, dilation: i32, taps: i32): i32 {
  return start >= 0 ? 0 : min(taps, (dilation - 1 - start) / dilation);
}

/** Taps up to the last inside. */
function endInside(start: i32, dilation: i32, taps: i32, length: i32): i32 {
  return start >= length ? 0 : min(taps, (length - 1 - start) / dilation + 1);
}

/**
 * 8 channels from t on of `pixels` pixels from (oy, ox) on, one input channel each; w: kh × kw × count.
 */
export function depthwise8(
  w: usize,
  count: i32,
  t: i32,
  oy: i32,
  ox: i32,
  pixels: i32,
  biases: usize,
  multipliers: usize,
  shifts: usize,
  offset: i32,
  low: i32,
  high: i32,
  to: usize,
): void {
  const b0 = v128.load(biases);
  const b1 = v128.load(biases, 16);
  const right = shiftsRight4(multipliers, shifts) && shiftsRight4(multipliers + 16, shifts + 4);
  const factors0 = v128.load(multipliers);
  const factors1 = v128.load(multipliers, 16);
  const masks0 = shiftMasks4(shifts);
  const masks1 = shiftMasks4(shifts + 4);
  const powers0 = shiftPowers4(shifts);
  const powers1 = shiftPowers4(shifts + 4);
  const add = i32x4.splat(offset);
  const least = i16x8.splat(<i16>low);
  const most = i16x8.splat(<i16>high);
  const z = i16x8.splat(<i16>zero);
  const top = oy * strideHeight - padTop;
  const firstY = firstInside(top, dilationHeight, kernelHeight);
  const endY = endInside(top, dilationHeight, kernelHeight, inputHeight);
  const across = dilationWidth * inputChannels;
  const down = dilationHeight * inputWidth * inputChannels;
  for (let p = 0, left = ox * strideWidth - padLeft; p < pixels; p++, left += strideWidth, to += count) {
    const firstX = firstInside(left, dilationWidth, kernelWidth);
    const endX = endInside(left, dilationWidth, kernelWidth, inputWidth);
    let y0 = b0;
    let y1 = b1;
    for (let ky = firstY; ky < endY; ky++) {
      let x = base + ((top * inputWidth + left) * inputChannels + t) + ky * down + firstX * across;
      let at = w + (ky * kernelWidth + firstX) * count;
      for (let kx = firstX; kx < endX; kx++, x += across, at += count) {
        const a = i16x8.sub(v128.load8x8_s(x), z);
        const b = v128.load8x8_s(at);
        y0 = i32x4.add(y0, i32x4.extmul_low_i16x8_s(a, b));
        y1 = i32x4.add(y1, i32x4.extmul_high_i16x8_s(a, b));
      }
    }
    if (right) {
      y0 = multiplyRight4(y0, factors0, masks0, powers0);
      y1 = multiplyRight4(y1, factors1, masks1, powers1);
    } else {
      y0 = multiplyEach4(y0, multipliers, shifts);
      y1 = multiplyEach4(y1, multipliers + 16, shifts + 4);
    }
    storePair(i32x4.add(y0, add), i32x4.add(y1, add), least, most, to, to + 4);
  }
}

/** Σ w·(x − zero) of channel t, which reads input channel `channel`. */
export function depthwiseSum(w: usize, count: i32, channel: i32, oy: i32, ox: i32): i32 {
  const top = oy * strideHeight - padTop;
  const left = ox * strideWidth - padLeft;
  const firstX = firstInside(left, dilationWidth, kernelWidth);
  const endX = endInside(left, dilationWidth, kernelWidth, inputWidth);
  let sum = 0;
  for (
    let ky = firstInside(top, dilationHeight, kernelHeight), endY = endInside(top, dilationHeight, kernelHeight, inputHeight);
    ky < endY;
    ky++
  ) {
    let x = base + (((top + ky * dilationHeight) * inputWidth + left + firstX * dilationWidth) * inputChannels + channel);
    let at = w + (ky * kernelWidth + firstX) * count;
    for (let kx = firstX; kx < endX; kx++, x += dilationWidth * inputChannels, at += count)
      sum += <i32>load<i8>(at) * (<i32>load<i8>(x) - zero);
  }
  return sum;
}
