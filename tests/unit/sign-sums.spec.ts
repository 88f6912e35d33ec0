import { twice } from "../../assembly/kernels/lanes";
import { countOnes, findEntries, openPacked, packedSums, signSums } from "../../assembly/kernels/sign-sums";
import { groupsAtOnce, tableOfRows, tablesOfStaged } from "../../assembly/kernels/tables";
import { MAX_TERMS } from "../../format/strip";

const PIXELS: i32 = 80;
/** Two taps, three pixels apart, over rows of 72 sums: 5 vectors and 4. */
const ROW: i32 = 72;
const TAPS: i32 = 2;
/** 8 numbers x a pixel, and where each pixel stands. */
const INPUTS: usize = memory.data(8 * PIXELS, 16);
const STAGED: usize = memory.data(4 * PIXELS, 16);
const TABLES: usize = memory.data(32 * PIXELS * MAX_TERMS, 16);
const OFFSETS: usize = memory.data(4 * TAPS, 16);
/** By offsets, and with SIMD of the packed signs. */
const WAYS: i32 = ASC_FEATURE_SIMD ? 2 : 1;
/** Rows of signs, and bytes of each. */
const ROWS: i32 = 3;
const BYTES: i32 = (MAX_TERMS * TAPS) / 2;
const SUMS: usize = memory.data(4 * ROW * ROWS, 16);
const BITS: usize = memory.data(BYTES * ROWS, 16);
const ENTRIES: usize = memory.data(4 * BYTES * ROWS, 16);

let state: u32 = 1;
function random(below: u32): i32 {
  state = state * 1664525 + 1013904223;
  return <i32>((state >> 8) % below);
}

/** Tables of both groups, of pixels that do not stand in order. */
function tablesAt(to: usize): void {
  for (let p = 0; p < PIXELS; p++) store<u32>(STAGED + 4 * p, <u32>input(p));
  if (ASC_FEATURE_SIMD) tablesOf<v128>(to);
  else tablesOf<u64>(to);
}
function tablesOf<L>(to: usize): void {
  for (let g = 0; g < 2; g += groupsAtOnce<L>()) tablesOfStaged<L>(STAGED, 4 * g, PIXELS, PIXELS, to + g * 32 * PIXELS);
}

function input(p: i32): usize {
  return INPUTS + 8 * ((p * 7) % PIXELS);
}

function fillInputs(): void {
  for (let i = 0; i < 8 * PIXELS; i++) store<u8>(INPUTS + i, random(256));
}

/** Of ROWS rows of signs, over all taps, of `count` groups from `first` on: by offsets, or of the packed signs. */
function sum(groups: i32, first: i32, count: i32, pixels: i32, fresh: bool, narrow: bool, packed: bool): void {
  if (packed) {
    if (!ASC_FEATURE_SIMD) return;
    openPacked(PIXELS, OFFSETS, groups);
    const bits = BITS + <usize>(first >> 1);
    packedSums<v128>(bits, BYTES, count, ROWS, 0, TAPS, TABLES, pixels, SUMS, fresh, narrow);
    return;
  }
  findEntries(BITS + <usize>(first >> 1), BYTES, ROWS, 0, TAPS, groups, count, PIXELS, OFFSETS, ENTRIES);
  const n = TAPS * count;
  if (ASC_FEATURE_SIMD) signSums<v128>(ENTRIES, 2 * n, n, n, ROWS, TABLES, 0, pixels, SUMS, fresh, narrow);
  else signSums<u64>(ENTRIES, 2 * n, n, n, ROWS, TABLES, 0, pixels, SUMS, fresh, narrow);
}

/** Sum p of row k. */
function found(k: i32, p: i32, narrow: bool): i32 {
  return narrow ? load<u16>(SUMS + 2 * (k * ROW + p)) : load<i32>(SUMS + 4 * (k * ROW + p));
}

/** Entry `bits` of pixel p. */
function entry(table: usize, bits: i32, p: i32): i32 {
  return load<u16>(table + 2 * (bits * PIXELS + p));
}

/** What the entry of 4 inputs x must be: x_j + 128 for a 1, 127 − x_j for a 0. */
function expected(inputs: usize, bits: i32): i32 {
  let sum = 0;
  for (let j = 0; j < 4; j++) {
    const x = <i32>load<i8>(inputs + j);
    sum += (bits >> j) & 1 ? x + 128 : 127 - x;
  }
  return sum;
}

describe("a table", () => {
  it("holds the 16 sums of every pixel's 4 inputs, at the extremes and between", () => {
    fillInputs();
    store<u64>(input(0), twice(0x80808080) ^ 0xffffffff);
    store<u64>(input(1), twice(0x807f807f) ^ 0xffffffff);
    store<u64>(input(2), 0xffffffff);
    tablesAt(TABLES);
    for (let g = 0; g < 2; g++)
      for (let p = 0; p < PIXELS; p++)
        for (let bits = 0; bits < 16; bits++)
          expect(entry(TABLES + g * 32 * PIXELS, bits, p)).toBe(
            expected(input(p) + 4 * g, bits),
            `group ${g}, pixel ${p}, signs ${bits}`,
          );
  });
  it("is the same of rows of 16 bits", () => {
    const rows = memory.data(4 * 2 * PIXELS, 16);
    fillInputs();
    for (let p = 0; p < PIXELS; p++)
      for (let j = 0; j < 4; j++) store<u16>(rows + 2 * (j * PIXELS + p), <i32>load<i8>(input(p) + j) + 128);
    if (ASC_FEATURE_SIMD) tableOfRows<v128>(rows, 2 * PIXELS, PIXELS, 2 * PIXELS, TABLES);
    else tableOfRows<u64>(rows, 2 * PIXELS, PIXELS, 2 * PIXELS, TABLES);
    for (let p = 0; p < PIXELS; p++)
      for (let bits = 0; bits < 16; bits++) expect(entry(TABLES, bits, p)).toBe(expected(input(p), bits));
  });
});

