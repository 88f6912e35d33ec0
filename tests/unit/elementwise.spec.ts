import {
  KIND_ADD,
  KIND_LOOKUP,
  KIND_MEAN,
  KIND_MUL,
  KIND_SOFTMAX,
  L_ACTIVATION_MAX,
  L_ACTIVATION_MIN,
  L_INPUT2,
  L_OUTPUT,
  L_WEIGHTS,
} from "../../format/layout";
import { begin, expectRun, finish, layer, parameters, put, tensor } from "./model";

const ONE: i32 = 1 << 30; // with shift 1, the factor 1

/** A Lookup from tensor x to y of q → −q, −128 → 127. */
function negate(x: i32, y: i32): usize {
  const record = layer(KIND_LOOKUP, x, y);
  const table = new StaticArray<i32>(256);
  for (let q = -128; q < 128; q++) table[q + 128] = min(-q, 127);
  put<i8>(record, L_WEIGHTS, table);
  return record;
}

describe("Lookup", () => {
  it("maps each value by entry q + 128, the ends too", () => {
    begin();
    const x = tensor(1, 2, 3);
    const y = tensor(1, 2, 3);
    negate(x, y);
    finish(x, y);
    expectRun([-128, -127, -1, 0, 1, 127], [127, 127, 1, 0, -1, -127]);
  });
  it("may stand on its input", () => {
    begin();
    const x = tensor(1, 2, 3);
    store<u16>(negate(x, x), x, L_OUTPUT);
    finish(x, x);
    expectRun([1, 2, 3, 4, 5, 6], [-1, -2, -3, -4, -5, -6]);
  });
});

describe("Add", () => {
  it("adds two tensors of one shape, each under its own zero point", () => {
    begin();
    const x = tensor(1, 2, 2);
    const n = tensor(1, 2, 2);
    const y = tensor(1, 2, 2);
    negate(x, n);
    const add = layer(KIND_ADD, x, y);
    store<u16>(add, n, L_INPUT2);
    // x·½ − x·¼, in units of ½·2^20
    parameters(add, [0, ONE, 0, 0, ONE, -1, -100, ONE, -18, -128, 127]);
    finish(x, y);
    expectRun([40, 20, -10, -56], [-80, -90, -105, -128]);
  });
});

describe("Mul", () => {
  it("multiplies values less their zero points", () => {
    begin();
    const x = tensor(1, 1, 4, 1);
    const y = tensor(1, 1, 4, -3);
    const mul = layer(KIND_MUL, x, y);
    store<u16>(mul, x, L_INPUT2);
    parameters(mul, [ONE, 1]);
    finish(x, y);
    expectRun([3, 5, -2, 1], [1, 13, 6, -3]);
  });
  it("by one value a channel, repeated for every pixel", () => {
    begin();
    const x = tensor(1, 2, 2, 1);
    const means = tensor(1, 1, 2, 0);
    const y = tensor(1, 2, 2, 10);
    parameters(layer(KIND_MEAN, x, means), [ONE, 1]); // the factor 1: sums
    const mul = layer(KIND_MUL, x, y);
    store<u16>(mul, means, L_INPUT2);
    parameters(mul, [ONE, 1]);
    finish(x, y);
    // x − 1 is 2, 4 and 1, 0; the channels' sums 3 and 4
    expectRun([3, 5, 2, 1], [16, 26, 13, 10]);
  });
  it("rescales and clamps", () => {
    begin();
    const x = tensor(1, 1, 3);
    const y = tensor(1, 1, 3);
    const mul = layer(KIND_MUL, x, y);
    store<u16>(mul, x, L_INPUT2);
    store<i8>(mul, 2, L_ACTIVATION_MIN);
    store<i8>(mul, 50, L_ACTIVATION_MAX);
    parameters(mul, [ONE, -1]);
    finish(x, y);
    // squares through ¼: 1.25-like halves round up twice: 36 / 4 = 9, 1 / 4 → 0, 127² / 4 = 4,032
    expectRun([6, 1, 127], [9, 2, 50]);
  });
});

/** A Softmax over the channels, of differences in whole steps: β·s_x = 1, differences below `least` left out. */
function softmax(pixels: i32, channels: i32, least: i32): void {
  begin();
  const x = tensor(1, pixels, channels);
  const y = tensor(1, pixels, channels, -128);
  parameters(layer(KIND_SOFTMAX, x, y), [ONE, 27, least]); // difference · 2^26 is Q5.26
  finish(x, y);
}

describe("Softmax", () => {
  it("gives probabilities · 256 − 128, 1 being clamped to 127", () => {
    softmax(1, 2, -15);
    expectRun([5, 5], [0, 0]);
    softmax(1, 4, -15);
    expectRun([-128, -128, -128, -128], [-64, -64, -64, -64]);
    softmax(1, 1, -15);
    expectRun([7], [127]);
  });
  it("follows exp of the differences, a pixel at a time", () => {
    softmax(2, 3, -15);
    // e^0, e^−1, e^−2 over their sum 1.50321, times 256: 170.3, 62.7, 23.05
    expectRun([10, 9, 8, -5, -5, -20], [42, -65, -105, 0, 0, -128]);
  });
  it("leaves out what lies below the least difference", () => {
    softmax(1, 2, -2);
    expectRun([0, -3], [127, -128]);
    expectRun([0, -2], [97, -97]);
  });
});
