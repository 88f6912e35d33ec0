import { clamp } from "../../assembly/kernels/fixed-point";
import { isShort, toEight, toInner, toOutput } from "../../assembly/kernels/requantise";
import { wordBytes } from "../../format/strip";

const PIXELS: i32 = 24;
const SUMS: usize = memory.data(4 * 24 * 8, 16);
const OUT: usize = memory.data(8 * 24, 16);
const INNER: usize = memory.data(2 * 24, 16);
const WORDS: usize = memory.data(8 * 12, 16);

let state: u32 = 7;
function random(below: u32): i32 {
  state = state * 1664525 + 1013904223;
  return <i32>((state >> 8) % below);
}

/** Sums of 0…65,280 as a row holds them, the ends among them. */
function fillRow(row: i32, narrow: bool): void {
  for (let p = 0; p < PIXELS; p++) {
    const sum = p == 0 ? 0 : p == 1 ? 65280 : random(65281);
    if (narrow) store<u16>(SUMS + 2 * (row * PIXELS + p), sum);
    else store<i32>(SUMS + 4 * (row * PIXELS + p), sum);
  }
}

function sumOf(row: i32, p: i32, narrow: bool): i64 {
  return narrow ? <i64>load<u16>(SUMS + 2 * (row * PIXELS + p)) : <i64>load<i32>(SUMS + 4 * (row * PIXELS + p));
}

function inner(narrow: bool, centre: i32, scale: i32, shift: i32): void {
  if (ASC_FEATURE_SIMD) toInner<v128>(SUMS, narrow, centre, scale, shift, PIXELS, INNER);
  else toInner<u64>(SUMS, narrow, centre, scale, shift, PIXELS, INNER);
}

describe("m of conv_v", () => {
  it("is the scaled sum about its centre, rounded and clamped, whether 32 bits are enough or not", () => {
    const scales: StaticArray<i32> = [1, 300, 0x8000, 0xfffe, 0xffff];
    for (let narrow = 0; narrow < 2; narrow++) {
      for (let i = 0; i < scales.length; i++) {
        for (let shift = 0; shift <= 40; shift += 4) {
          const centre = random(65281);
          fillRow(0, narrow == 1);
          inner(narrow == 1, centre, scales[i], shift);
          const half = ((<i64>1) << shift) >> 1;
          for (let p = 0; p < PIXELS; p++) {
            const m = clamp<i64>(((sumOf(0, p, narrow == 1) - centre) * scales[i] + half) >> shift, -127, 127);
            expect(<i32>load<u16>(INNER + 2 * p)).toBe(<i32>m + 128, `${scales[i]} ${shift}`);
          }
        }
      }
    }
  });
});

function output(rows: i32, narrow: bool, offset: i64, shift: i32, scale: i64, level: i64): void {
  const row = <usize>(PIXELS << (narrow ? 1 : 2));
  const short = isShort(65280 * scale + abs(level), shift);
  const small = (65280 * scale + abs(offset)) >> shift < i32.MAX_VALUE;
  store<i64>(WORDS + ((<usize>rows) << 2), offset);
  if (ASC_FEATURE_SIMD) toOutput<v128>(SUMS, narrow, row, rows, WORDS, shift, -100, 120, PIXELS, OUT, 3, short, small);
  else toOutput<u64>(SUMS, narrow, row, rows, WORDS, shift, -100, 120, PIXELS, OUT, 3, short, small);
}

describe("a channel of output", () => {
  it("is the scaled sums of its rows, in 32 bits and in 64", () => {
    for (let narrow = 0; narrow < 2; narrow++) {
      for (let rows = 1; rows <= 3; rows++) {
        for (let shift = 0; shift <= 36; shift += 4) {
          let scale: i64 = 0;
          let offset: i64 = ((<i64>random(2000)) << shift) >> 6;
          const level = offset;
          for (let i = 0; i < rows; i++) {
            const factor = random(shift < 12 ? 64 : 0x10000) - 0x20;
            store<i32>(WORDS + 4 * i, factor);
            scale += abs(<i64>factor);
            offset -= <i64>factor * 30000;
            fillRow(i, narrow == 1);
          }
          output(rows, narrow == 1, offset, shift, scale, level);
          for (let p = 0; p < PIXELS; p++) {
            let sum = offset;
            for (let i = 0; i < rows; i++) sum += sumOf(i, p, narrow == 1) * <i64>load<i32>(WORDS + 4 * i);
            expect(<i32>load<i8>(OUT + 3 * p)).toBe(<i32>clamp<i64>(sum >> shift, -100, 120), `${rows} rows, ${shift}`);
          }
        }
      }
    }
  });
});

describe("eight channels of output", () => {
  it("are each its own, pixel by pixel, of sums of 16 and of 32 bits", () => {
    if (ASC_FEATURE_SIMD) {
      const scales: StaticArray<i32> = [1, -2, 999, -0x8000, 0x7fff, 0x8001, 0xff00, 0xffff];
      for (let narrow = 0; narrow < 2; narrow++) {
        for (let shift = 20; shift <= 28; shift++) {
          for (let c = 0; c < 8; c++) {
            fillRow(c, narrow == 1);
            for (let p = 0; p < PIXELS; p++) {
              const sum = 20000 + c + (p == 0 ? -8128 : p == 1 ? 8128 : random(16257) - 8128);
              if (narrow) store<u16>(SUMS + 2 * (c * PIXELS + p), sum);
              else store<i32>(SUMS + 4 * (c * PIXELS + p), sum);
            }
            const offset = (12345 << c) - <i64>(20000 + c) * scales[c];
            expect(isShort(<i64>abs(scales[c]) * 8128 + (12345 << c), shift)).toBe(true);
            store<i32>(WORDS + c * wordBytes(1), scales[c]);
            store<i64>(WORDS + c * wordBytes(1) + 4, offset);
          }
          // Before toEight, which needs the room of the sums.
          const expected = new StaticArray<i32>(8 * PIXELS);
          for (let c = 0; c < 8; c++) {
            for (let p = 0; p < PIXELS; p++) {
              const y = ((sumOf(c, p, narrow == 1) - 20000 - c) * scales[c] + (12345 << c)) >> shift;
              expected[8 * p + c] = <i32>clamp<i64>(y, -90, 99);
            }
          }
          toEight(SUMS, narrow == 1, (narrow == 1 ? 2 : 4) * PIXELS, 1, WORDS, shift, -90, 99, PIXELS, OUT, 8);
          for (let i = 0; i < 8 * PIXELS; i++)
            expect(<i32>load<i8>(OUT + i)).toBe(expected[i], `channel ${i & 7}, pixel ${i >> 3}`);
        }
      }
    }
  });
});
