// How the layers of int8 weights take their input: rows as int16, and the numbers of a window in pairs.
// Compiled by both compilers, like layout.ts.

/** Output pixels whose sums stand at once, and bytes of those: of 8 channels, int32 each. */
export const SUM_PIXELS: i32 = 16;
export const SUM_BYTES: i32 = 32 * SUM_PIXELS;

/**
 * Runs of neighbouring numbers that a Conv2D's window consists of: its rows; or its taps, where those are no neighbours
 * or only the channels of a group count.
 */
export function windowRuns(kernelHeight: i32, kernelWidth: i32, dilationWidth: i32, groups: i32): i32 {
  return groups === 1 && dilationWidth === 1 ? kernelHeight : kernelHeight * kernelWidth;
}

/** Rows of the input that the windows of an output row reach over. */
export function reach(kernel: i32, dilation: i32): i32 {
  return (kernel - 1) * dilation + 1;
}

/** Pixels of an input row, padding included, that a row of `outputs` windows sees. */
export function rowPixels(outputs: i32, kernel: i32, stride: i32, dilation: i32): i32 {
  return (outputs - 1) * stride + reach(kernel, dilation);
}
