import {
  L_DILATION_HEIGHT,
  L_KERNEL_HEIGHT,
  L_KERNEL_WIDTH,
  L_PAD_TOP,
  L_STRIDE_HEIGHT,
  MAX_PADDING,
  T_HEIGHT,
} from "../../format/layout";
import { channels, height, width } from "../model";

/** Of a tensor: its height, its width or its channels, axis 0, 1 or 2. */
export function length(tensor: usize, axis: i32): i32 {
  return axis == 2 ? channels(tensor) : load<u16>(tensor + (axis << 1), T_HEIGHT);
}

/**
 * One axis, 0 or 1, of a window operation: kernel, stride, dilation and padding lead from the input's length to the output's.
 * Fewer than `stride` pixels are left over behind the last window, and at most MAX_PADDING are added there, so a kernel is
 * little larger than its image and its time is bounded by that. A window may lie wholly in the padding, where a
 * convolution gives its bias.
 */
function axisAgrees(layer: usize, input: usize, output: usize, axis: i32): bool {
  const at = layer + axis;
  const kernel = <i32>load<u16>(at + axis, L_KERNEL_HEIGHT);
  const stride = <i32>load<u8>(at, L_STRIDE_HEIGHT);
  const dilation = <i32>load<u8>(at, L_DILATION_HEIGHT);
  if (kernel == 0 || stride == 0 || dilation == 0) return false;
  const last = (length(output, axis) - 1) * stride - <i32>load<u8>(at, L_PAD_TOP);
  const over = last + dilation * (kernel - 1) + 1 - length(input, axis);
  return -over < stride && over <= MAX_PADDING;
}

/** Every window of an axis has a pixel inside the image: the first, because pad < kernel, and the last. */
function axisMeets(layer: usize, input: usize, output: usize, axis: i32): bool {
  const at = layer + axis;
  const pad = <i32>load<u8>(at, L_PAD_TOP);
  return (
    load<u8>(at, L_DILATION_HEIGHT) == 1 &&
    pad < <i32>load<u16>(at + axis, L_KERNEL_HEIGHT) &&
    (length(output, axis) - 1) * <i32>load<u8>(at, L_STRIDE_HEIGHT) - pad < length(input, axis)
  );
}

/**
 * Every window has a pixel inside the image, so that no average divides by zero. Sure only where taps are neighbours:
 * those of a dilated window may straddle the image. The geometry must agree (windowAgrees), which bounds all products.
 */
export function windowsMeetImage(layer: usize, input: usize, output: usize): bool {
  return axisMeets(layer, input, output, 0) && axisMeets(layer, input, output, 1);
}

/** The layer's kernel, stride, dilation and padding lead from the input's height and width to the output's. */
export function windowAgrees(layer: usize, input: usize, output: usize): bool {
  return axisAgrees(layer, input, output, 0) && axisAgrees(layer, input, output, 1);
}

export function sameShape(a: usize, b: usize): bool {
  return height(a) == height(b) && width(a) == width(b) && channels(a) == channels(b);
}

/** kernel height · kernel width · channels, in 64 bits: below 2^54. */
export function windowSize(layer: usize, inputChannels: i32): i64 {
  return <i64>load<u16>(layer, L_KERNEL_HEIGHT) * <i64>load<u16>(layer, L_KERNEL_WIDTH) * <i64>inputChannels;
}
