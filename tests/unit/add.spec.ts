import { addValues, openAdd } from "../../assembly/kernels/add";
import { clamp, multiply } from "../../assembly/kernels/fixed-point";
import { finishPixels, openStore, pixelTarget, targetZero } from "../../assembly/kernels/pixel-store";
import { tensorRecord, values } from "../../assembly/model";
import { ADD_MAX, ADD_MIN, ADD_WORDS, KIND_CONV_2D, L_INPUT2 } from "../../format/layout";
import { begin, layer, parameters, tensor, unverified, write } from "./model";

/** ADD_* words: y = (a − 3) + (b + 5)·2^shift2 + 10. Both operands are halved and gain 20 bits; 2·2^−20 undoes that. */
const WORDS: usize = memory.data(<i32>(4 * 11), 16);
const A: usize = memory.data(16, 16);
const B: usize = memory.data(16, 16);
const OUT: usize = memory.data(16, 16);

function words(shift2: i32, min: i32 = -128, max: i32 = 127): void {
  const numbers: StaticArray<i32> = [3, 1 << 30, 0, -5, 1 << 30, shift2, 10, 1 << 30, -18, min, max];
  for (let i = 0; i < ADD_WORDS; i++) store<i32>(WORDS + (i << 2), numbers[i]);
  openAdd(WORDS);
}

function sum(a: i32, b: i32): i32 {
  store<i8>(A, a);
  store<i8>(B, b);
  addValues(A, B, OUT, 1);
  return load<i8>(OUT);
}

describe("the Add of two quantisations", () => {
  it("takes the operands' zero points off and puts the output's on", () => {
    words(0);
    expect(sum(3, -5)).toBe(10);
    expect(sum(23, 0)).toBe(35);
    expect(sum(-7, -50)).toBe(-45);
  });
  it("scales each operand by its own factor and rounds the sum once, ties away from zero", () => {
    words(-1);
    expect(sum(3, 2)).toBe(14, "3.5 → 4");
    expect(sum(3, -12)).toBe(6, "−3.5 → −4");
    expect(sum(4, -4)).toBe(12, "1 + 0.5 → 2");
    words(-3);
    expect(sum(3, -2)).toBe(10, "0.375 → 0");
  });
  it("clamps to ADD_MIN and ADD_MAX", () => {
    words(0);
    expect(sum(127, 127)).toBe(127);
    expect(sum(-128, -128)).toBe(-128);
    words(0, 4, 20);
    expect(load<i32>(WORDS + 4 * ADD_MIN)).toBe(4);
    expect(load<i32>(WORDS + 4 * ADD_MAX)).toBe(20);
    expect(sum(127, 127)).toBe(20);
    expect(sum(-128, -128)).toBe(4);
  });
  it("may write over either operand", () => {
    words(0);
    for (let i = 0; i < 8; i++) {
      store<i8>(A + i, i);
      store<i8>(B + i, 10 * i);
    }
    addValues(A, B, A, 8);
    for (let i = 0; i < 8; i++) expect(<i32>load<i8>(A + i)).toBe(11 * i + 12);
    for (let i = 0; i < 8; i++) store<i8>(A + i, i);
    addValues(A, B, B, 8);
    for (let i = 0; i < 8; i++) expect(<i32>load<i8>(B + i)).toBe(11 * i + 12);
  });
});

describe("the Add of vectors", () => {
  it("is the fixed-point arithmetic for every pair of values, whatever the factors", () => {
    const a = memory.data(256, 16);
    const b = memory.data(256, 16);
    const out = memory.data(256, 16);
    for (let i = 0; i < 256; i++) store<i8>(a + i, i);
    const shifts: StaticArray<i32> = [-18, -16, -20, -31, 0, -18];
    for (let round = 0; round < 6; round++) {
      // Factors of ½…1 and their shifts, as a network has them; in the last round of a half, which makes ties.
      const tie = round == 5;
      const m1 = tie ? 1 << 30 : 0x40000000 + round * 0x0badcafe;
      const m2 = tie ? 1 << 30 : 0x7fffffff - round * 0x01234567;
      const mOut = tie ? 1 << 30 : 0x50000000 + round * 0x00fedcba;
      const numbers: StaticArray<i32> = [
        3 * round - 5,
        m1 & i32.MAX_VALUE,
        -(round & 1),
        7,
        m2,
        0,
        -9,
        mOut,
        shifts[round],
        -128,
        127,
      ];
      for (let i = 0; i < ADD_WORDS; i++) store<i32>(WORDS + (i << 2), numbers[i]);
      openAdd(WORDS);
      for (let y = -128; y < 128; y++) {
        memory.fill(b, <u8>y, 256);
        addValues(a, b, out, 256);
        for (let i = 0; i < 256; i++) {
          const x1 = multiply((<i32>load<i8>(a + i) - numbers[0]) << 20, numbers[1], numbers[2]);
          const x2 = multiply((y - numbers[3]) << 20, numbers[4], numbers[5]);
          const sum = multiply(x1 + x2, numbers[7], numbers[8]) + numbers[6];
          if (<i32>load<i8>(out + i) != clamp<i32>(sum, -128, 127))
            expect(<i32>load<i8>(out + i)).toBe(sum, `${i}, ${y}`);
        }
      }
      expect(<i32>load<i8>(a + 1)).toBe(1);
    }
  });
});

describe("where a convolution stores a pixel", () => {
  it("without a residual: its place in the output, under the output's zero point", () => {
    begin();
    const x = tensor(1, 2, 3);
    const y = tensor(1, 2, 3, 42);
    unverified();
    openStore(layer(KIND_CONV_2D, x, y), 0);
    expect(pixelTarget(0)).toBe(values(tensorRecord(y)));
    expect(pixelTarget(1)).toBe(values(tensorRecord(y)) + 3);
    expect(targetZero).toBe(42);
    write(y, [1, 2, 3, 4, 5, 6]);
    finishPixels(pixelTarget(1), 1, 1);
    for (let i = 0; i < 6; i++) expect(<i32>load<i8>(values(tensorRecord(y)) + i)).toBe(i + 1);
  });
  it("with a residual: a scratch pixel under the Add's first zero point, then the sum into the output", () => {
    begin();
    const x = tensor(1, 2, 3);
    const y = tensor(1, 2, 3, 42);
    const r = tensor(1, 2, 3);
    const record = layer(KIND_CONV_2D, x, y);
    store<u16>(record, r, L_INPUT2);
    parameters(record, [3, 1 << 30, 0, -5, 1 << 30, 0, 10, 1 << 30, -18, -128, 127]);
    unverified();
    openStore(record, A);
    expect(targetZero).toBe(3);
    expect(pixelTarget(0)).toBe(A);
    expect(pixelTarget(1)).toBe(A);
    write(y, [1, 2, 3, 4, 5, 6]);
    write(r, [0, 0, 0, -5, 5, 15]);
    for (let i = 0; i < 3; i++) store<i8>(A + i, 3 + i);
    finishPixels(A, 1, 1);
    const at = values(tensorRecord(y));
    const expected: StaticArray<i32> = [1, 2, 3, 10, 21, 32];
    for (let i = 0; i < 6; i++) expect(<i32>load<i8>(at + i)).toBe(expected[i]);
  });
});
