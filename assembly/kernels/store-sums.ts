// int32 sums to int8, as TFLite requantises them: channel by channel, clamp(multiply(sum) + zero point).

import { L_ACTIVATION_MAX, L_ACTIVATION_MIN } from "../../format/layout";
import { multipliers, shifts } from "../model";
import { clamp, clampOutput, multiply, multiplyOnce } from "./fixed-point";
import { extended4, factors4, integers4, limits4, magic4, scaled4, unsure4 } from "./nearest";
import { targetZero } from "./pixel-store";
import { sums } from "./rows";

// Of the layer.
let factors: usize = 0;
let exponents: usize = 0;
let once: bool = false;
let low: i32 = 0;
let high: i32 = 0;

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

/** 8 channels, with SIMD: by float32 where that is certain (nearest.ts). */
export function storeSums8(t: i32, pixels: i32, to: usize, stride: i32): void {
  const m = factors + (t << 2);
  const e0 = extended4(exponents + t);
  const e1 = extended4(exponents + t + 4);
  const factors0 = factors4(m, e0);
  const factors1 = factors4(m + 16, e1);
  const limits0 = limits4(m, e0);
  const limits1 = limits4(m + 16, e1);
  const zero = targetZero;
  const lowest = f32x4.splat(<f32>(low - zero));
  const highest = f32x4.splat(<f32>(high - zero));
  const end = sums + <usize>(pixels << 5);
  let at = sums;
  do {
    const f0 = scaled4(v128.load(at), factors0, lowest, highest);
    const f1 = scaled4(v128.load(at, 16), factors1, lowest, highest);
    const m0 = magic4(f0);
    const m1 = magic4(f1);
    if (v128.any_true(v128.or(unsure4(f0, m0, limits0), unsure4(f1, m1, limits1)))) {
      storeSums(at, 32, t, 8, 1, to, 0);
    } else {
      const both = i16x8.narrow_i32x4_s(integers4(m0, zero), integers4(m1, zero));
      v128.store64_lane(to + t, i8x16.narrow_i16x8_s(both, both), 0);
    }
    at += 32;
    to += stride;
  } while (at < end);
}
