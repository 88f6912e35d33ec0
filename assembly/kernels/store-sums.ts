// int32 sums to int8, as TFLite requantises them: channel by channel, clamp(multiply(sum) + zero point).

import { L_ACTIVATION_MAX, L_ACTIVATION_MIN } from "../../format/layout";
import { multipliers, shifts } from "../model";
import { clamp, multiply, multiplyOnce } from "./fixed-point";
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

/** Channel t of `pixels` pixels, whose sums are `apart` bytes apart from `at` on, and channels `stride`. */
function storeChannel(at: usize, apart: usize, t: i32, pixels: i32, to: usize, stride: i32): void {
  const multiplier = load<i32>(factors + (t << 2));
  const shift = <i32>load<i8>(exponents + t);
  to += t;
  const zero = targetZero;
  const least = low;
  const most = high;
  const end = at + <usize>pixels * apart;
  if (multiplier != i32.MIN_VALUE && shift < -1 && !once) {
    // multiply where nothing saturates, and where half of what is lost can be added last.
    const right = -1 - shift;
    for (; at < end; at += apart, to += stride) {
      const product = <i32>((<i64>load<i32>(at) * <i64>multiplier + 0x40000000) >> 31);
      const value = (((product + (product >> 31)) >> right) + 1) >> 1;
      store<i8>(to, clamp<i32>(value + zero, least, most));
    }
    return;
  }
  for (; at < end; at += apart, to += stride) {
    const sum = load<i32>(at);
    const value = once ? multiplyOnce(sum, multiplier, shift) : multiply(sum, multiplier, shift);
    store<i8>(to, clamp<i32>(value + zero, least, most));
  }
}

/** `channels` channels from t on, `apart` bytes between the sums of a pixel and of the next. */
export function storeSums(apart: usize, t: i32, channels: i32, pixels: i32, to: usize, stride: i32): void {
  for (let c = 0; c < channels; c++) storeChannel(sums + (c << 2), apart, t + c, pixels, to, stride);
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
      for (let c = 0; c < 8; c++) storeChannel(at + (c << 2), 32, t + c, 1, to, 0);
    } else {
      const both = i16x8.narrow_i32x4_s(integers4(m0, zero), integers4(m1, zero));
      v128.store64_lane(to + t, i8x16.narrow_i16x8_s(both, both), 0);
    }
    at += 32;
    to += stride;
  } while (at < end);
}
