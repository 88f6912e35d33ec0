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
 * One axis of a window operation. Every window meets the image (so no average divides by zero): the first because
 * pad < extent, the last because it starts inside. Fewer than `stride` pixels are left over behind the last window, and
 * at most MAX_PADDING are added there, so a kernel is little larger than its image and its time is bounded by that.
 */
function axis(input: i64, output: i64, kernel: i64, stride: i64, dilation: i64, pad: i64): bool {
  if (kernel < 1 || stride < 1 || dilation < 1) return false;
  const extent = dilation * (kernel - 1) + 1;
  const last = (output - 1) * stride - pad;
  const over = last + extent - input;
  return pad < extent && last < input && -over < stride && over <= MAX_PADDING;
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
