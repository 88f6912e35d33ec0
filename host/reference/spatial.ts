import * as f from "../../format/layout.ts";
import type { ProgramLayer, ProgramTensor } from "../program.ts";
import { add32, clamp, multiply } from "./fixed-point.ts";
import { eachTap } from "./window.ts";

/** Average over the taps inside the image, or their maximum. */
export function pool(layer: ProgramLayer, x: Int8Array, from: ProgramTensor, y: Int8Array, to: ProgramTensor): void {
  const [height, width, channels] = to.shape;
  for (let oy = 0; oy < height; oy++) {
    for (let ox = 0; ox < width; ox++) {
      for (let c = 0; c < channels; c++) {
        const taps: number[] = [];
        eachTap(layer, from.shape, oy, ox, (iy, ix) => taps.push(x[(iy * from.shape[1] + ix) * channels + c]));
        const value = layer.kind === "MaxPool" ? taps.reduce((a, b) => Math.max(a, b), -128) : average(taps);
        y[(oy * width + ox) * channels + c] = clamp(value, layer.activationMin, layer.activationMax);
      }
    }
  }
}

/** To nearest, ties away from zero: TFLite adds ⌊n/2⌋ with the sum's sign, then divides towards zero. */
function average(taps: number[]): number {
  const sum = taps.reduce((a, b) => a + b, 0);
  const half = Math.floor(taps.length / 2);
  return Math.trunc((sum > 0 ? sum + half : sum - half) / taps.length);
}

/** Mean over height and width, rescaled by one multiplier (TFLite QuantizedMeanOrSum). */
export function mean(layer: ProgramLayer, x: Int8Array, from: ProgramTensor, y: Int8Array, to: ProgramTensor): void {
  for (let c = 0; c < y.length; c++) {
    let sum = 0;
    for (let i = c; i < x.length; i += y.length) sum += x[i] - from.zeroPoint;
    const value = multiply(sum, layer.parameters[f.MEAN_MULTIPLIER], layer.parameters[f.MEAN_SHIFT]);
    y[c] = clamp(add32(value, to.zeroPoint), -128, 127);
  }
}

export function pad(layer: ProgramLayer, x: Int8Array, from: ProgramTensor, y: Int8Array, to: ProgramTensor): void {
  const [height, width, channels] = from.shape;
  y.fill(from.zeroPoint);
  for (let iy = 0; iy < height; iy++)
    for (let ix = 0; ix < width; ix++)
      for (let c = 0; c < channels; c++)
        y[((iy + layer.padTop) * to.shape[1] + ix + layer.padLeft) * channels + c] =
          x[(iy * width + ix) * channels + c];
}

export function concat(
  axis: number,
  parts: { values: Int8Array; shape: readonly number[] }[],
  y: Int8Array,
  to: ProgramTensor,
): void {
  const offset = [0, 0, 0];
  for (const { values, shape } of parts) {
    let i = 0;
    for (let h = 0; h < shape[0]; h++)
      for (let w = 0; w < shape[1]; w++)
        for (let c = 0; c < shape[2]; c++, i++)
          y[((h + offset[0]) * to.shape[1] + w + offset[1]) * to.shape[2] + c + offset[2]] = values[i];
    offset[axis] += shape[axis];
  }
}
