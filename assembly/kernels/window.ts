// im2col of one output pixel: the window as int16 with the zero point taken off, so padding is 0 and adds nothing.

import {
  L_DILATION_HEIGHT,
  L_DILATION_WIDTH,
  L_INPUT,
  L_KERNEL_HEIGHT,
  L_KERNEL_WIDTH,
  L_PAD_LEFT,
  L_PAD_TOP,
  L_STRIDE_HEIGHT,
  L_STRIDE_WIDTH,
} from "../../format/layout";
import { channels, height, tensorRecord, values, width, zeroPoint } from "../model";

// The layer's geometry, read once a layer.
export let base: usize = 0;
export let inputHeight: i32 = 0;
export let inputWidth: i32 = 0;
export let inputChannels: i32 = 0;
export let zero: i32 = 0;
export let kernelHeight: i32 = 0;
export let kernelWidth: i32 = 0;
export let strideHeight: i32 = 0;
export let strideWidth: i32 = 0;
export let dilationHeight: i32 = 0;
export let dilationWidth: i32 = 0;
export let padTop: i32 = 0;
export let padLeft: i32 = 0;

export function openWindow(layer: usize): void {
  const input = tensorRecord(load<u16>(layer, L_INPUT));
  base = values(input);
  inputHeight = height(input);
  inputWidth = width(input);
  inputChannels = channels(input);
  zero = zeroPoint(input);
  kernelHeight = load<u16>(layer, L_KERNEL_HEIGHT);
  kernelWidth = load<u16>(layer, L_KERNEL_WIDTH);
  strideHeight = load<u8>(layer, L_STRIDE_HEIGHT);
  strideWidth = load<u8>(layer, L_STRIDE_WIDTH);
  dilationHeight = load<u8>(layer, L_DILATION_HEIGHT);
  dilationWidth = load<u8>(layer, L_DILATION_WIDTH);
  padTop = load<u8>(layer, L_PAD_TOP);
  padLeft = load<u8>(layer, L_PAD_LEFT);
}

/** Address of the input pixel under tap (ky, kx) of output pixel (oy, ox), or 0 outside the image. */
export function tap(oy: i32, ox: i32, ky: i32, kx: i32): usize {
  const y = oy * strideHeight - padTop + ky * dilationHeight;
  const x = ox * strideWidth - padLeft + kx * dilationWidth;
  if (<u32>y >= <u32>inputHeight || <u32>x >= <u32>inputWidth) return 0;
  return base + (y * inputWidth + x) * inputChannels;
}

/** Taps before the first inside `length`, where tap k reads start + k·dilation. */
export function firstInside(start: i32, dilation: i32, taps: i32): i32 {
  return start >= 0 ? 0 : min(taps, (dilation - 1 - start) / dilation);
}

/** Taps up to the last inside. */
export function endInside(start: i32, dilation: i32, taps: i32, length: i32): i32 {
  return start >= length ? 0 : min(taps, (length - 1 - start) / dilation + 1);
}

/** `count` int8 values less `zero` to int16. */
export function widen(from: usize, to: usize, count: i32, zero: i32): void {
  let c = 0;
  if (ASC_FEATURE_SIMD) {
    const z = i16x8.splat(<i16>zero);
    for (; c <= count - 8; c += 8) v128.store(to + (c << 1), i16x8.sub(v128.load8x8_s(from + c), z));
    if (c < count && count > 8) {
      const last = count - 8; // the last 8 once more: some of them are there already
      v128.store(to + (last << 1), i16x8.sub(v128.load8x8_s(from + last), z));
      return;
    }
  }
  for (; c < count; c++) store<i16>(to + (c << 1), load<i8>(from + c) - zero);
}

/** int16 zeros from `to` up to `end`. */
export function clear(to: usize, end: usize): void {
  for (; to < end; to += 2) store<i16>(to, 0);
}

/**
 * Writes the window of output pixel (oy, ox), input channels [first, first + count), in the order kh, kw, channel,
 * as int16 to `to`, and zeros up to the next multiple of 8 values.
 */
export function gather(oy: i32, ox: i32, first: i32, count: i32, to: usize): void {
  const start = to;
  const left = ox * strideWidth - padLeft;
  // The taps of a row lie side by side where they are all inside and all channels are wanted.
  const joined = dilationWidth == 1 && count == inputChannels && left >= 0 && left + kernelWidth <= inputWidth;
  const runs = joined ? 1 : kernelWidth;
  const run = joined ? kernelWidth * count : count;
  for (let ky = 0; ky < kernelHeight; ky++) {
    for (let kx = 0; kx < runs; kx++, to += run << 1) {
      const from = tap(oy, ox, ky, kx);
      if (from != 0) widen(from + first, to, run, zero);
      else clear(to, to + (run << 1));
    }
  }
  clear(to, start + ((to - start + 15) & ~15));
}
