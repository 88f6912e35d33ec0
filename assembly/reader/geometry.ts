import {
  L_DILATION_HEIGHT,
  L_DILATION_WIDTH,
  L_KERNEL_HEIGHT,
  L_KERNEL_WIDTH,
  L_PAD_LEFT,
  L_PAD_TOP,
  L_STRIDE_HEIGHT,
  L_STRIDE_WIDTH,
  MAX_PADDING,
} from "../../format/layout";
import { channels, height, width } from "../model";

/**
 * One axis of a window operation. Fewer than `stride` pixels are left over behind the last window, and at most
 * MAX_PADDING are added there, so a kernel is little larger than its image and its time is bounded by that. A window
 * may lie wholly in the padding, where a convolution gives its bias.
 */
function axis(input: i64, output: i64, kernel: i64, stride: i64, dilation: i64, pad: i64): bool {
  if (kernel < 1 || stride < 1 || dilation < 1) return false;
  const over = (output - 1) * stride - pad + dilation * (kernel - 1) + 1 - input;
  return -over < stride && over <= MAX_PADDING;
}

/** Every window of an axis has a pixel inside the image: the first, because pad < kernel, and the last. */
function meets(input: i32, output: i32, kernel: i32, stride: i32, pad: i32): bool {
  return pad < kernel && (output - 1) * stride - pad < input;
}

/**
 * Every window has a pixel inside the image, so that no average divides by zero. Sure only where taps are neighbours:
 * those of a dilated window may straddle the image. The geometry must agree (windowAgrees), which bounds all products.
 */
export function windowsMeetImage(layer: usize, input: usize, output: usize): bool {
  return (
    load<u8>(layer, L_DILATION_HEIGHT) == 1 &&
    load<u8>(layer, L_DILATION_WIDTH) == 1 &&
    meets(
      height(input),
      height(output),
      load<u16>(layer, L_KERNEL_HEIGHT),
      load<u8>(layer, L_STRIDE_HEIGHT),
      load<u8>(layer, L_PAD_TOP),
    ) &&
    meets(
      width(input),
      width(output),
      load<u16>(layer, L_KERNEL_WIDTH),
      load<u8>(layer, L_STRIDE_WIDTH),
      load<u8>(layer, L_PAD_LEFT),
    )
  );
}

/** The layer's kernel, stride, dilation and padding lead from the input's height and width to the output's. */
export function windowAgrees(layer: usize, input: usize, output: usize): bool {
  return (
    axis(
      height(input),
      height(output),
      load<u16>(layer, L_KERNEL_HEIGHT),
      load<u8>(layer, L_STRIDE_HEIGHT),
      load<u8>(layer, L_DILATION_HEIGHT),
      load<u8>(layer, L_PAD_TOP),
    ) &&
    axis(
      width(input),
      width(output),
      load<u16>(layer, L_KERNEL_WIDTH),
      load<u8>(layer, L_STRIDE_WIDTH),
      load<u8>(layer, L_DILATION_WIDTH),
      load<u8>(layer, L_PAD_LEFT),
    )
  );
}

export function sameShape(a: usize, b: usize): bool {
  return height(a) == height(b) && width(a) == width(b) && channels(a) == channels(b);
}

/** kernel height · kernel width · channels, in 64 bits: below 2^54. */
export function windowSize(layer: usize, inputChannels: i32): i64 {
  return <i64>load<u16>(layer, L_KERNEL_HEIGHT) * <i64>load<u16>(layer, L_KERNEL_WIDTH) * <i64>inputChannels;
}
