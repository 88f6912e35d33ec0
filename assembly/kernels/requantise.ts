// Rows of sums of a strip to what is stored: scaled, shifted and clamped (format/SPEC.md). Sums are uint16 where they are
// narrow, else int32. Nearly always 32 bits are enough, for one of two reasons:
// - what is scaled is so small. Then lanes may wrap around on the way (mod 2^32), since the last value does not.
// - it is clamped anyway where it is large, and can be clamped before it is scaled.

import { wordBytes } from "../../format/strip";
import { clamp, clampOutput } from "./fixed-point";

/** Whether 32 bits hold (x + half of the last bit) >> shift for |x| ≤ bound. */
export function isShort(bound: i64, shift: i32): bool {
  return (bound + ((<i64>1) << shift)) >> 31 == 0;
}

/** A sum. @inline */
function sumAt(at: usize, narrow: bool): i32 {
  return narrow ? <i32>load<u16>(at) : load<i32>(at);
}

/**
 * (x · scale + start) >> (16 + shift) of 8 lanes of 16 bits. pair: of two numbers whose sum is the scale. V8 makes four
 * instructions of a shift that is no constant, so there is one of 8 lanes, not two of 4.
 * @inline
 */
function scaled(x: v128, pair: v128, start: v128, shift: i32): v128 {
  const low = i32x4.dot_i16x8_s(v128.shuffle<i16>(x, x, 0, 8, 1, 9, 2, 10, 3, 11), pair);
  const high = i32x4.dot_i16x8_s(v128.shuffle<i16>(x, x, 4, 12, 5, 13, 6, 14, 7, 15), pair);
  const halves = i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(start, low), 16), i32x4.shr_s(i32x4.add(start, high), 16));
  return i16x8.shr_s(halves, shift);
}

/** A scale of 16 bits, but the highest, as two of 15. */
function pairOf(scale: i32): v128 {
  return i32x4.splat(((scale >> 1) << 16) | (scale - (scale >> 1)));
}

/** m + 128 of x = sums less their centre, within 16 bits. @inline */
function innerOf(x: v128, pair: v128, start: v128, shift: i32): v128 {
  const m = scaled(x, pair, start, shift);
  return i16x8.add(i16x8.min_s(i16x8.max_s(m, i16x8.splat(-127)), i16x8.splat(127)), i16x8.splat(128));
}

/** toInner of a row of uint16 sums, 8 pixels at a time. @inline */
function narrowInner(sums: usize, centre: i32, pair: v128, start: v128, shift: i32, to: usize, end: usize): void {
  const signed = i16x8.splat(i16.MIN_VALUE); // less 2^15, uint16 are int16
  const middle = i16x8.splat(<i16>(centre + i16.MIN_VALUE));
  do {
    const x = i16x8.sub_sat_s(v128.xor(v128.load(sums), signed), middle);
    v128.store(to, innerOf(x, pair, start, shift - 16));
    to += 16;
    sums += 16;
  } while (to < end);
}

/** The same of int32 sums. @inline */
function wideInner(sums: usize, centre: i32, pair: v128, start: v128, shift: i32, to: usize, end: usize): void {
  const middle = i32x4.splat(centre);
  do {
    const x = i16x8.narrow_i32x4_s(i32x4.sub(v128.load(sums), middle), i32x4.sub(v128.load(sums, 16), middle));
    v128.store(to, innerOf(x, pair, start, shift - 16));
    to += 16;
    sums += 32;
  } while (to < end);
}

/**
 * m + 128 of a row of conv_v's sums: `pixels` numbers of 16 bits, m = clamp(round((sum − centre) · scale · 2^−shift), −127,
 * 127). @inline
 */
export function toInner<L>(
  sums: usize,
  narrow: bool,
  centre: i32,
  scale: i32,
  shift: i32,
  pixels: i32,
  to: usize,
): void {
  const half = ((<i64>1) << shift) >> 1;
  const end = to + (pixels << 1);
  const step = narrow ? 2 : 4;
  if (isVector<L>()) {
    const most = <i64>scale * i16.MAX_VALUE + half;
    // Sums that 16 bits do not hold end at ±127: 128 for the largest is −127 or less for the least.
    if (shift >= 16 && scale < 0xffff && most <= i32.MAX_VALUE && most >> shift >= 128) {
      const pair = pairOf(scale);
      const start = i32x4.splat(<i32>half);
      if (narrow) narrowInner(sums, centre, pair, start, shift, to, end);
      else wideInner(sums, centre, pair, start, shift, to, end);
      return;
    }
  } else if (shift <= 24 && scale > 255 && scale <= 1 << shift) {
    // m meets every integer on the way, so it is the sum that is clamped: to the least of m = −127, the largest of 127.
    const reach = ((<u32>255) << shift) >> 1; // 127 and a half
    const least = centre - <i32>(reach / <u32>scale);
    const most = centre + <i32>((reach - 1) / <u32>scale);
    const start = reach + ((<u32>1) << shift) - <u32>(centre * scale); // mod 2^32, which m + 128 ≤ 255 does not reach
    do {
      // Two at a time: where stores are checked, one costs as much as the multiplication and the clamp.
      const word = load<i32>(sums);
      const first = narrow ? word & 0xffff : word;
      const second = narrow ? word >>> 16 : load<i32>(sums, 4);
      const low = (min(max(first, least), most) * scale + start) >>> shift;
      const high = (min(max(second, least), most) * scale + start) >>> shift;
      store<u32>(to, low | (high << 16));
      sums += 2 * step;
      to += 4;
    } while (to < end);
    return;
  }
  do {
    const a = (<i64>(sumAt(sums, narrow) - centre) * <i64>scale + half) >> shift;
    store<u16>(to, <i32>clamp<i64>(a, -127, 127) + 128);
    sums += step;
    to += 2;
  } while (to < end);
}

