// Rows of int32 sums of a strip to what is stored: scaled, shifted and clamped (format/SPEC.md). Offsets hold the
// corrections of the sums, the bias, the zero point and half of the last bit, in units of the scaled sums.

import { clamp } from "./fixed-point";

/** Whether (x · scale + offset) >> shift fits 32 bits for all |x| ≤ reach, so that no lane needs to be clamped before. */
export function fits(reach: i64, scale: i64, offset: i64, shift: i32): bool {
  return (reach * abs(scale) + abs(offset)) >> shift < i32.MAX_VALUE;
}

/** 8 lanes of 64 bits, shifted, as 8 of 16 bits within low … high; small: they fit 32 bits when shifted. */
function shifted(a: v128, b: v128, c: v128, d: v128, shift: i32, low: i32, high: i32, small: bool): v128 {
  a = i64x2.shr_s(a, shift);
  b = i64x2.shr_s(b, shift);
  c = i64x2.shr_s(c, shift);
  d = i64x2.shr_s(d, shift);
  if (!small) {
    const least = i64x2.splat(low);
    const most = i64x2.splat(high);
    a = clamped(a, least, most);
    b = clamped(b, least, most);
    c = clamped(c, least, most);
    d = clamped(d, least, most);
  }
  const values = i16x8.narrow_i32x4_s(v128.shuffle<i32>(a, b, 0, 2, 4, 6), v128.shuffle<i32>(c, d, 0, 2, 4, 6));
  return i16x8.min_s(i16x8.max_s(values, i16x8.splat(<i16>low)), i16x8.splat(<i16>high));
}

function clamped(x: v128, low: v128, high: v128): v128 {
  const above = v128.bitselect(high, x, i64x2.gt_s(x, high));
  return v128.bitselect(low, above, i64x2.gt_s(low, above));
}

/**
 * m + 128 of a row of conv_v's sums: `pixels` numbers of 16 bits, m = clamp((scale · sum + offset) >> shift, −127, 127).
 * small: fits of all of them.
 */
export function toInner<L>(
  sums: usize,
  scale: i32,
  offset: i64,
  shift: i32,
  pixels: i32,
  to: usize,
  small: bool,
): void {
  if (isVector<L>()) {
    const factor = i32x4.splat(scale);
    const start = i64x2.splat(offset);
    const bias = i16x8.splat(128);
    for (let end = to + (pixels << 1); to < end; to += 16, sums += 32) {
      const x = v128.load(sums);
      const y = v128.load(sums, 16);
      const m = shifted(
        i64x2.add(start, i64x2.extmul_low_i32x4_s(x, factor)),
        i64x2.add(start, i64x2.extmul_high_i32x4_s(x, factor)),
        i64x2.add(start, i64x2.extmul_low_i32x4_s(y, factor)),
        i64x2.add(start, i64x2.extmul_high_i32x4_s(y, factor)),
        shift,
        -127,
        127,
        small,
      );
      v128.store(to, i16x8.add(m, bias));
    }
  } else {
    for (let end = to + (pixels << 1); to < end; to += 2, sums += 4) {
      const a = (<i64>load<i32>(sums) * <i64>scale + offset) >> shift;
      store<u16>(to, <i32>clamp<i64>(a, -127, 127) + 128);
    }
  }
}

/**
 * One channel of output from `rows` rows of sums, `row` bytes apart: `pixels` int8, `stride` bytes apart:
 * clamp((Σ scale_i · sum_i + offset) >> shift, low, high). scales: int32 each. small: fits of the sum.
 */
export function toOutput<L>(
  sums: usize,
  row: usize,
  rows: i32,
  scales: usize,
  offset: i64,
  shift: i32,
  low: i32,
  high: i32,
  pixels: i32,
  to: usize,
  stride: i32,
  small: bool,
): void {
  if (isVector<L>()) {
    const start = i64x2.splat(offset);
    for (let p = 0; p < pixels; p += 8, sums += 32) {
      let a = start;
      let b = start;
      let c = start;
      let d = start;
      for (let i = 0, at = sums; i < rows; i++, at += row) {
        const scale = v128.load32_splat(scales + (i << 2));
        const x = v128.load(at);
        const y = v128.load(at, 16);
        a = i64x2.add(a, i64x2.extmul_low_i32x4_s(x, scale));
        b = i64x2.add(b, i64x2.extmul_high_i32x4_s(x, scale));
        c = i64x2.add(c, i64x2.extmul_low_i32x4_s(y, scale));
        d = i64x2.add(d, i64x2.extmul_high_i32x4_s(y, scale));
      }
      to = scatter(shifted(a, b, c, d, shift, low, high, small), to, stride);
    }
  } else {
    for (let p = 0; p < pixels; p++, sums += 4, to += stride) {
      let sum = offset;
      for (let i = 0, at = sums; i < rows; i++, at += row)
        sum += <i64>load<i32>(at) * <i64>load<i32>(scales + (i << 2));
      store<i8>(to, <i32>clamp<i64>(sum >> shift, low, high));
    }
  }
}

/** The low bytes of 8 lanes, `stride` bytes apart. Returns where the next belongs. */
export function scatter(values: v128, to: usize, stride: i32): usize {
  v128.store8_lane(to, values, 0);
  to += stride;
  v128.store8_lane(to, values, 2);
  to += stride;
  v128.store8_lane(to, values, 4);
  to += stride;
  v128.store8_lane(to, values, 6);
  to += stride;
  v128.store8_lane(to, values, 8);
  to += stride;
  v128.store8_lane(to, values, 10);
  to += stride;
  v128.store8_lane(to, values, 12);
  to += stride;
  v128.store8_lane(to, values, 14);
  return to + stride;
}
