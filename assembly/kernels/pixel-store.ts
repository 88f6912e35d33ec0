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
  residual = 0;
  targetZero = zeroPoint(tensor);
  const second = load<u16>(layer, L_INPUT2);
  if (second == NO_TENSOR) return;
  const add = parameters(layer);
  residual = values(tensorRecord(second));
  targetZero = load<i32>(add, ADD_ZERO_1 * 4);
  openAdd(add);
}

/** Where the int8 channels of the pixel, and of those behind it, are to be written. */
export function pixelTarget(pixel: i32): usize {
  return residual == 0 ? output + pixel * count : staging;
}

/** Call when those of `pixels` pixels have been written, there or elsewhere in scratch. */
export function finishPixels(from: usize, pixel: i32, pixels: i32): void {
  const at = pixel * count;
  const to = output + at;
  if (residual != 0) addValues(from, residual + at, to, pixels * count);
  else if (from != to) copy(from, to, pixels * count);
}
