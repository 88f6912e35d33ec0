// Sums of signed inputs over rows of pixels: an entry of each group's table, chosen by 4 packed signs, added up.

import { MAX_TERMS } from "../../format/strip";
import { add, lanes, zeros } from "./lanes";

// What the next sums are over, set by openRows and openBatch.
let tables: usize = 0;
/** Bytes from an entry to the next, and from a group's table to the next. */
let entryStep: i32 = 0;
let groupStep: i32 = 0;
/** Byte offsets of `taps` taps in an entry's row of pixels. */
let offsets: usize = 0;
let taps: i32 = 0;
/** Groups of a tap, those before the batch, and those of the batch. */
let perTap: i32 = 0;
let before: i32 = 0;
let count: i32 = 0;

export function openRows(pixels: i32, tapOffsets: usize, tapCount: i32, groups: i32): void {
  entryStep = pixels << 1;
  groupStep = pixels << 5;
  offsets = tapOffsets;
  taps = tapCount;
  perTap = groups;
}

/** The next sums are over `groups` groups (at most MAX_TERMS) from group `first` on, whose tables begin at `at`. */
export function openBatch(at: usize, first: i32, groups: i32): void {
  tables = at;
  before = first;
  count = groups;
}

/** Widens a vector of sums and stores it, or adds it to what is there: int32 a pixel. */
function put<L>(sum: L, to: usize, fresh: bool): void {
  if (isVector<L>()) {
    let low = i32x4.extend_low_i16x8_u(sum);
    let high = i32x4.extend_high_i16x8_u(sum);
    if (!fresh) {
      low = i32x4.add(low, v128.load(to));
      high = i32x4.add(high, v128.load(to, 16));
    }
    v128.store(to, low);
    v128.store(to, high, 16);
  } else {
    const wide = sum as u64;
    let first = (wide & 0xffff) | ((wide & 0xffff0000) << 16);
    let second = ((wide >> 32) & 0xffff) | ((wide >> 16) & 0x0000ffff00000000);
    if (!fresh) {
      first += load<u64>(to); // sums are below 2^31: no carry between the two
      second += load<u64>(to, 8);
    }
    store<u64>(to, first);
    store<u64>(to, second, 8);
  }
}

/** Taps [from, until) for 4 vectors of pixels. */
function sum4<L>(bits: usize, from: i32, until: i32, at: usize, to: usize, fresh: bool): void {
  let s0 = zeros<L>();
  let s1 = zeros<L>();
  let s2 = zeros<L>();
  let s3 = zeros<L>();
  const entry = entryStep;
  const group = <usize>groupStep;
  const n = count;
  for (let t = from; t < until; t++) {
    let table = at + <usize>load<u32>(offsets + (t << 2));
    let nibble = t * perTap + before;
    for (let end = nibble + n; nibble < end; nibble++, table += group) {
      const p = table + <usize>(((<i32>load<u8>(bits + (nibble >> 1)) >>> ((nibble & 1) << 2)) & 15) * entry);
      s0 = add<L>(s0, load<L>(p));
      s1 = add<L>(s1, load<L>(p, sizeof<L>()));
      s2 = add<L>(s2, load<L>(p, 2 * sizeof<L>()));
      s3 = add<L>(s3, load<L>(p, 3 * sizeof<L>()));
    }
  }
  put<L>(s0, to, fresh);
  put<L>(s1, to + 2 * sizeof<L>(), fresh);
  put<L>(s2, to + 4 * sizeof<L>(), fresh);
  put<L>(s3, to + 6 * sizeof<L>(), fresh);
}

/** The same for 5 vectors: 4 and 1 would look every entry up twice. */
function sum5<L>(bits: usize, from: i32, until: i32, at: usize, to: usize, fresh: bool): void {
  let s0 = zeros<L>();
  let s1 = zeros<L>();
  let s2 = zeros<L>();
  let s3 = zeros<L>();
  let s4 = zeros<L>();
  const entry = entryStep;
  const group = <usize>groupStep;
  const n = count;
  for (let t = from; t < until; t++) {
    let table = at + <usize>load<u32>(offsets + (t << 2));
    let nibble = t * perTap + before;
    for (const end = nibble + n; nibble < end; nibble++, table += group) {
      const p = table + <usize>(((<i32>load<u8>(bits + (nibble >> 1)) >>> ((nibble & 1) << 2)) & 15) * entry);
      s0 = add<L>(s0, load<L>(p));
      s1 = add<L>(s1, load<L>(p, sizeof<L>()));
      s2 = add<L>(s2, load<L>(p, 2 * sizeof<L>()));
      s3 = add<L>(s3, load<L>(p, 3 * sizeof<L>()));
      s4 = add<L>(s4, load<L>(p, 4 * sizeof<L>()));
    }
  }
  put<L>(s0, to, fresh);
  put<L>(s1, to + 2 * sizeof<L>(), fresh);
  put<L>(s2, to + 4 * sizeof<L>(), fresh);
  put<L>(s3, to + 6 * sizeof<L>(), fresh);
  put<L>(s4, to + 8 * sizeof<L>(), fresh);
}

/** The same for one vector. */
function sum1<L>(bits: usize, from: i32, until: i32, at: usize, to: usize, fresh: bool): void {
  let sum = zeros<L>();
  const entry = entryStep;
  const group = <usize>groupStep;
  const n = count;
  for (let t = from; t < until; t++) {
    let table = at + <usize>load<u32>(offsets + (t << 2));
    let nibble = t * perTap + before;
    for (let end = nibble + n; nibble < end; nibble++, table += group)
      sum = add<L>(
        sum,
        load<L>(table + <usize>(((<i32>load<u8>(bits + (nibble >> 1)) >>> ((nibble & 1) << 2)) & 15) * entry)),
      );
  }
  put<L>(sum, to, fresh);
}

/**
 * int32 sums of the batch for a row of `pixels` pixels (a multiple of 8), stored or added: of packed signs `bits`, Σ ±x +
 * 127·4 for each group + the ones of its bits.
 */
export function signSums<L>(bits: usize, pixels: i32, sums: usize, fresh: bool): void {
  const step = MAX_TERMS / count;
  for (let from = 0; from < taps; from += step, fresh = false) {
    const until = min(taps, from + step);
    let p = 0;
    if (isVector<L>()) {
      // Without SIMD a row has an even number of vectors.
      if (pixels > 4 * lanes<L>() && pixels % (4 * lanes<L>()) == lanes<L>()) {
        sum5<L>(bits, from, until, tables, sums, fresh);
        p = 5 * lanes<L>();
      }
    }
    for (; p + 4 * lanes<L>() <= pixels; p += 4 * lanes<L>())
      sum4<L>(bits, from, until, tables + (p << 1), sums + (p << 2), fresh);
    for (; p < pixels; p += lanes<L>()) sum1<L>(bits, from, until, tables + (p << 1), sums + (p << 2), fresh);
  }
}

/** Ones among the first `nibbles` groups of 4 packed signs. */
export function countOnes(bits: usize, nibbles: i32): i32 {
  let ones = 0;
  let i = 0;
  for (; i + 16 <= nibbles; i += 16) ones += <i32>popcnt<u64>(load<u64>(bits + (i >> 1)));
  for (; i + 2 <= nibbles; i += 2) ones += popcnt<i32>(load<u8>(bits + (i >> 1)));
  return i < nibbles ? ones + popcnt<i32>(load<u8>(bits + (i >> 1)) & 15) : ones;
}
