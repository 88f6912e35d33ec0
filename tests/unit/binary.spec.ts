import { scratch as scratchOf } from "../../assembly/model";
import {
  KIND_BINARY_PLANES,
  KIND_SEMI_BINARY,
  L_BIAS,
  L_BIAS_SHIFT,
  L_INPUT2,
  L_MULTIPLIERS,
  L_PLANES,
  L_RANK,
  L_SCRATCH_BYTES,
  L_SHIFT_M,
  L_SHIFT_R,
  L_SHIFTS,
  L_WEIGHTS,
  L_WEIGHTS_U,
  MAX_SHIFT,
} from "../../format/layout";
import { begin, expectRun, finish, layer, parameters, put, repeat, strip, tensor, window } from "./model";

/** A semi-binary layer of packed rows `v` and `u`; M_k = R_t = 1, no shifts, no bias. */
function semiBinary(x: i32, y: i32, rank: i32, count: i32, v: StaticArray<i32>, u: StaticArray<i32>): usize {
  const record = layer(KIND_SEMI_BINARY, x, y);
  store<u16>(record, rank, L_RANK);
  put<u8>(record, L_WEIGHTS, v);
  put<u8>(record, L_WEIGHTS_U, u);
  put<i16>(record, L_BIAS, repeat(0, count));
  put<u16>(record, L_MULTIPLIERS, repeat(1, rank));
  put<u16>(record, L_SHIFTS, repeat(1, count));
  strip(record);
  return record;
}

/** A layer of sign planes; A given, bias 0. */
function planes(x: i32, y: i32, count: i32, rows: StaticArray<i32>, a: StaticArray<i32>): usize {
  const record = layer(KIND_BINARY_PLANES, x, y);
  store<u8>(record, a.length / count, L_PLANES);
  put<u8>(record, L_WEIGHTS, rows);
  put<i16>(record, L_BIAS, repeat(0, count));
  put<i16>(record, L_MULTIPLIERS, a);
  strip(record);
  return record;
}

