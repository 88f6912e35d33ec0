// Where a convolution puts finished pixels: straight into its output, or, with a fused Add, through scratch and the
// addition of the residual.

import { ADD_ZERO_1, L_INPUT2, NO_TENSOR } from "../../format/layout";
import { channels, outputOf, parameters, tensorRecord, values, zeroPoint } from "../model";
import { addValues, openAdd } from "./add";
import { copy } from "./copy";

let output: usize = 0;
let residual: usize = 0;
let count: i32 = 0;
let staging: usize = 0;
/** Zero point of what the convolution stores: its output's, or the Add's first operand's. */
export let targetZero: i32 = 0;

/** `scratch` holds the output's channels of as many pixels as are finished at once. */
export function openStore(layer: usize, scratch: usize): void {
  const tensor = outputOf(layer);
  output = values(tensor);
  count = channels(tensor);
  staging = scratch;
  const second = load<u16>(layer, L_INPUT2);
  residual = second == NO_TENSOR ? 0 : values(tensorRecord(second));
  targetZero = residual == 0 ? zeroPoint(tensor) : load<i32>(parameters(layer), ADD_ZERO_1 * 4);
  if (residual != 0) openAdd(parameters(layer));
}

/** Where the int8 channels of the pixel, and of those behind it, are to be written. */
export function pixelTarget(pixel: i32): usize {
  return residual == 0 ? output + pixel * count : staging;
}

/** Call when those of `pixels` pixels have been written. */
export function finishPixels(pixel: i32, pixels: i32): void {
  if (residual == 0) return;
  const at = pixel * count;
  addValues(staging, residual + at, output + at, pixels * count);
}

/** Stores `rows` × `columns` finished pixels, from output pixel (oy, ox) on, whose rows stand `pitch` pixels apart. */
export function storeStrip(oy: i32, ox: i32, rows: i32, columns: i32, width: i32, pitch: i32, from: usize): void {
  const bytes = columns * count;
  for (let r = 0; r < rows; r++, from += <usize>(pitch * count)) {
    const at = <usize>(((oy + r) * width + ox) * count);
    if (residual == 0) copy(from, output + at, bytes);
    else addValues(from, residual + at, output + at, bytes);
  }
}
