import { buildTables, signSum } from "../../assembly/kernels/sign-sum";

/** Room for 64 int16 inputs, their tables (16 int16 for each 4 inputs), and their packed signs. */
const X: usize = memory.data(128, 16);
const TABLES: usize = memory.data(512, 16);
const BITS: usize = memory.data(8, 16);

function input(i: i32, value: i32): void {
  store<i16>(X + (i << 1), value);
}

/** Σ ±x one by one, to compare with. */
function plain(count: i32): i32 {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const plus = ((<i32>load<u8>(BITS + (i >> 3)) >> (i & 7)) & 1) != 0;
    const x = <i32>load<i16>(X + (i << 1));
    sum += plus ? x : -x;
  }
  return sum;
}

describe("the table of four inputs", () => {
  it("holds all sixteen sums, bit j for +x_j", () => {
    for (let i = 0; i < 8; i++) input(i, 1 << i);
    buildTables(X, 8, TABLES);
    for (let group = 0; group < 2; group++) {
      for (let bits = 0; bits < 16; bits++) {
        let sum = 0;
        for (let j = 0; j < 4; j++) sum += ((bits >> j) & 1 ? 1 : -1) * (1 << (4 * group + j));
        expect(<i32>load<i16>(TABLES + group * 32 + bits * 2)).toBe(sum);
      }
    }
  });
  it("is exact at the inputs' extremes, ±255", () => {
    for (let i = 0; i < 8; i++) input(i, i & 1 ? 255 : -255);
    buildTables(X, 8, TABLES);
    expect(<i32>load<i16>(TABLES + 2 * 0b1010)).toBe(4 * 255);
    expect(<i32>load<i16>(TABLES + 2 * 0b0101)).toBe(-4 * 255);
    expect(<i32>load<i16>(TABLES + 2 * 0b1111)).toBe(0);
  });
  it("fits int16 with room: no entry of inputs within ±255 leaves ±1,020, and ±8,191 would still fit", () => {
    for (let pattern = 0; pattern < 16; pattern++) {
      for (let i = 0; i < 8; i++) input(i, (pattern >> (i & 3)) & 1 ? 255 : -255);
      buildTables(X, 8, TABLES);
      expect(<i32>load<i16>(TABLES + 2 * pattern)).toBe(1020, "signs that agree with the inputs");
      expect(<i32>load<i16>(TABLES + 2 * (15 - pattern))).toBe(-1020, "signs against them");
      for (let e = 0; e < 32; e++) expect(abs(<i32>load<i16>(TABLES + 2 * e))).toBeLessThanOrEqual(1020);
    }
    for (let i = 0; i < 8; i++) input(i, 8191);
    buildTables(X, 8, TABLES);
    expect(<i32>load<i16>(TABLES)).toBe(-4 * 8191);
    expect(<i32>load<i16>(TABLES + 2 * 15)).toBe(4 * 8191);
  });
});

describe("the sum of signed inputs", () => {
  it("equals the sum one by one, for 64 inputs and any signs", () => {
    let state: u32 = 1;
    for (let round = 0; round < 50; round++) {
      for (let i = 0; i < 64; i++) {
        state = state * 1664525 + 1013904223;
        input(i, <i32>((state >> 16) % 511) - 255);
      }
      for (let i = 0; i < 8; i++) {
        state = state * 1664525 + 1013904223;
        store<u8>(BITS + i, state >> 24);
      }
      buildTables(X, 64, TABLES);
      expect(signSum(BITS, 8, TABLES)).toBe(plain(64));
    }
  });
  it("reaches 255 · S at the inputs' and the signs' extremes, for every length 8, 16 … 64", () => {
    for (let count = 8; count <= 64; count += 8) {
      for (let sign = -1; sign <= 1; sign += 2) {
        for (let i = 0; i < count; i++) input(i, sign * 255);
        buildTables(X, count, TABLES);
        store<u64>(BITS, u64.MAX_VALUE);
        expect(signSum(BITS, count >> 3, TABLES)).toBe(sign * 255 * count);
        store<u64>(BITS, 0);
        expect(signSum(BITS, count >> 3, TABLES)).toBe(-sign * 255 * count);
      }
    }
  });
  it("equals the sum one by one for every pattern of two groups' signs, inputs at ±255 and between", () => {
    for (let i = 0; i < 8; i++) input(i, i < 3 ? 255 : i < 6 ? -255 : 37 * i);
    buildTables(X, 8, TABLES);
    for (let pattern = 0; pattern < 256; pattern++) {
      store<u8>(BITS, pattern);
      expect(signSum(BITS, 1, TABLES)).toBe(plain(8), `signs ${pattern}`);
    }
  });
  it("ignores the signs of inputs that are zero, as those are that fill a window up", () => {
    for (let i = 0; i < 64; i++) input(i, i < 5 ? 10 * i : 0);
    buildTables(X, 64, TABLES);
    store<u64>(BITS, 0b11111);
    expect(signSum(BITS, 8, TABLES)).toBe(100);
    store<u64>(BITS, u64.MAX_VALUE);
    expect(signSum(BITS, 8, TABLES)).toBe(100);
  });
});
