import { L_ACTIVATION_MAX, L_ACTIVATION_MIN, MEAN_MULTIPLIER, MEAN_SHIFT } from "../../format/layout";
import { clamp, multiply } from "../kernels/fixed-point";
import {
  base,
  inputHeight,
  inputWidth,
  kernelHeight,
  kernelWidth,
  openWindow,
  padLeft,
  padTop,
  strideHeight,
  strideWidth,
} from "../kernels/window";
import { channels, height, inputOf, outputOf, parameters, tensorBytes, values, width, zeroPoint } from "../model";

/** AveragePool over the taps inside the image, rounded to nearest, ties away from zero (TFLite); or MaxPool. Dilation is 1. */
export function pool(layer: usize, average: bool): void {
  const output = outputOf(layer);
  openWindow(layer);
  const low = <i32>load<i8>(layer, L_ACTIVATION_MIN);
  const high = <i32>load<i8>(layer, L_ACTIVATION_MAX);
  const count = channels(output);
  let to = values(output);
  for (let oy = 0, h = height(output), w = width(output); oy < h; oy++) {
    const top = oy * strideHeight - padTop;
    const firstY = max(top, 0);
    const endY = min(top + kernelHeight, inputHeight);
    for (let ox = 0; ox < w; ox++) {
      const left = ox * strideWidth - padLeft;
      const firstX = max(left, 0);
      const columns = min(left + kernelWidth, inputWidth) - firstX;
      const pixels = (endY - firstY) * columns;
      let from = base + firstX * count;
      for (let end = to + count; to < end; to++, from++) {
        let sum = 0;
        let best = -128;
        for (let y = firstY; y < endY; y++) {
          let at = from + y * inputWidth * count;
          for (let x = 0; x < columns; x++, at += count) {
            const value = <i32>load<i8>(at);
            sum += value;
            best = max(best, value);
          }
        }
        if (average) best = (sum + (sum > 0 ? pixels >> 1 : -(pixels >> 1))) / pixels;
        store<i8>(to, clamp<i32>(best, low, high));
      }
    }
  }
}

/** Mean over height and width: the sum of (x − z) times a multiplier that holds s_x / (s_y · pixels). */
export function mean(layer: usize): void {
  const input = inputOf(layer);
  const output = outputOf(layer);
  const p = parameters(layer);
  const multiplier = load<i32>(p, MEAN_MULTIPLIER * 4);
  const shift = load<i32>(p, MEAN_SHIFT * 4);
  const count = channels(output);
  const from = values(input);
  const to = values(output);
  const bytes = tensorBytes(input);
  const zero = zeroPoint(input);
  for (let c = 0; c < count; c++) {
    let sum = 0;
    for (let i = c; i < bytes; i += count) sum += <i32>load<i8>(from + i) - zero;
    store<i8>(to + c, clamp<i32>(multiply(sum, multiplier, shift) + zeroPoint(output), -128, 127));
  }
}
