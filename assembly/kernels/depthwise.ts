// Depthwise convolution of one output pixel. With SIMD, 8 channels at a time in registers over all taps.

import { exactly4 } from "./dense";
import { extended4, shiftsRight4, storePair } from "./fixed-point";
import { factors4, integers4, limits4, magic4, scaled4, sure4 } from "./nearest";
import {
  base,
  dilationHeight,
  dilationWidth,
  endInside,
  firstInside,
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
  const exponents0 = extended4(shifts);
  const exponents1 = extended4(shifts + 4);
  const factors0 = factors4(multipliers, exponents0);
  const factors1 = factors4(multipliers + 16, exponents1);
  const never = f32x4.splat(-1);
  const limits0 = right ? limits4(exponents0) : never; // no branch in the loop: V8 would leave its constants there
  const limits1 = right ? limits4(exponents1) : never;
  const lowest = f32x4.splat(<f32>(low - offset));
  const highest = f32x4.splat(<f32>(high - offset));
  const least = i16x8.splat(<i16>low);
  const most = i16x8.splat(<i16>high);
  const z = i16x8.splat(<i16>zero);
  const top = oy * strideHeight - padTop;
  const firstY = firstInside(top, dilationHeight, kernelHeight);
  const endY = endInside(top, dilationHeight, kernelHeight, inputHeight);
  const across = dilationWidth * inputChannels;
  const down = dilationHeight * inputWidth * inputChannels;
  let left = ox * strideWidth - padLeft;
  const last = left + pixels * strideWidth;
  do {
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
    const f0 = scaled4(y0, factors0, lowest, highest);
    const f1 = scaled4(y1, factors1, lowest, highest);
    const m0 = magic4(f0);
    const m1 = magic4(f1);
    if (i32x4.all_true(v128.and(sure4(f0, m0, limits0), sure4(f1, m1, limits1)))) {
      y0 = integers4(m0, offset);
      y1 = integers4(m1, offset);
    } else {
      y0 = i32x4.add(exactly4(y0, multipliers, shifts, right), i32x4.splat(offset));
      y1 = i32x4.add(exactly4(y1, multipliers + 16, shifts + 4, right), i32x4.splat(offset));
    }
    storePair(y0, y1, least, most, to, to + 4);
    left += strideWidth;
    to += count;
  } while (left != last);
}

/** Σ w·(x − zero) of channel t, which reads input channel `channel`. */
export function depthwiseSum(w: usize, count: i32, channel: i32, oy: i32, ox: i32): i32 {
  const top = oy * strideHeight - padTop;
  const left = ox * strideWidth - padLeft;
  const firstX = firstInside(left, dilationWidth, kernelWidth);
  const endX = endInside(left, dilationWidth, kernelWidth, inputWidth);
  let sum = 0;
  for (
    let ky = firstInside(top, dilationHeight, kernelHeight),
      endY = endInside(top, dilationHeight, kernelHeight, inputHeight);
    ky < endY;
    ky++
  ) {
    let x =
      base + (((top + ky * dilationHeight) * inputWidth + left + firstX * dilationWidth) * inputChannels + channel);
    let at = w + (ky * kernelWidth + firstX) * count;
    for (let kx = firstX; kx < endX; kx++, x += dilationWidth * inputChannels, at += count)
      sum += <i32>load<i8>(at) * (<i32>load<i8>(x) - zero);
  }
  return sum;
}
