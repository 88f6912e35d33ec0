// Rows of an int8 layer's input as int16 with the zero point taken off, so that padding is 0 and adds nothing. A row of
// input is widened once, over one that no window sees any more. A window is then runs of neighbouring numbers
// (format/rows.ts), and those of the next pixel are `step` bytes further.

import {
  align,
  KIND_DEPTHWISE_CONV_2D,
  KIND_FULLY_CONNECTED,
  L_GROUPS,
  L_INPUT2,
  L_KIND,
  NO_TENSOR,
} from "../../format/layout";
import { reach, rowPixels, SUM_BYTES, SUM_PIXELS, windowRuns } from "../../format/rows";
import { channels, height, outputOf, scratch, width } from "../model";
import {
  base,
  dilationHeight,
  dilationWidth,
  inputChannels,
  inputHeight,
  inputWidth,
  kernelHeight,
  kernelWidth,
  openPixels,
  openWindow,
  padLeft,
  padTop,
  strideHeight,
  strideWidth,
  zero,
} from "./window";

// Set once a layer.
/** Output pixels in all, and of a row. */
export let area: i32 = 0;
export let columns: i32 = 0;
/** Numbers of the input. */
let count: i32 = 0;
/** Bytes from a pixel's window to the next one's. */
export let step: usize = 0;
/** Widened rows: the n-th, counted from the top of the padding, is at n mod rowCount. */
let rows: usize = 0;
let rowCount: i32 = 0;
let rowNumbers: i32 = 0;
let rowBytes: usize = 0;
let next: i32 = 0;
/** Addresses of the runs of a row's first window, u32 each. */
export let runs: usize = 0;
export let runCount: i32 = 0;
/** Room for the sums of SUM_PIXELS pixels of 8 channels (with SIMD, see store-eight.ts), and for so many pixels of output. */
export let sums: usize = 0;
export let staged: usize = 0;

/**
 * Where a window is one pixel, any pixels beside one another do as a row. Returns the bytes of scratch that it takes, which no
 * geometry that agrees (windowAgrees) makes overflow.
 */
export function openRows(layer: usize): i64 {
  const kind = load<u8>(layer, L_KIND);
  const output = outputOf(layer);
  openWindow(layer);
  area = height(output) * width(output);
  columns = width(output);
  count = inputHeight * inputWidth * inputChannels;
  const size = kernelHeight * kernelWidth * strideHeight * strideWidth;
  if (kind == KIND_FULLY_CONNECTED || (size == 1 && (padTop | padLeft) == 0 && count == area * inputChannels)) {
    columns = min(SUM_PIXELS, area);
    openPixels(area, count / area, columns);
  }
  step = <usize>((strideWidth * inputChannels) << 1);
  rowCount = reach(kernelHeight, dilationHeight);
  const wide = <i64>rowPixels(columns, kernelWidth, strideWidth, dilationWidth) * inputChannels;
  const bytes = (2 * wide + 15) & ~15;
  rowNumbers = <i32>wide;
  rowBytes = <usize>bytes;
  next = 0;
  runCount =
    kind == KIND_DEPTHWISE_CONV_2D
      ? kernelHeight * kernelWidth
      : windowRuns(kernelHeight, kernelWidth, dilationWidth, load<u16>(layer, L_GROUPS));
  rows = scratch(layer);
  let end = rowCount * bytes;
  runs = rows + <usize>end;
  end += align(runCount << 2);
  sums = rows + <usize>end;
  end += SUM_BYTES;
  staged = rows + <usize>end;
  return load<u16>(layer, L_INPUT2) == NO_TENSOR ? end : end + SUM_PIXELS * channels(output);
}

/** Address of number i of the row `down` rows below the first that output row oy sees. */
function numberOf(oy: i32, down: i32, i: i32): usize {
  return rows + <usize>((oy * strideHeight + down) % rowCount) * rowBytes + ((<usize>i) << 1);
}

/** Takes the rows that output row oy sees, after those above it. */
export function takeRows(oy: i32): void {
  const first = oy * strideHeight;
  for (let n = max(next, first); n < first + rowCount; n++) {
    const y = n - padTop;
    let to = numberOf(0, n, 0);
    const end = to + <usize>(rowNumbers << 1);
    if (<u32>y < <u32>inputHeight) {
      const at = y * inputWidth * inputChannels;
      const inside = min(padLeft * inputChannels, rowNumbers);
      const many = min(min(inputWidth * inputChannels, count - at), rowNumbers - inside);
      to = clear(to, to + <usize>(inside << 1));
      to = widen(base + at, to, many);
    }
    clear(to, end);
  }
  next = first + rowCount;
}

/** Zeros up to `end`, which it returns. */
function clear(to: usize, end: usize): usize {
  if (ASC_FEATURE_SIMD) for (; to + 16 <= end; to += 16) v128.store(to, i16x8.splat(0));
  for (; to < end; to += 2) store<i16>(to, 0);
  return end;
}

/** `many` int8 numbers. Returns where the next belongs. */
function widen(from: usize, to: usize, many: i32): usize {
  const end = from + many;
  if (ASC_FEATURE_SIMD) {
    const z = i16x8.splat(<i16>zero);
    for (; from + 16 <= end; from += 16, to += 32) {
      v128.store(to, i16x8.sub(v128.load8x8_s(from), z));
      v128.store(to, i16x8.sub(v128.load8x8_s(from, 8), z), 16);
    }
  }
  const z = zero;
  for (; from < end; from++, to += 2) store<i16>(to, <i32>load<i8>(from) - z);
  return to;
}

/** Runs of the windows of output row oy, that begin with input channel `first`; taps: each tap is one. */
export function openRuns(oy: i32, first: i32, taps: bool): void {
  const apart = taps ? kernelWidth : 1;
  const along = <usize>((dilationWidth * inputChannels) << 1);
  let to = runs;
  for (let ky = 0; ky < kernelHeight; ky++) {
    let at = numberOf(oy, ky * dilationHeight, first);
    for (let kx = 0; kx < apart; kx++, to += 4, at += along) store<u32>(to, at);
  }
}
