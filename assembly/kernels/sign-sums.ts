// Sums of signed inputs over rows of pixels: an entry of each group's table, chosen by 4 packed signs, added up.

import { MAX_TERMS } from "../../format/strip";
import { sums as wordSums } from "../host";
import { add, lanes, zeros } from "./lanes";
import { IN_WORDS } from "./word-sums";

/**
 * Writes where rows of packed signs, `bytes` bytes each, find their entries: for each of `rows` rows, and taps [first,
 * end), the offsets of those of `count` groups, u16 each, in tables of `pixels` pixels. A row has perTap groups a tap, of
 * which the first stand at `bits`, and the taps' entries begin at tapOffsets. After MAX_TERMS groups of a tap, offsets
 * begin anew (see signSums). All rows of a pair of groups before the next, since those have the most in common. Returns
 * where the next belongs.
 */
export function findEntries(
  bits: usize,
  bytes: i32,
  rows: i32,
  first: i32,
  end: i32,
  perTap: i32,
  count: i32,
  pixels: i32,
  tapOffsets: usize,
  to: usize,
): usize {
  const entry = pixels << 1;
  const table = pixels << 5;
  const row = (<usize>((end - first) * count)) << 1;
  const all = <usize>rows * row;
  do {
    const word = load<u32>(tapOffsets + (first << 2));
    const start = IN_WORDS ? word & 0xfffd : word;
    const signs = (IN_WORDS ? word >>> 16 : first) * perTap;
    let g = 0;
    do {
      // Two offsets of 16 bits, in a number of 32: no sum carries.
      const at = (start + (g & (MAX_TERMS - 1)) * table) * 0x10001 + (table << 16);
      let byte = bits + <usize>((signs + g) >> 1);
      let p = to;
      const last = to + all;
      do {
        const pair = <i32>load<u8>(byte);
        store<u32>(p, at + (pair & 15) * entry + (pair >> 4) * (entry << 16));
        byte += bytes;
        p += row;
      } while (p < last);
      to += 4;
      g += 2;
    } while (g < count);
  } while (++first < end);
  return to + all - row;
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

// What packed signs are summed over, set by openPacked.
let offsets: usize = 0;
/** Bytes from an entry to the next, from a group's table to the next, and from a tap's signs to the next. */
let entryStep: i32 = 0;
let groupStep: i32 = 0;
let tapBytes: i32 = 0;

/** Tables of `pixels` pixels, taps whose entries begin at tapOffsets (u32 each), rows of signs of perTap groups a tap. */
export function openPacked(pixels: i32, tapOffsets: usize, perTap: i32): void {
  offsets = tapOffsets;
  entryStep = pixels << 1;
  groupStep = pixels << 5;
  tapBytes = perTap >> 1;
}

/**
 * `count` entries, an even number, for `size` (1…5) vectors of pixels: a constant, so that each size is a loop of its own.
 * Of `rows` rows, whose entries' offsets are `bytes` bytes apart, and sums `row`. packed: instead of offsets, packed signs,
 * a byte for two groups, of `taps` taps from `taps` on, with `count` groups each; a constant too.
 * @inline
 */
function sumEntries<L>(
  size: i32,
  packed: bool,
  from: usize,
  bytes: usize,
  count: i32,
  rows: i32,
  taps: i32,
  at: usize,
  to: usize,
  row: usize,
  fresh: bool,
  narrow: bool,
): void {
  const entry = entryStep;
  const group = <usize>groupStep;
  const last = offsets + ((<usize>taps) << 2);
  let k = 0;
  do {
    let s0 = zeros<L>();
    let s1 = zeros<L>();
    let s2 = zeros<L>();
    let s3 = zeros<L>();
    let s4 = zeros<L>();
    if (narrow && !fresh) {
      s0 = load<L>(to);
      if (size > 1) s1 = load<L>(to, sizeof<L>());
      if (size > 2) s2 = load<L>(to, 2 * sizeof<L>());
      if (size > 3) s3 = load<L>(to, 3 * sizeof<L>());
      if (size > 4) s4 = load<L>(to, 4 * sizeof<L>());
    }
    let tap = offsets;
    let first = from;
    do {
      let table = packed ? at + <usize>load<u32>(tap) : at;
      let next = first;
      const end = first + (packed ? <usize>(count >> 1) : <usize>(count << 1));
      do {
        let p = table;
        let q = table;
        if (packed) {
          const pair = <i32>load<u8>(next++);
          p += <usize>((pair & 15) * entry);
          q += group + <usize>((pair >> 4) * entry);
          table += 2 * group;
        } else {
          if (isVector<L>()) {
            p += <usize>load<u16>(next);
            q += <usize>load<u16>(next, 2);
          } else {
            const both = load<u32>(next);
            p += <usize>(both & 0xffff);
            q += <usize>(both >>> 16);
          }
          next += 4;
        }
        s0 = add<L>(add<L>(s0, load<L>(p)), load<L>(q));
        if (size > 1) s1 = add<L>(add<L>(s1, load<L>(p, sizeof<L>())), load<L>(q, sizeof<L>()));
        if (size > 2) s2 = add<L>(add<L>(s2, load<L>(p, 2 * sizeof<L>())), load<L>(q, 2 * sizeof<L>()));
        if (size > 3) s3 = add<L>(add<L>(s3, load<L>(p, 3 * sizeof<L>())), load<L>(q, 3 * sizeof<L>()));
        if (size > 4) s4 = add<L>(add<L>(s4, load<L>(p, 4 * sizeof<L>())), load<L>(q, 4 * sizeof<L>()));
      } while (next < end);
      if (!packed) break;
      first += tapBytes;
      tap += 4;
    } while (tap < last);
    if (narrow) {
      store<L>(to, s0);
      if (size > 1) store<L>(to, s1, sizeof<L>());
      if (size > 2) store<L>(to, s2, 2 * sizeof<L>());
      if (size > 3) store<L>(to, s3, 3 * sizeof<L>());
      if (size > 4) store<L>(to, s4, 4 * sizeof<L>());
    } else {
      put<L>(s0, to, fresh);
      if (size > 1) put<L>(s1, to + 2 * sizeof<L>(), fresh);
      if (size > 2) put<L>(s2, to + 4 * sizeof<L>(), fresh);
      if (size > 3) put<L>(s3, to + 6 * sizeof<L>(), fresh);
      if (size > 4) put<L>(s4, to + 8 * sizeof<L>(), fresh);
    }
    from += bytes;
    to += row;
  } while (++k < rows);
}

function sum1<L>(
  packed: bool,
  from: usize,
  bytes: usize,
  count: i32,
  rows: i32,
  taps: i32,
  at: usize,
  to: usize,
  row: usize,
  fresh: bool,
  narrow: bool,
): void {
  if (isVector<L>() && packed) sumEntries<L>(1, true, from, bytes, count, rows, taps, at, to, row, fresh, narrow);
  else sumEntries<L>(1, false, from, bytes, count, rows, taps, at, to, row, fresh, narrow);
}

function sum2<L>(
  packed: bool,
  from: usize,
  bytes: usize,
  count: i32,
  rows: i32,
  taps: i32,
  at: usize,
  to: usize,
  row: usize,
  fresh: bool,
  narrow: bool,
): void {
  if (isVector<L>() && packed) sumEntries<L>(2, true, from, bytes, count, rows, taps, at, to, row, fresh, narrow);
  else sumEntries<L>(2, false, from, bytes, count, rows, taps, at, to, row, fresh, narrow);
}

function sum3<L>(
  packed: bool,
  from: usize,
  bytes: usize,
  count: i32,
  rows: i32,
  taps: i32,
  at: usize,
  to: usize,
  row: usize,
  fresh: bool,
  narrow: bool,
): void {
  if (isVector<L>() && packed) sumEntries<L>(3, true, from, bytes, count, rows, taps, at, to, row, fresh, narrow);
  else sumEntries<L>(3, false, from, bytes, count, rows, taps, at, to, row, fresh, narrow);
}

function sum4<L>(
  packed: bool,
  from: usize,
  bytes: usize,
  count: i32,
  rows: i32,
  taps: i32,
  at: usize,
  to: usize,
  row: usize,
  fresh: bool,
  narrow: bool,
): void {
  if (isVector<L>() && packed) sumEntries<L>(4, true, from, bytes, count, rows, taps, at, to, row, fresh, narrow);
  else sumEntries<L>(4, false, from, bytes, count, rows, taps, at, to, row, fresh, narrow);
}

function sum5<L>(
  packed: bool,
  from: usize,
  bytes: usize,
  count: i32,
  rows: i32,
  taps: i32,
  at: usize,
  to: usize,
  row: usize,
  fresh: bool,
  narrow: bool,
): void {
  if (isVector<L>() && packed) sumEntries<L>(5, true, from, bytes, count, rows, taps, at, to, row, fresh, narrow);
  else sumEntries<L>(5, false, from, bytes, count, rows, taps, at, to, row, fresh, narrow);
}

/** Entries of a pass, in vectors as even as may be, of at most 5; without SIMD a row has an even number of them. */
function sumRows<L>(
  packed: bool,
  from: usize,
  bytes: i32,
  count: i32,
  rows: i32,
  taps: i32,
  tables: usize,
  pixels: i32,
  sums: usize,
  fresh: bool,
  narrow: bool,
): void {
  const width = narrow ? 1 : 2; // bytes of a sum: 2 to its power
  const row = <usize>(pixels << width);
  let at = tables;
  let to = sums;
  for (let left = pixels / lanes<L>(), size = 1; left > 0; left -= size) {
    if (isVector<L>()) {
      const blocks = (left + 4) / 5;
      size = (left + blocks - 1) / blocks;
      if (size == 1) sum1<L>(packed, from, bytes, count, rows, taps, at, to, row, fresh, narrow);
      else if (size == 2) sum2<L>(packed, from, bytes, count, rows, taps, at, to, row, fresh, narrow);
      else if (size == 3) sum3<L>(packed, from, bytes, count, rows, taps, at, to, row, fresh, narrow);
      else if (size == 4) sum4<L>(packed, from, bytes, count, rows, taps, at, to, row, fresh, narrow);
      else sum5<L>(packed, from, bytes, count, rows, taps, at, to, row, fresh, narrow);
    } else {
      size = left > 2 ? 4 : 2;
      if (size == 4) sum4<L>(false, from, bytes, count, rows, taps, at, to, row, fresh, narrow);
      else sum2<L>(false, from, bytes, count, rows, taps, at, to, row, fresh, narrow);
    }
    at += <usize>size * sizeof<L>();
    to += <usize>((size * lanes<L>()) << width);
  }
}

/**
 * Sums over `count` entries (an even number) of the tables at `tables` for a row of `pixels` pixels (a multiple of 8),
 * stored or added, of each of `rows` rows, whose entries' offsets are `bytes` bytes apart (findEntries): Σ ±x + 127·4 for
 * each group + the ones of its bits. int32, or uint16 where they are narrow (at most MAX_TERMS entries in all). step: bytes
 * from the tables of MAX_TERMS entries to those of the next. In words, entries behind the first `even` of a row, an even
 * number, begin a pixel early (word-sums.ts).
 */
export function signSums<L>(
  entries: usize,
  bytes: i32,
  even: i32,
  count: i32,
  rows: i32,
  tables: usize,
  step: usize,
  pixels: i32,
  sums: usize,
  fresh: bool,
  narrow: bool,
): void {
  for (; count > 0; count -= MAX_TERMS, entries += 2 * MAX_TERMS, tables += step, fresh = false) {
    const some = min(count, MAX_TERMS);
    if (IN_WORDS) {
      const middle = max(min(even, some), 0);
      const row = pixels << (narrow ? 1 : 2);
      wordSums(entries, bytes, 2 * middle, 2 * some, rows, tables, pixels, sums, row, fresh, narrow);
      even -= MAX_TERMS;
    } else {
      sumRows<L>(false, entries, bytes, some, rows, 1, tables, pixels, sums, fresh, narrow);
    }
  }
}

/** The same of packed signs, after openPacked, over taps [first, end), `count` groups of each; with SIMD. */
export function packedSums<L>(
  bits: usize,
  bytes: i32,
  count: i32,
  rows: i32,
  first: i32,
  end: i32,
  tables: usize,
  pixels: i32,
  sums: usize,
  fresh: bool,
  narrow: bool,
): void {
  const most = min(count, MAX_TERMS);
  const step = MAX_TERMS / most;
  const all = offsets;
  for (let g = 0; g < count; g += most) {
    const at = tables + <usize>(g * groupStep);
    for (let t = first; t < end; t += step, fresh = false) {
      offsets = all + ((<usize>t) << 2);
      const from = bits + <usize>(t * tapBytes + (g >> 1));
      sumRows<L>(true, from, bytes, min(most, count - g), rows, min(step, end - t), at, pixels, sums, fresh, narrow);
    }
  }
  offsets = all;
}

/** Ones of the signs of so many groups of 4, in pairs. */
export function countOnes(bits: usize, groups: i32): i32 {
  const end = bits + <usize>(groups >> 1);
  let ones = 0;
  for (let step = 1; bits < end; bits += <usize>step) {
    // As aligned as entries of sums are; in firmware those are read in words.
    step = (bits & (IN_WORDS ? 7 : 1)) != 0 || bits + 8 > end ? 1 : 8;
    ones += <i32>popcnt<u64>(step > 1 ? load<u64>(bits) : load<u8>(bits));
  }
  return ones;
}
