// int32 sums to int8, as TFLite requantises them: channel by channel, clamp(multiply(sum) + zero point).

import { L_ACTIVATION_MAX, L_ACTIVATION_MIN } from "../../format/layout";
import { multipliers, shifts } from "../model";
import { clamp, clampOutput, multiply, multiplyOnce } from "./fixed-point";
import { targetZero } from "./pixel-store";

// Of the layer.
export let factors: usize = 0;
export let exponents: usize = 0;
export let once: bool = false;
export let low: i32 = 0;
export let high: i32 = 0;

/** roundsOnce: FullyConnected. After openStore. */
export function openSums(layer: usize, roundsOnce: bool): void {
  factors = multipliers(layer);
  exponents = shifts(layer);
  once = roundsOnce;
  low = load<i8>(layer, L_ACTIVATION_MIN);
  high = load<i8>(layer, L_ACTIVATION_MAX);
}

/**
 * `channels` channels from t on of `pixels` pixels. Sums of a pixel stand beside one another from `from` on, those of the next
 * `apart` bytes further.
 */
export function storeSums(from: usize, apart: usize, t: i32, channels: i32, pixels: i32, to: usize, stride: i32): void {
  for (const last = t + channels; t < last; t++, from += 4) {
    const multiplier = load<i32>(factors + (t << 2));
    const shift = <i32>load<i8>(exponents + t);
    // As locals: globals would be read again after every store.
    const zero = targetZero;
    const least = low;
    const most = high;
    const end = from + <usize>pixels * apart;
    let at = from;
    let out = to + t;
    if (shift < -1 && !once) {
      // multiply, half of what is lost added last. −2^31 · −2^31 saturates: mod 2^32 it is −2^31 here, and 1 less than that.
      const right = -1 - shift;
      do {
        const product = <i32>((<i64>load<i32>(at) * <i64>multiplier + 0x40000000) >> 31);
        const value = (((product + (product >> 31)) >> right) + 1) >> 1;
        store<i8>(out, clampOutput(value + zero, least, most));
        at += apart;
        out += stride;
      } while (at < end);
    }
    for (; at < end; at += apart, out += stride) {
      const sum = load<i32>(at);
      const value = once ? multiplyOnce(sum, multiplier, shift) : multiply(sum, multiplier, shift);
      store<i8>(out, clamp<i32>(value + zero, least, most));
    }
  }
}
