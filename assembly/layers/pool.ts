import {
  L_ACTIVATION_MAX,
  L_ACTIVATION_MIN,
  L_INPUT,
  L_OUTPUT,
  MEAN_MULTIPLIER,
  MEAN_SHIFT,
} from "../../format/layout";
import { clamp, multiply } from "../kernels/fixed-point";
import { kernelHeight, kernelWidth, openWindow, tap } from "../kernels/window";
import { channels, height, parameters, tensorBytes, tensorRecord, values, width, zeroPoint } from "../model";

/** AveragePool over the taps inside the image, rounded to nearest, ties away from zero (TFLite). */
export function averagePool(layer: usize): void {
  const output = tensorRecord(load<u16>(layer, L_OUTPUT));
  openWindow(layer);
  const low = <i32>load<i8>(layer, L_ACTIVATION_MIN);
  const high = <i32>load<i8>(layer, L_ACTIVATION_MAX);
  const count = channels(output);
  let to = values(output);
  for (let oy = 0, h = height(output), w = width(output); oy < h; oy++) {
    for (let ox = 0; ox < w; ox++) {
      for (let c = 0; c < count; c++, to++) {
        let sum = 0;
        let taps = 0;
        for (let ky = 0; ky < kernelHeight; ky++) {
          for (let kx = 0; kx < kernelWidth; kx++) {
            const x = tap(oy, ox, ky, kx);
            if (x == 0) continue;
            sum += load<i8>(x + c);
            taps++;
          }
        }
        const half = taps >> 1;
        store<i8>(to, clamp<i32>((sum > 0 ? sum + half : sum - half) / taps, low, high));
      }
    }
  }
}

export function maxPool(layer: usize): void {
  const output = tensorRecord(load<u16>(layer, L_OUTPUT));
  openWindow(layer);
  const low = <i32>load<i8>(layer, L_ACTIVATION_MIN);
  const high = <i32>load<i8>(layer, L_ACTIVATION_MAX);
  const count = channels(output);
  let to = values(output);
  for (let oy = 0, h = height(output), w = width(output); oy < h; oy++) {
    for (let ox = 0; ox < w; ox++) {
      for (let c = 0; c < count; c++, to++) {
        let best = -128;
        for (let ky = 0; ky < kernelHeight; ky++) {
          for (let kx = 0; kx < kernelWidth; kx++) {
            const x = tap(oy, ox, ky, kx);
            if (x != 0) best = max<i32>(best, load<i8>(x + c));
          }
        }
        store<i8>(to, clamp<i32>(best, low, high));
      }
    }
  }
}

/** Mean over height and width: the sum of (x − z) times a multiplier that holds s_x / (s_y · pixels). */
export function mean(layer: usize): void {
  const input = tensorRecord(load<u16>(layer, L_INPUT));
  const output = tensorRecord(load<u16>(layer, L_OUTPUT));
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
