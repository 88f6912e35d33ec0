import { dense8 } from "../../assembly/kernels/dense";
import { openRows, openRuns, runCount, runs, step, sums, takeRows } from "../../assembly/kernels/rows";
import { openEight } from "../../assembly/kernels/store-eight";
import { openSums } from "../../assembly/kernels/store-sums";
import { tile8 } from "../../assembly/kernels/tile";
import { file } from "../../assembly/state";
import {
  KIND_CONV_2D,
  KIND_FULLY_CONNECTED,
  L_GROUPS,
  L_KERNEL_HEIGHT,
  L_PAD_LEFT,
  L_STRIDE_WIDTH,
  L_WEIGHTS,
  MAX_DENSE_WINDOW,
} from "../../format/layout";
import { begin, layer, scratch, tensor, unverified, window, write } from "./model";

/** A Conv2D over a 3×3 image of `channels` channels that holds 1, 2, 3, … over its zero point, to `side` × `side` pixels. */
function image(channels: i32, zero: i32, side: i32, kernel: i32, stride: i32, dilation: i32, padding: i32): usize {
  begin();
  const x = tensor(3, 3, channels, zero);
  const record = layer(KIND_CONV_2D, x, tensor(side, side, 1));
  window(record, kernel, kernel, stride, dilation, padding);
  scratch(record, 2048);
  unverified();
  const numbers = new StaticArray<i32>(9 * channels);
  for (let i = 0; i < numbers.length; i++) numbers[i] = zero + i + 1;
  write(x, numbers);
  return record;
}

/** Takes the rows up to those of output row oy, and compares the runs of pixel ox, of `length` numbers each. */
function expectWindow(record: usize, oy: i32, ox: i32, first: i32, length: i32, expected: StaticArray<i32>): void {
  openRows(record);
  for (let y = 0; y <= oy; y++) takeRows(y);
  openRuns(oy, first, runCount > <i32>load<u16>(record, L_KERNEL_HEIGHT));
  for (let i = 0; i < expected.length; i++) {
    const at = <usize>load<u32>(runs + ((i / length) << 2)) + <usize>ox * step + ((i % length) << 1);
    expect(<i32>load<i16>(at)).toBe(expected[i], `pixel ${oy}, ${ox}, number ${i}`);
  }
}

describe("a window's runs", () => {
  it("are its rows, channels fastest, the zero point taken off", () => {
    const record = image(2, -100, 2, 2, 1, 1, 0);
    expectWindow(record, 0, 0, 0, 4, [1, 2, 3, 4, 7, 8, 9, 10]);
    expectWindow(record, 1, 1, 0, 4, [9, 10, 11, 12, 15, 16, 17, 18]);
  });
  it("are 0 in the padding, whatever the zero point", () => {
    for (let zero = -128; zero <= 118; zero += 82) {
      const record = image(1, zero, 3, 3, 1, 1, 1);
      expectWindow(record, 0, 0, 0, 3, [0, 0, 0, 0, 1, 2, 0, 4, 5]);
      expectWindow(record, 2, 2, 0, 3, [5, 6, 0, 8, 9, 0, 0, 0, 0]);
      expectWindow(record, 0, 2, 0, 3, [0, 0, 0, 2, 3, 0, 5, 6, 0]);
    }
  });
  it("move by the stride", () => {
    const record = image(1, 0, 2, 2, 2, 1, 1);
    expectWindow(record, 0, 0, 0, 2, [0, 0, 0, 1]);
    expectWindow(record, 1, 1, 0, 2, [5, 6, 8, 9]);
  });
  it("are its taps where a dilation spreads them", () => {
    expectWindow(image(1, 0, 1, 2, 1, 2, 0), 0, 0, 0, 1, [1, 3, 7, 9]);
  });
  it("take the two axes separately", () => {
    const record = image(1, 0, 2, 2, 1, 1, 0);
    store<u8>(record, 2, L_STRIDE_WIDTH);
    store<u8>(record, 1, L_PAD_LEFT);
    expectWindow(record, 1, 0, 0, 2, [0, 4, 0, 7]);
    expectWindow(record, 1, 1, 0, 2, [5, 6, 8, 9]);
  });
  it("are taps of a group's channels alone", () => {
    const record = image(4, 0, 2, 2, 1, 1, 0);
    store<u16>(record, 2, L_GROUPS);
    expectWindow(record, 0, 0, 2, 2, [3, 4, 7, 8, 15, 16, 19, 20]);
  });
  it("of 11 channels are a whole vector and what is left over", () => {
    expectWindow(image(11, -60, 3, 1, 1, 1, 0), 0, 1, 0, 11, [12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22]);
  });
});

const WEIGHTS: usize = memory.data(0x80000, 16);
const BIASES: usize = memory.data(32, 16);
const OUT: usize = memory.data(16, 16);

/** A FullyConnected of `size` numbers to 8 channels whose weights stand outside the file; every x is `value`. */
function dense(size: i32, value: i32, zero: i32): void {
  begin();
  const x = tensor(1, 1, size, zero);
  const record = layer(KIND_FULLY_CONNECTED, x, tensor(1, 1, 8));
  store<u32>(record, <u32>(WEIGHTS - file()), L_WEIGHTS);
  scratch(record, 0x21000);
  unverified();
  const numbers = new StaticArray<i32>(size);
  for (let i = 0; i < size; i++) numbers[i] = value;
  write(x, numbers);
  openRows(record);
  openSums(record, true);
  takeRows(0);
  openRuns(0, 0, false);
}

/** Sums of 8 channels, as the level computes them. */
function eight(size: i32): void {
  if (ASC_FEATURE_SIMD) {
    openEight(0, 7); // fewer than 8 go through `sums`
    dense8(WEIGHTS, 0, 16, size, 0, 1, BIASES, OUT, 8);
  } else tile8(WEIGHTS, 0, 16, size, 0, 1, BIASES, false);
}

function expectSums(expected: i32): void {
  for (let c = 0; c < 8; c++) expect(load<i32>(sums + (c << 2))).toBe(expected, `channel ${c}`);
}

describe("sums of int8 weights", () => {
  it("are the sums of products for every count, at the operands' ends", () => {
    for (let size = 1; size < 35; size++) {
      dense(size, size & 1 ? 127 : -128, size & 1 ? -128 : 127);
      memory.fill(WEIGHTS, 0x80, 8 * size);
      const expected = size * -128 * (size & 1 ? 255 : -255);
      eight(size);
      expectSums(expected);
    }
  });
  it("of the largest window stay in int32: 128 · 255 · 65,536 < 2^31", () => {
    memory.fill(WEIGHTS, 0x80, 8 * MAX_DENSE_WINDOW);
    dense(MAX_DENSE_WINDOW, 127, -128);
    eight(MAX_DENSE_WINDOW);
    expectSums(-2139095040);
    dense(MAX_DENSE_WINDOW, -128, 127);
    eight(MAX_DENSE_WINDOW);
    expectSums(2139095040);
  });
});