/** The sum of the batch for row k and pixel p, entry by entry. */
function plain(k: i32, p: i32, groups: i32, first: i32, count: i32): i32 {
  let sum = 0;
  for (let t = 0; t < TAPS; t++) {
    for (let g = 0; g < count; g++) {
      const nibble = t * groups + first + g;
      const bits = (<i32>load<u8>(BITS + k * BYTES + (nibble >> 1)) >> ((nibble & 1) << 2)) & 15;
      sum += entry(TABLES + <usize>(g * 32 * PIXELS), bits, p + (load<u32>(OFFSETS + 4 * t) >> 1));
    }
  }
  return sum;
}

describe("sums over packed signs", () => {
  it("equal those entry by entry, in batches, stored and added, in 32 bits and in 16, packed and by offsets", () => {
    store<u32>(OFFSETS, 0);
    store<u32>(OFFSETS, 2 * 3, 4);
    for (let groups = 2; groups <= 10; groups += 2) {
      for (let first = 0; first < groups; first += 4) {
        const count = min(4, groups - first);
        for (let i = 0; i < BYTES * ROWS; i++) store<u8>(BITS + i, random(256));
        for (let g = 0; g < count; g += 2) {
          fillInputs();
          tablesAt(TABLES + <usize>(g * 32 * PIXELS));
        }
        for (let way = 0; way < 2 * WAYS; way++) {
          const narrow = (way & 1) == 1;
          for (let times = 1; times <= 2; times++) {
            sum(groups, first, count, ROW, times == 1, narrow, way >= 2);
            for (let k = 0; k < ROWS; k++)
              for (let p = 0; p < ROW; p++) expect(found(k, p, narrow)).toBe(times * plain(k, p, groups, first, count));
          }
        }
      }
    }
  });
  it("of every number of pixels are those of a long row", () => {
    store<u32>(OFFSETS, 0);
    store<u32>(OFFSETS, 2 * 5, 4);
    for (let i = 0; i < BYTES * ROWS; i++) store<u8>(BITS + i, random(256));
    fillInputs();
    tablesAt(TABLES);
    for (let pixels = 8; pixels <= ROW; pixels += 8) {
      for (let packed = 0; packed < WAYS; packed++) {
        sum(2, 0, 2, pixels, true, true, packed == 1);
        for (let p = 0; p < pixels; p++)
          expect(<i32>load<u16>(SUMS + 2 * p)).toBe(plain(0, p, 2, 0, 2), `${p} of ${pixels}`);
      }
    }
  });
  it("reach MAX_TERMS entries of 1,020 in 16 bits, and go on beyond in 32", () => {
    store<u64>(OFFSETS, 0);
    memory.fill(INPUTS, 127, 8 * PIXELS);
    for (let g = 0; g < 12; g += 2) tablesAt(TABLES + <usize>(g * 32 * PIXELS));
    // 12 groups again and again: more than MAX_TERMS entries of a row.
    const all = 6 * 12;
    for (let k = 0; k < ROWS; k++)
      for (let i = 0; i < all; i++) store<u16>(ENTRIES + 2 * (k * all + i), (i % 12) * 32 * PIXELS + 15 * 2 * PIXELS);
    for (let narrow = 0; narrow < 2; narrow++) {
      const n = narrow == 1 ? MAX_TERMS : all;
      if (ASC_FEATURE_SIMD) signSums<v128>(ENTRIES, 2 * all, n, n, ROWS, TABLES, 0, ROW, SUMS, true, narrow == 1);
      else signSums<u64>(ENTRIES, 2 * all, n, n, ROWS, TABLES, 0, ROW, SUMS, true, narrow == 1);
      for (let k = 0; k < ROWS; k++) for (let p = 0; p < ROW; p++) expect(found(k, p, narrow == 1)).toBe(n * 1020);
    }
  });
});

describe("the ones of packed signs", () => {
  it("are counted to the last pair of groups, and no further", () => {
    for (let i = 0; i < MAX_TERMS; i++) store<u8>(BITS + i, 0xff);
    for (let at = 0; at < 8; at++)
      for (let groups = 0; groups <= MAX_TERMS; groups += 2) expect(countOnes(BITS + at, groups)).toBe(4 * groups);
    for (let i = 0; i < MAX_TERMS; i++) store<u8>(BITS + i, 0x21);
    expect(countOnes(BITS, 2)).toBe(2);
    expect(countOnes(BITS, 34)).toBe(34);
  });
});
