// The inputs of a strip of output pixels, as tables. Where taps share tables (format/strip.ts), the strip's input pixels
// stand in one plane for each residue of the taps' positions by the stride, padded at the borders, so that a tap is an
// offset and the windows of neighbouring pixels lie side by side. Elsewhere every window is gathered.

import { L_BATCH, L_STRIP_COLUMNS, L_STRIP_ROWS } from "../../format/layout";
import {
  inTurn,
  pairedGroups,
  rowSpan,
  sharesTaps,
  stripLength,
  stripPhases,
  tablePixels,
  wholeVectors,
} from "../../format/strip";
import { countOnes } from "./sign-sums";
import { tableOfStaged } from "./tables";
import {
  base,
  dilationHeight,
  dilationWidth,
  inputChannels,
  inputHeight,
  inputWidth,
  kernelHeight,
  kernelWidth,
  openWindow,
  padLeft,
  padTop,
  strideHeight,
  strideWidth,
  tap,
  zero,
} from "./window";

// What the strip adds to the layer's geometry (window.ts), set once a layer.
/** The zero point as 4 bytes x + 128: what padding reads. */
let zeros: u32 = 0;
let shares: bool = false;
/** The taps that share tables: the kernel, or the one of a gathered window. */
export let tapsHigh: i32 = 0;
export let tapsWide: i32 = 0;
/** Whether the input's rows are taken in turn (kernels/turns.ts). */
export let turns: bool = false;
/** Groups of 4 inputs whose tables stand at once. */
export let batch: i32 = 0;
export let stripRows: i32 = 0;
export let stripColumns: i32 = 0;
/** Pixels from a row of the strip to the next. */
export let pitch: i32 = 0;
let planes: i32 = 0;
let planesAcross: i32 = 0;
let planeRows: i32 = 0;
/** Of every table; the last are behind the last plane. */
export let pixels: i32 = 0;
/** Of a row of sums: whole vectors. */
export let rowLength: i32 = 0;
/** Taps that share tables, else 1; and groups of 4 inputs for each. */
export let taps: i32 = 0;
export let groups: i32 = 0;

export function openStrip(layer: usize): void {
  openWindow(layer);
  zeros = <u32>((zero + 128) * 0x01010101);
  stripRows = load<u8>(layer, L_STRIP_ROWS);
  stripColumns = load<u8>(layer, L_STRIP_COLUMNS);
  shares = sharesTaps(kernelHeight, kernelWidth, dilationHeight, dilationWidth, inputChannels);
  tapsHigh = shares ? kernelHeight : 1;
  tapsWide = shares ? kernelWidth : 1;
  taps = tapsHigh * tapsWide;
  groups = pairedGroups((shares ? 1 : kernelHeight * kernelWidth) * inputChannels);
  pitch = stripLength(stripColumns, tapsWide, strideWidth, dilationWidth);
  batch = load<u16>(layer, L_BATCH);
  turns = inTurn(stripRows, tapsHigh, batch, groups);
  planeRows = turns ? 1 : stripLength(stripRows, tapsHigh, strideHeight, dilationHeight);
  planesAcross = stripPhases(tapsWide, strideWidth, dilationWidth);
  planes = (turns ? 1 : stripPhases(tapsHigh, strideHeight, dilationHeight)) * planesAcross;
  const span = rowSpan(stripRows, stripColumns, pitch);
  pixels = tablePixels(planes, planeRows, pitch, span);
  rowLength = wholeVectors(span);
}

/** Where the taps read, in bytes from the start of an entry: u32 each. */
export function tapOffsets(to: usize): void {
  for (let ky = 0; ky < tapsHigh; ky++) {
    const y = turns ? 0 : ky * dilationHeight;
    for (let kx = 0; kx < tapsWide; kx++, to += 4) {
      const x = kx * dilationWidth;
      const plane = (y % strideHeight) * planesAcross + (x % strideWidth);
      store<u32>(to, ((plane * planeRows + y / strideHeight) * pitch + x / strideWidth) << 1);
    }
  }
}

/**
 * Stages group `group` of the strip whose first output pixel is (oy, ox), in turn of the row `down` rows below what it
 * sees first, and builds its table at `to`.
 */
function buildTable<L>(group: i32, oy: i32, down: i32, ox: i32, staged: usize, to: usize): void {
  const end = shares ? stagePixels(group, oy, down, ox, staged) : stageWindows(group, oy, ox, staged);
  stageZeros(end, staged + <usize>(pixels << 2));
  tableOfStaged<L>(staged, pixels, to);
}

/** Pixels of padding up to `end`, which it returns. */
function stageZeros(to: usize, end: usize): usize {
  for (; to < end; to += 4) store<u32>(to, zeros);
  return to;
}

/** 4 channels of every pixel that the strip's windows see. Returns where it ends. */
function stagePixels(group: i32, oy: i32, down: i32, ox: i32, to: usize): usize {
  for (let plane = 0; plane < planes; plane++) {
    const top = oy * strideHeight - padTop + down + plane / planesAcross;
    const left = ox * strideWidth - padLeft + (plane % planesAcross);
    // Columns before `first` and from `end` on are outside the image.
    const first = left < 0 ? min(pitch, (strideWidth - 1 - left) / strideWidth) : 0;
    const end = max(first, min(pitch, (inputWidth - left + strideWidth - 1) / strideWidth));
    const step = <usize>(strideWidth * inputChannels);
    for (let r = 0, y = top; r < planeRows; r++, y += strideHeight) {
      const next = to + <usize>(pitch << 2);
      if (<u32>y < <u32>inputHeight) {
        const stop = to + <usize>(end << 2);
        to = stageZeros(to, to + <usize>(first << 2));
        let from = base + <usize>((y * inputWidth + left + first * strideWidth) * inputChannels + (group << 2));
        for (; to < stop; to += 4, from += step) store<u32>(to, load<u32>(from) ^ 0x80808080);
      }
      to = stageZeros(to, next);
    }
  }
  return to;
}

/** 4 numbers of every window, in the order height, width, channel; those behind its end are the zero point. */
function stageWindows(group: i32, oy: i32, ox: i32, to: usize): usize {
  const size = kernelHeight * kernelWidth * inputChannels;
  for (let j = 0; j < 4; j++) {
    const s = (group << 2) + j;
    const channel = s % inputChannels;
    const ky = s / inputChannels / kernelWidth;
    const kx = (s / inputChannels) % kernelWidth;
    for (let r = 0, at = to + j; r < stripRows; r++) {
      for (let c = 0; c < stripColumns; c++, at += 4) {
        const from = s < size ? tap(oy + r, ox + c, ky, kx) : 0;
        store<u8>(at, from != 0 ? load<u8>(from + channel) ^ 128 : <u8>zeros);
      }
    }
  }
  return to + <usize>((stripRows * stripColumns) << 2);
}

/** Tables of `count` groups from `first` on, see buildTable. */
export function buildBatch<L>(first: i32, count: i32, oy: i32, down: i32, ox: i32, staged: usize, tables: usize): void {
  for (let g = 0, to = tables; g < count; g++, to += <usize>(pixels << 5))
    buildTable<L>(first + g, oy, down, ox, staged, to);
}

/** What sums over `groups` groups of packed signs hold beside Σ ±(x − z): 127 an input, and x's own offset. */
export function correction(bits: usize, groups: i32, z: i32): i32 {
  const inputs = groups << 2;
  const ones = countOnes(bits, groups);
  return 127 * inputs + ones + z * (2 * ones - inputs);
}