/** A channel of toEight: 8 pixels, 16 bits each. @inline */
function eighth(sums: usize, narrow: bool, row: usize, rows: i32, words: usize, shift: i32): v128 {
  const end = words + <usize>(rows << 2);
  let low = v128.load32_splat(end);
  let high = low;
  do {
    const scale = v128.load32_splat(words);
    const x = v128.load(sums);
    low = i32x4.add(low, i32x4.mul(scale, narrow ? i32x4.extend_low_i16x8_u(x) : x));
    high = i32x4.add(high, i32x4.mul(scale, narrow ? i32x4.extend_high_i16x8_u(x) : v128.load(sums, 16)));
    sums += row;
    words += 4;
  } while (rows > 1 && words < end);
  return i16x8.shr_s(i16x8.narrow_i32x4_s(i32x4.shr_s(low, 16), i32x4.shr_s(high, 16)), shift - 16);
}

/**
 * toOutput of 8 channels, whose rows of sums stand one behind the other, where 32 bits hold what is shifted (isShort) and
 * shift ≥ 16. The sums are lost.
 */
export function toEight(
  sums: usize,
  narrow: bool,
  row: usize,
  rows: i32,
  words: usize,
  shift: i32,
  low: i32,
  high: i32,
  pixels: i32,
  to: usize,
  stride: i32,
): void {
  if (narrow && rows == 1) eights(sums, true, row, 1, words, shift, low, high, pixels, to, stride);
  else eights(sums, narrow, row, rows, words, shift, low, high, pixels, to, stride);
}

