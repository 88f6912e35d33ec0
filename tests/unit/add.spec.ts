import { addValues } from "../../assembly/kernels/add";
import { finishPixel, openStore, pixelTarget, targetZero } from "../../assembly/kernels/pixel-store";
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
}

function sum(a: i32, b: i32): i32 {
  store<i8>(A, a);
  store<i8>(B, b);
  addValues(WORDS, A, B, OUT, 1);
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
    addValues(WORDS, A, B, A, 8);
    for (let i = 0; i < 8; i++) expect(<i32>load<i8>(A + i)).toBe(11 * i + 12);
    for (let i = 0; i < 8; i++) store<i8>(A + i, i);
    addValues(WORDS, A, B, B, 8);
    for (let i = 0; i < 8; i++) expect(<i32>load<i8>(B + i)).toBe(11 * i + 12);
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
    finishPixel(1);
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
    finishPixel(1);
    const at = values(tensorRecord(y));
    const expected: StaticArray<i32> = [1, 2, 3, 10, 21, 32];
    for (let i = 0; i < 6; i++) expect(<i32>load<i8>(at + i)).toBe(expected[i]);
  });
});
