// The geometry of a strip of output pixels. Where taps share tables (format/strip.ts), the strip's input pixels are in one
// plane for each residue of the taps' positions by the stride, padded at the borders, so that a tap is an offset and the
// windows of neighbouring pixels lie side by side. Elsewhere every window is gathered.

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
import {
  dilationHeight,
  dilationWidth,
  inputChannels,
  kernelHeight,
  kernelWidth,
  openWindow,
  strideHeight,
  strideWidth,
} from "./window";

// What the strip adds to the layer's geometry (window.ts), set once a layer.
export let shares: bool = false;
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
export let planes: i32 = 0;
export let planesAcross: i32 = 0;
export let planeRows: i32 = 0;
/** Of every table; the last are behind the last plane. */
export let pixels: i32 = 0;
/** Of a row of sums: whole vectors. */
export let rowLength: i32 = 0;
/** Taps that share tables, else 1; and groups of 4 inputs for each. */
export let taps: i32 = 0;
export let groups: i32 = 0;

export function openStrip(layer: usize): void {
  openWindow(layer);
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

/** What sums over `groups` groups of packed signs hold beside Σ ±(x − z): 127 an input, and x's own offset. */
export function correction(bits: usize, groups: i32, z: i32): i32 {
  const inputs = groups << 2;
  const ones = countOnes(bits, groups);
  return 127 * inputs + ones + z * (2 * ones - inputs);
}
