// Shared sign-sum tables. For 4 inputs u0…u3 of a group, as unsigned numbers x + 128, the 16 sums of u_j where bit j is
// 1 and 255 − u_j where it is 0, which is Σ ±x + 127·4 + (ones of the bits). Entry e of all pixels stands together,
// 2·pixels bytes from the next entry, so that a tap reads any run of pixels.

import { lanes, twice } from "./lanes";
import { entries } from "./table-entries";

/** 8 channels of two pixels, where the staged addresses say, in turn. @inline */
function two(staged: usize, channel: usize): v128 {
  const a = v128.load64_zero(<usize>load<u32>(staged) + channel);
  const b = v128.load64_zero(<usize>load<u32>(staged, 4) + channel);
  return v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

/** Entries of 4 channels of 8 pixels, int8: two channels a vector, one behind the other. @inline */
function entriesOfChannels(first: v128, second: v128, to: usize, step: usize): void {
  const a = v128.xor(first, i8x16.splat(-128));
  const b = v128.xor(second, i8x16.splat(-128));
  entries<v128>(
    i16x8.extend_low_i8x16_u(a),
    i16x8.extend_high_i8x16_u(a),
    i16x8.extend_low_i8x16_u(b),
    i16x8.extend_high_i8x16_u(b),
    to,
    step,
  );
}

/** Entries of two groups, of 8 pixels: bytes, then pairs of pixels, then 4 of them are taken in turn. @inline */
function entriesOfPair(staged: usize, channel: usize, to: usize, step: usize): void {
  const a = two(staged, channel);
  const b = two(staged + 8, channel);
  const c = two(staged + 16, channel);
  const d = two(staged + 24, channel);
  const low = v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
  const lowBehind = v128.shuffle<i16>(c, d, 0, 8, 1, 9, 2, 10, 3, 11);
  const high = v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
  const highBehind = v128.shuffle<i16>(c, d, 4, 12, 5, 13, 6, 14, 7, 15);
  entriesOfChannels(
    v128.shuffle<i32>(low, lowBehind, 0, 4, 1, 5),
    v128.shuffle<i32>(low, lowBehind, 2, 6, 3, 7),
    to,
    step,
  );
  entriesOfChannels(
    v128.shuffle<i32>(high, highBehind, 0, 4, 1, 5),
    v128.shuffle<i32>(high, highBehind, 2, 6, 3, 7),
    to + 16 * step,
    step,
  );
}

/** Entries of a group, of 4 pixels. @inline */
function entriesOfGroup(staged: usize, channel: usize, to: usize, step: usize): void {
  // Channels 0 and 1 of each pixel, and 2 and 3.
  let first: u64 = 0;
  let second: u64 = 0;
  let p = staged + 16;
  do {
    p -= 4;
    const x = load<u32>(<usize>load<u32>(p) + channel) ^ 0x80808080;
    first = (first << 16) | (x & 0xffff);
    second = (second << 16) | (x >>> 16);
  } while (p > staged);
  const u0 = first & twice(0x00ff00ff);
  const u2 = second & twice(0x00ff00ff);
  entries<u64>(u0, (first ^ u0) >> 8, u2, (second ^ u2) >> 8, to, step);
}

/** Groups whose tables are built together. */
export function groupsAtOnce<L>(): i32 {
  return isVector<L>() ? 2 : 1;
}

/**
 * Tables of groups of 4 channels, from `channel` on, of `count` pixels, int8, that stand where the u32s at `staged` say, up
 * to whole vectors. A table has room for `pixels`.
 */
export function tablesOfStaged<L>(staged: usize, channel: usize, count: i32, pixels: i32, to: usize): void {
  const step = <usize>(pixels << 1);
  const end = to + <usize>(count << 1);
  do {
    if (isVector<L>()) entriesOfPair(staged, channel, to, step);
    else entriesOfGroup(staged, channel, to, step);
    staged += 4 * lanes<L>();
    to += sizeof<L>();
  } while (to < end);
}

/** The table of `pixels` pixels of 4 rows of numbers x + 128 of 16 bits, `row` bytes apart; its entries `step` bytes. */
export function tableOfRows<L>(from: usize, row: usize, pixels: i32, step: usize, to: usize): void {
  for (let end = to + <usize>(pixels << 1); to < end; to += sizeof<L>(), from += sizeof<L>())
    entries<L>(load<L>(from), load<L>(from + row), load<L>(from + 2 * row), load<L>(from + 3 * row), to, step);
}
