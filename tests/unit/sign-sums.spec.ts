import { countOnes, openBatch, openRows, signSums } from "../../assembly/kernels/sign-sums";
import { tableOfRows, tableOfStaged } from "../../assembly/kernels/tables";
import { MAX_TERMS } from "../../format/strip";

const PIXELS: i32 = 80;
/** Two taps, three pixels apart, over rows of 72 sums: 5 vectors and 4. */
const ROW: i32 = 72;
const TAPS: i32 = 2;
const STAGED: usize = memory.data(4 * PIXELS, 16);
const TABLES: usize = memory.data(32 * PIXELS * MAX_TERMS, 16);
const OFFSETS: usize = memory.data(4 * TAPS, 16);
const SUMS: usize = memory.data(4 * ROW, 16);
const BITS: usize = memory.data(MAX_TERMS * TAPS, 16);

let state: u32 = 1;
function random(below: u32): i32 {
  state = state * 1664525 + 1013904223;
  return <i32>((state >> 8) % below);
}

function tableAt(to: usize): void {
  if (ASC_FEATURE_SIMD) tableOfStaged<v128>(STAGED, PIXELS, to);
  else tableOfStaged<u64>(STAGED, PIXELS, to);
}

function sum(bits: usize, fresh: bool): void {
  if (ASC_FEATURE_SIMD) signSums<v128>(bits, ROW, SUMS, fresh);
  else signSums<u64>(bits, ROW, SUMS, fresh);
}

/** Entry `bits` of pixel p. */
function entry(table: usize, bits: i32, p: i32): i32 {
  return load<u16>(table + 2 * (bits * PIXELS + p));
}

/** What the entry of 4 inputs u must be: u_j for a 1, 255 − u_j for a 0. */
function expected(u: u32, bits: i32): i32 {
  let sum = 0;
  for (let j = 0; j < 4; j++) {
    const x = <i32>((u >> (8 * j)) & 255);
    sum += (bits >> j) & 1 ? x : 255 - x;
  }
  return sum;
}

describe("a table", () => {
  it("holds the 16 sums of every pixel's 4 inputs, at the extremes and between", () => {
    for (let p = 0; p < PIXELS; p++)
      store<u32>(STAGED + 4 * p, p == 0 ? 0 : p == 1 ? u32.MAX_VALUE : p == 2 ? 0x00ff00ff : random(u32.MAX_VALUE));
    tableAt(TABLES);
    for (let p = 0; p < PIXELS; p++)
      for (let bits = 0; bits < 16; bits++)
        expect(entry(TABLES, bits, p)).toBe(expected(load<u32>(STAGED + 4 * p), bits), `pixel ${p}, signs ${bits}`);
  });
  it("is the same of rows of 16 bits", () => {
    const rows = memory.data(4 * 2 * PIXELS, 16);
    for (let p = 0; p < PIXELS; p++) {
      for (let j = 0; j < 4; j++) {
        const u = random(256);
        store<u8>(STAGED + 4 * p + j, u);
        store<u16>(rows + 2 * (j * PIXELS + p), u);
      }
    }
    if (ASC_FEATURE_SIMD) tableOfRows<v128>(rows, 2 * PIXELS, PIXELS, TABLES);
    else tableOfRows<u64>(rows, 2 * PIXELS, PIXELS, TABLES);
    for (let p = 0; p < PIXELS; p++)
      for (let bits = 0; bits < 16; bits++)
        expect(entry(TABLES, bits, p)).toBe(expected(load<u32>(STAGED + 4 * p), bits));
  });
});

/** The sum of the batch for pixel p, entry by entry. */
function plain(p: i32, groups: i32, first: i32, count: i32): i32 {
  let sum = 0;
  for (let t = 0; t < TAPS; t++) {
    for (let g = 0; g < count; g++) {
      const nibble = t * groups + first + g;
      const bits = (<i32>load<u8>(BITS + (nibble >> 1)) >> ((nibble & 1) << 2)) & 15;
      sum += entry(TABLES + <usize>(g * 32 * PIXELS), bits, p + (load<u32>(OFFSETS + 4 * t) >> 1));
    }
  }
  return sum;
}

describe("sums over packed signs", () => {
  it("equal those entry by entry, for odd and even groups, in batches, stored and added", () => {
    store<u32>(OFFSETS, 0);
    store<u32>(OFFSETS, 2 * 3, 4);
    for (let groups = 1; groups <= 9; groups++) {
      for (let first = 0; first < groups; first += 2) {
        const count = min(2 + (groups & 1), groups - first);
        for (let i = 0; i < MAX_TERMS; i++) store<u8>(BITS + i, random(256));
        for (let g = 0; g < count; g++) {
          for (let p = 0; p < PIXELS; p++) store<u32>(STAGED + 4 * p, random(u32.MAX_VALUE));
          tableAt(TABLES + <usize>(g * 32 * PIXELS));
        }
        openRows(PIXELS, OFFSETS, TAPS, groups);
        openBatch(TABLES, first, count);
        sum(BITS, true);
        for (let p = 0; p < ROW; p++) expect(load<i32>(SUMS + 4 * p)).toBe(plain(p, groups, first, count));
        sum(BITS, false);
        for (let p = 0; p < ROW; p++) expect(load<i32>(SUMS + 4 * p)).toBe(2 * plain(p, groups, first, count));
      }
    }
  });
  it("reach MAX_TERMS entries of 1,020 in 16 bits, and go on beyond in 32", () => {
    store<u64>(OFFSETS, 0);
    for (let p = 0; p < PIXELS; p++) store<u32>(STAGED + 4 * p, u32.MAX_VALUE);
    for (let g = 0; g < MAX_TERMS; g++) tableAt(TABLES + <usize>(g * 32 * PIXELS));
    memory.fill(BITS, 255, MAX_TERMS);
    openRows(PIXELS, OFFSETS, TAPS, MAX_TERMS);
    openBatch(TABLES, 0, MAX_TERMS);
    sum(BITS, true);
    for (let p = 0; p < ROW; p++) expect(load<i32>(SUMS + 4 * p)).toBe(TAPS * MAX_TERMS * 1020);
    memory.fill(BITS, 0, MAX_TERMS);
    sum(BITS, true);
    for (let p = 0; p < ROW; p++) expect(load<i32>(SUMS + 4 * p)).toBe(0);
  });
});

describe("the ones of packed signs", () => {
  it("are counted to the last group of 4, and no further", () => {
    for (let i = 0; i < MAX_TERMS; i++) store<u8>(BITS + i, 0xff);
    for (let nibbles = 0; nibbles <= MAX_TERMS; nibbles++) expect(countOnes(BITS, nibbles)).toBe(4 * nibbles);
    for (let i = 0; i < MAX_TERMS; i++) store<u8>(BITS + i, 0x21);
    expect(countOnes(BITS, 3)).toBe(3);
    expect(countOnes(BITS, 34)).toBe(34);
  });
});