/** With constants, which most layers have, there is no loop over rows, and nothing to ask in it. @inline */
function eights(
  sums: usize,
  narrow: bool,
  row: usize,
  rows: i32,
  words: usize,
  shift: i32,
  low: i32,
  high: i32,
  pixels: i32,
  to: usize,
  stride: i32,
): void {
  const least = i8x16.splat(<i8>low);
  const most = i8x16.splat(<i8>high);
  const next = <usize>rows * row;
  const bytes = <usize>wordBytes(rows);
  const end = sums + <usize>(pixels << (narrow ? 1 : 2));
  do {
    // Channels c and c + 4, 8 bytes each, stay where the sums of c were: there are not registers enough for all.
    const last = sums + 4 * next;
    let at = sums;
    let word = words;
    do {
      const low = eighth(at, narrow, row, rows, word, shift);
      const high = eighth(at + 4 * next, narrow, row, rows, word + 4 * bytes, shift);
      v128.store(at, i8x16.min_s(i8x16.max_s(i8x16.narrow_i16x8_s(low, high), least), most));
      at += next;
      word += bytes;
    } while (at < last);
    const a = v128.load(sums);
    const b = v128.load(sums + next);
    const c = v128.load(sums + 2 * next);
    const d = v128.load(sums + 3 * next);
    const a0 = v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const a4 = v128.shuffle<i8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    const c0 = v128.shuffle<i8>(c, d, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const c4 = v128.shuffle<i8>(c, d, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    const first = v128.shuffle<i16>(a0, c0, 0, 8, 1, 9, 2, 10, 3, 11);
    const second = v128.shuffle<i16>(a4, c4, 0, 8, 1, 9, 2, 10, 3, 11);
    to = storeTwo(v128.shuffle<i32>(first, second, 0, 4, 1, 5), to, stride);
    to = storeTwo(v128.shuffle<i32>(first, second, 2, 6, 3, 7), to, stride);
    const third = v128.shuffle<i16>(a0, c0, 4, 12, 5, 13, 6, 14, 7, 15);
    const fourth = v128.shuffle<i16>(a4, c4, 4, 12, 5, 13, 6, 14, 7, 15);
    to = storeTwo(v128.shuffle<i32>(third, fourth, 0, 4, 1, 5), to, stride);
    to = storeTwo(v128.shuffle<i32>(third, fourth, 2, 6, 3, 7), to, stride);
    sums += narrow ? 16 : 32;
  } while (sums < end);
}

/** 8 bytes and 8 bytes, `stride` bytes apart. Returns where the next belong. @inline */
function storeTwo(values: v128, to: usize, stride: i32): usize {
  v128.store64_lane(to, values, 0);
  v128.store64_lane(to + stride, values, 1);
  return to + 2 * stride;
}

/**
 * One channel of output from `rows` rows of sums, `row` bytes apart: `pixels` int8, `stride` bytes apart:
 * clamp((Σ scale_i · sum_i + offset) >> shift, low, high). words: the scales, then the offset (output-words.ts). short:
 * isShort of what is shifted; small: 32 bits hold it when it has been shifted.
 */
export function toOutput<L>(
  sums: usize,
  narrow: bool,
  row: usize,
  rows: i32,
  words: usize,
  shift: i32,
  low: i32,
  high: i32,
  pixels: i32,
  to: usize,
  stride: i32,
  short: bool,
  small: bool,
): void {
  const last = words + ((<usize>rows) << 2);
  const offset = load<i64>(last);
  if (isVector<L>()) {
    const least = i16x8.splat(<i16>low);
    const most = i16x8.splat(<i16>high);
    const step: usize = narrow ? 16 : 32;
    for (let p = 0; p < pixels; p += 8, sums += step) {
      const values = short
        ? scaled32(sums, narrow, row, rows, words, <i32>offset, shift)
        : scaled64(sums, narrow, row, rows, words, offset, shift, low, high, small);
      to = scatter(i16x8.min_s(i16x8.max_s(values, least), most), to, stride);
    }
    return;
  }
  const step = narrow ? 2 : 4;
  const end = sums + <usize>(pixels * step);
  if (short && rows == 1) {
    const scale = load<i32>(words);
    const start = <i32>offset;
    do {
      store<i8>(to, clampOutput((sumAt(sums, narrow) * scale + start) >> shift, low, high));
      to += stride;
      sums += step;
    } while (sums < end);
  } else {
    do {
      let sum = offset;
      let scale = words;
      let at = sums;
      do {
        sum += <i64>sumAt(at, narrow) * <i64>load<i32>(scale);
        at += row;
        scale += 4;
      } while (scale < last);
      store<i8>(to, <i32>clamp<i64>(sum >> shift, low, high));
      sums += step;
      to += stride;
    } while (sums < end);
  }
}

/** (Σ scale_i · sum_i + offset) >> shift of 8 pixels, 16 bits each, saturated; all mod 2^32. @inline */
function scaled32(sums: usize, narrow: bool, row: usize, rows: i32, scales: usize, offset: i32, shift: i32): v128 {
  let a = i32x4.splat(offset);
  let b = a;
  for (let i = 0; i < rows; i++, sums += row) {
    const scale = v128.load32_splat(scales + (i << 2));
    const x = v128.load(sums);
    a = i32x4.add(a, i32x4.mul(scale, narrow ? i32x4.extend_low_i16x8_u(x) : x));
    b = i32x4.add(b, i32x4.mul(scale, narrow ? i32x4.extend_high_i16x8_u(x) : v128.load(sums, 16)));
  }
  return i16x8.narrow_i32x4_s(i32x4.shr_s(a, shift), i32x4.shr_s(b, shift));
}

/** The same in 64 bits; small: what is shifted fits 32. */
function scaled64(
  sums: usize,
  narrow: bool,
  row: usize,
  rows: i32,
  scales: usize,
  offset: i64,
  shift: i32,
  low: i32,
  high: i32,
  small: bool,
): v128 {
  let a = i64x2.splat(offset);
  let b = a;
  let c = a;
  let d = a;
  for (let i = 0; i < rows; i++, sums += row) {
    const scale = v128.load32_splat(scales + (i << 2));
    const z = v128.load(sums);
    const x = narrow ? i32x4.extend_low_i16x8_u(z) : z;
    const y = narrow ? i32x4.extend_high_i16x8_u(z) : v128.load(sums, 16);
    a = i64x2.add(a, i64x2.extmul_low_i32x4_s(x, scale));
    b = i64x2.add(b, i64x2.extmul_high_i32x4_s(x, scale));
    c = i64x2.add(c, i64x2.extmul_low_i32x4_s(y, scale));
    d = i64x2.add(d, i64x2.extmul_high_i32x4_s(y, scale));
  }
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
  return i16x8.narrow_i32x4_s(v128.shuffle<i32>(a, b, 0, 2, 4, 6), v128.shuffle<i32>(c, d, 0, 2, 4, 6));
}

function clamped(x: v128, low: v128, high: v128): v128 {
  const above = v128.bitselect(high, x, i64x2.gt_s(x, high));
  return v128.bitselect(low, above, i64x2.gt_s(low, above));
}

/** The low bytes of 8 lanes, `stride` bytes apart. Returns where the next belongs. @inline */
function scatter(values: v128, to: usize, stride: i32): usize {
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
