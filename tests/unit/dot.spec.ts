import { dot } from "../../assembly/kernels/dot";
import { clear, widen } from "../../assembly/kernels/window";
import { MAX_DENSE_WINDOW } from "../../format/layout";

const VALUES: usize = memory.data(64, 16);
const WIDE: usize = memory.data(128, 16);
const LARGEST_WEIGHTS: usize = memory.data(0x10000, 16);
const LARGEST_WINDOW: usize = memory.data(0x20000, 16);

describe("widen", () => {
  it("takes the zero point off int8 values, whole vectors and what is left over", () => {
    for (let i = 0; i < 21; i++) store<i8>(VALUES + i, i - 10);
    widen(VALUES, WIDE, 21, -128);
    for (let i = 0; i < 21; i++) expect(<i32>load<i16>(WIDE + (i << 1))).toBe(i - 10 + 128);
  });
  it("reaches 255 and −255, the widest differences", () => {
    for (let i = 0; i < 9; i++) store<i8>(VALUES + i, 127);
    widen(VALUES, WIDE, 9, -128);
    expect(<i32>load<i16>(WIDE)).toBe(255);
    expect(<i32>load<i16>(WIDE + 16)).toBe(255);
    for (let i = 0; i < 9; i++) store<i8>(VALUES + i, -128);
    widen(VALUES, WIDE, 9, 127);
    expect(<i32>load<i16>(WIDE)).toBe(-255);
    expect(<i32>load<i16>(WIDE + 16)).toBe(-255);
  });
});

describe("clear", () => {
  it("writes zeros up to its end and no further", () => {
    for (let i = 0; i < 8; i++) store<i16>(WIDE + (i << 1), 7);
    clear(WIDE, WIDE + 10);
    expect(<i32>load<i16>(WIDE + 8)).toBe(0);
    expect(<i32>load<i16>(WIDE + 10)).toBe(7);
  });
});

describe("dot", () => {
  it("is the sum of products for every count, at the operands' extremes", () => {
    for (let i = 0; i < 33; i++) {
      store<i8>(VALUES + i, i & 1 ? -128 : 127);
      store<i16>(WIDE + (i << 1), i & 2 ? -255 : 255);
    }
    let sum = 0;
    for (let count = 0; count < 33; count++) {
      expect(dot(VALUES, WIDE, count)).toBe(sum);
      sum += (count & 1 ? -128 : 127) * (count & 2 ? -255 : 255);
    }
  });
  it("of the largest window at the operands' ends stays in int32: 128 · 255 · 65,536 < 2^31", () => {
    memory.fill(LARGEST_WEIGHTS, 0x80, MAX_DENSE_WINDOW);
    for (let i = 0; i < MAX_DENSE_WINDOW; i++) store<i16>(LARGEST_WINDOW + (i << 1), 255);
    expect(dot(LARGEST_WEIGHTS, LARGEST_WINDOW, MAX_DENSE_WINDOW)).toBe(-2139095040);
    for (let i = 0; i < MAX_DENSE_WINDOW; i++) store<i16>(LARGEST_WINDOW + (i << 1), -255);
    expect(dot(LARGEST_WEIGHTS, LARGEST_WINDOW, MAX_DENSE_WINDOW)).toBe(2139095040);
  });
});
