// The geometry of a window operation.

import {
  L_DILATION_HEIGHT,
  L_DILATION_WIDTH,
  L_KERNEL_HEIGHT,
  L_KERNEL_WIDTH,
  L_PAD_LEFT,
  L_PAD_TOP,
  L_STRIDE_HEIGHT,
  L_STRIDE_WIDTH,
} from "../../format/layout";
import { channels, height, inputOf, values, width, zeroPoint } from "../model";

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
  const input = inputOf(layer);
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

/** Pixels by themselves: of `numbers` numbers, seen as rows of `across`. */
export function openPixels(pixels: i32, numbers: i32, across: i32): void {
  inputChannels = numbers;
  inputWidth = across;
  inputHeight = (pixels + across - 1) / across;
  kernelHeight = kernelWidth = strideHeight = strideWidth = dilationHeight = dilationWidth = 1;
  padTop = padLeft = 0;
}

/** Address of the input pixel under tap (ky, kx) of output pixel (oy, ox), or 0 outside the image. */
export function tap(oy: i32, ox: i32, ky: i32, kx: i32): usize {
  const y = oy * strideHeight - padTop + ky * dilationHeight;
  const x = ox * strideWidth - padLeft + kx * dilationWidth;
  if (<u32>y >= <u32>inputHeight || <u32>x >= <u32>inputWidth) return 0;
  return base + (y * inputWidth + x) * inputChannels;
}