describe("SemiBinary", () => {
  it("does not care what stood in its scratch, which it shares with other layers", () => {
    begin();
    const x = tensor(1, 1, 3);
    const y = tensor(1, 1, 1);
    // Bits behind the rows' ends would add what is left there.
    const record = semiBinary(x, y, 2, 1, [0xff, 0xff], [0xff]);
    finish(x, y);
    memory.fill(scratchOf(record), 0x55, load<i32>(record, L_SCRATCH_BYTES));
    expectRun([1, 2, 3], [12]);
  });
  it("a = V·x, m = a·M, b = U·m, y = b·R + bias: bit 1 is +, bit 0 is −", () => {
    begin();
    const x = tensor(1, 1, 2, 0);
    const y = tensor(1, 1, 2, 5);
    put<i16>(semiBinary(x, y, 2, 2, [0b11, 0b01], [0b11, 0b10]), L_BIAS, [1, 2]);
    finish(x, y);
    // a = 13, 7; b = 20, −6
    expectRun([10, 3], [26, 1]);
  });
  it("ignores the bits behind a row's end", () => {
    begin();
    const x = tensor(1, 1, 2, -128);
    const y = tensor(1, 1, 2, 0);
    semiBinary(x, y, 2, 2, [0b11111111, 0b11111101], [0b11111111, 0b11111110]);
    finish(x, y);
    expectRun([10 - 128, 3 - 128], [20, -6]);
  });
  it("rounds m and y to nearest, ties towards +∞", () => {
    begin();
    const x = tensor(1, 4, 1);
    const y = tensor(1, 4, 1);
    const record = semiBinary(x, y, 1, 1, [1], [1]);
    put<u16>(record, L_MULTIPLIERS, [3]);
    store<u8>(record, 2, L_SHIFT_M);
    put<u16>(record, L_SHIFTS, [5]);
    store<u8>(record, 1, L_SHIFT_R);
    finish(x, y);
    // m = ¾·a: 1.5 → 2, −1.5 → −1, 2.25 → 2, −2.25 → −2; y = 2½·m: 5, −2.5 → −2, 5, −5
    expectRun([2, -2, 3, -3], [5, -2, 5, -5]);
  });
  it("clamps m to ±127, not to −128", () => {
    begin();
    const x = tensor(1, 1, 2, -128);
    const y = tensor(1, 1, 2, 0);
    put<i16>(semiBinary(x, y, 2, 2, [0b11, 0b00], [0b01, 0b10]), L_BIAS, [-254, 254]);
    finish(x, y);
    // a = ±510, m = ±127, b = ±254
    expectRun([127, 127], [0, 0]);
  });
  it("reaches b = ±32,766 at K = 258 exactly", () => {
    begin();
    const x = tensor(1, 1, 1);
    const y = tensor(1, 1, 3);
    const u = new StaticArray<i32>(3 * 33);
    for (let i = 0; i < 33; i++) {
      u[i] = 0xff;
      u[33 + i] = 0;
      u[66 + i] = 0b01010101;
    }
    const record = semiBinary(x, y, 258, 3, repeat(1, 258), u);
    put<i16>(record, L_BIAS, [5 - 32766, 32766 - 5, 9]);
    finish(x, y);
    expectRun([127], [5, -5, 9]);
  });
  it("reaches a = ±255·S with M = 65,535: their product needs more than 32 bits", () => {
    begin();
    const x = tensor(3, 3, 16, -128);
    const y = tensor(1, 1, 2);
    const v = new StaticArray<i32>(36);
    for (let i = 0; i < 18; i++) v[i] = 0xff;
    const record = semiBinary(x, y, 2, 2, v, [0b01, 0b10]);
    window(record, 3, 3);
    put<u16>(record, L_MULTIPLIERS, [65535, 65535]);
    store<u8>(record, 25, L_SHIFT_M);
    store<u8>(record, 1, L_SHIFT_R);
    finish(x, y);
    // 36,720 · 65,535 · 2^−25 = 71.7; y = (72 + 72) / 2
    expectRun(repeat(127, 144), [72, -72]);
  });
  it("adds the bias to b · R before they are shifted, times 2^b", () => {
    begin();
    const x = tensor(1, 1, 1);
    const y = tensor(1, 1, 3);
    const record = semiBinary(x, y, 1, 3, [1], [1, 1, 1]);
    put<u16>(record, L_SHIFTS, [4, 4, 0]);
    put<i16>(record, L_BIAS, [3, -3, -20]);
    store<u8>(record, 1, L_BIAS_SHIFT);
    store<u8>(record, 2, L_SHIFT_R);
    finish(x, y);
    // (4·7 + 6) / 4 = 8.5 → 9, (4·7 − 6) / 4 = 5.5 → 6, −40 / 4
    expectRun([7], [9, 6, -10]);
  });
  it("reaches ±2^15 · 2^47 of a bias", () => {
    begin();
    const x = tensor(1, 1, 1);
    const y = tensor(1, 1, 2);
    const record = semiBinary(x, y, 1, 2, [1], [1, 1]);
    put<u16>(record, L_SHIFTS, [65535, 65535]);
    put<i16>(record, L_BIAS, [-32768, 32767]);
    store<u8>(record, MAX_SHIFT, L_BIAS_SHIFT);
    store<u8>(record, MAX_SHIFT, L_SHIFT_R);
    finish(x, y);
    expectRun([127], [-128, 127]);
  });
  it("padding adds nothing, whatever the zero point", () => {
    for (let zero = -128; zero < 128; zero += 51) {
      begin();
      const x = tensor(1, 1, 1, zero);
      const y = tensor(1, 1, 1, 0);
      window(semiBinary(x, y, 1, 1, [0b11111111, 1], [1]), 3, 3, 1, 1, 1);
      finish(x, y);
      const value = zero > 100 ? zero - 3 : zero + 3;
      expectRun([value], [value - zero]);
    }
  });
  it("with a fused Add, here of its own input", () => {
    begin();
    const x = tensor(1, 3, 1);
    const y = tensor(1, 3, 1);
    const record = semiBinary(x, y, 1, 1, [1], [0]);
    put<u16>(record, L_SHIFTS, [4]);
    store<u16>(record, x, L_INPUT2);
    parameters(record, [0, 1 << 30, 0, 0, 1 << 30, 0, 0, 1 << 30, -18, -128, 127]);
    finish(x, y);
    // −4·x, clamped to int8 before x is added
    expectRun([1, -2, 50], [-3, 6, -78]);
  });
});

describe("BinaryPlanes", () => {
  it("y = (Σ A_i · p_i + bias · 2^b) · 2^−r, to nearest, ties towards +∞", () => {
    begin();
    const x = tensor(1, 2, 2);
    const y = tensor(1, 2, 1, -1);
    const record = planes(x, y, 1, [0b11, 0b01], [3, -2]);
    put<i16>(record, L_BIAS, [1]);
    store<u8>(record, 1, L_BIAS_SHIFT);
    store<u8>(record, 1, L_SHIFT_R);
    finish(x, y);
    // p = 5, 3 and −5, −3: (15 − 6 + 2) / 2 = 5.5 → 6, (−15 + 6 + 2) / 2 = −3.5 → −3
    expectRun([4, 1, -4, -1], [5, -4]);
  });
  it("takes the planes of a channel together, a row after the other", () => {
    begin();
    const x = tensor(1, 1, 1);
    const y = tensor(1, 1, 2);
    planes(x, y, 2, [1, 0, 1, 1], [10, 1, 2, 3]);
    finish(x, y);
    expectRun([3], [27, 15]);
  });
  it("is exact with 8 planes at the ends of A and of the sums", () => {
    begin();
    const x = tensor(3, 3, 16, -128);
    const y = tensor(1, 1, 2);
    const a = new StaticArray<i32>(16);
    for (let i = 0; i < 8; i++) {
      a[i] = 32767;
      a[8 + i] = -32768;
    }
    const record = planes(x, y, 2, repeat(0xff, 16 * 18), a);
    window(record, 3, 3);
    store<u8>(record, 27, L_SHIFT_R);
    finish(x, y);
    // 8 · 36,720 · 32,767 · 2^−27 = 71.716, and −71.719
    expectRun(repeat(127, 144), [72, -72]);
  });
});
