// Sums of signed inputs over rows of pixels: an entry of each group's table, chosen by 4 packed signs, added up.

import { MAX_TERMS } from "../../format/strip";
import { add, lanes, zeros } from "./lanes";

// What the next sums are over, set by openRows and openBatch.
let tables: usize = 0;
/** Bytes from an entry to the next, and from a group's table to the next. */
let entryStep: i32 = 0;
let groupStep: i32 = 0;
/** Byte offsets of the taps in an entry's row of pixels. */
let offsets: usize = 0;
/** Groups of a tap, those before the batch, and those of the batch. */
let perTap: i32 = 0;
let before: i32 = 0;
let count: i32 = 0;

export function openRows(pixels: i32, tapOffsets: usize, groups: i32): void {
  entryStep = pixels << 1;
  groupStep = pixels << 5;
  offsets = tapOffsets;
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

/** What a vector of sums of 16 bits begins with. */
function begin<L>(at: usize, kept: bool): L {
  return kept ? load<L>(at) : zeros<L>();
}

/** Vector i of a row of sums: 16 bits a pixel where they are narrow. */
function finish<L>(sum: L, to: usize, i: i32, fresh: bool, narrow: bool): void {
  if (narrow) store<L>(to + <usize>i * sizeof<L>(), sum);
  else put<L>(sum, to + <usize>(2 * i) * sizeof<L>(), fresh);
}

/** Taps [from, until) for 4 vectors of pixels. */
function sum4<L>(bits: usize, from: i32, until: i32, at: usize, to: usize, fresh: bool, narrow: bool): void {
  const kept = narrow && !fresh;
  let s0 = begin<L>(to, kept);
  let s1 = begin<L>(to + sizeof<L>(), kept);
  let s2 = begin<L>(to + 2 * sizeof<L>(), kept);
  let s3 = begin<L>(to + 3 * sizeof<L>(), kept);
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
  finish<L>(s0, to, 0, fresh, narrow);
  finish<L>(s1, to, 1, fresh, narrow);
  finish<L>(s2, to, 2, fresh, narrow);
  finish<L>(s3, to, 3, fresh, narrow);
}

/** The same for 5 vectors: 4 and 1 would look every entry up twice. */
function sum5<L>(bits: usize, from: i32, until: i32, at: usize, to: usize, fresh: bool, narrow: bool): void {
  const kept = narrow && !fresh;
  let s0 = begin<L>(to, kept);
  let s1 = begin<L>(to + sizeof<L>(), kept);
  let s2 = begin<L>(to + 2 * sizeof<L>(), kept);
  let s3 = begin<L>(to + 3 * sizeof<L>(), kept);
  let s4 = begin<L>(to + 4 * sizeof<L>(), kept);
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
  finish<L>(s0, to, 0, fresh, narrow);
  finish<L>(s1, to, 1, fresh, narrow);
  finish<L>(s2, to, 2, fresh, narrow);
  finish<L>(s3, to, 3, fresh, narrow);
  finish<L>(s4, to, 4, fresh, narrow);
}

/** The same for one vector. */
function sum1<L>(bits: usize, from: i32, until: i32, at: usize, to: usize, fresh: bool, narrow: bool): void {
  let sum = begin<L>(to, narrow && !fresh);
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
  finish<L>(sum, to, 0, fresh, narrow);
}

/**
 * Sums of the batch for a row of `pixels` pixels (a multiple of 8), stored or added: of packed signs `bits`, Σ ±x +
 * 127·4 for each group + the ones of its bits, over taps [first, end). int32, or uint16 where they are narrow (at most
 * MAX_TERMS entries in all).
 */
export function signSums<L>(
  bits: usize,
  first: i32,
  end: i32,
  pixels: i32,
  sums: usize,
  fresh: bool,
  narrow: bool,
): void {
  const step = MAX_TERMS / count;
  const size = narrow ? 1 : 2; // bytes of a sum: 2 to its power
  for (let from = first; from < end; from += step, fresh = false) {
    const until = min(end, from + step);
    let p = 0;
    if (isVector<L>()) {
      // Without SIMD a row has an even number of vectors.
      if (pixels > 4 * lanes<L>() && pixels % (4 * lanes<L>()) == lanes<L>()) {
        sum5<L>(bits, from, until, tables, sums, fresh, narrow);
        p = 5 * lanes<L>();
      }
    }
    for (; p + 4 * lanes<L>() <= pixels; p += 4 * lanes<L>())
      sum4<L>(bits, from, until, tables + (p << 1), sums + (p << size), fresh, narrow);
    for (; p < pixels; p += lanes<L>())
      sum1<L>(bits, from, until, tables + (p << 1), sums + (p << size), fresh, narrow);
  }
}

/** uint16 sums of `pixels` pixels as int32. */
export function widenSums<L>(from: usize, pixels: i32, to: usize): void {
  for (let end = from + <usize>(pixels << 1); from < end; from += sizeof<L>(), to += 2 * sizeof<L>())
    put<L>(load<L>(from), to, true);
}

/** Ones among the first `nibbles` groups of 4 packed signs. */
export function countOnes(bits: usize, nibbles: i32): i32 {
  let ones = 0;
  let i = 0;
  for (; i + 16 <= nibbles; i += 16) ones += <i32>popcnt<u64>(load<u64>(bits + (i >> 1)));
  for (; i + 2 <= nibbles; i += 2) ones += popcnt<i32>(load<u8>(bits + (i >> 1)));
  return i < nibbles ? ones + popcnt<i32>(load<u8>(bits + (i >> 1)) & 15) : ones;
}
