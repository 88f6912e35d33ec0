import {
  KIND_AVERAGE_POOL,
  KIND_CONCAT,
  KIND_LOOKUP,
  KIND_MAX_POOL,
  KIND_MEAN,
  KIND_PAD,
  L_ACTIVATION_MAX,
  L_ACTIVATION_MIN,
  L_PAD_LEFT,
  L_PAD_TOP,
  L_WEIGHTS,
} from "../../format/layout";
import { begin, expectRun, finish, layer, parameters, put, tensor, window } from "./model";

let x: i32 = 0;
let y: i32 = 0;

/** A pool of a row of `width` pixels by a 1×3 window padded on both sides: `width` outputs. */
function pool(kind: i32, width: i32): usize {
  begin();
  x = tensor(1, width, 1, 99);
  y = tensor(1, width, 1, 99);
  const record = layer(kind, x, y);
  window(record, 1, 3);
  store<u8>(record, 1, L_PAD_LEFT);
  return record;
}

describe("AveragePool", () => {
  it("rounds to nearest, ties away from zero", () => {
    begin();
    x = tensor(2, 2, 4);
    y = tensor(1, 1, 4);
    window(layer(KIND_AVERAGE_POOL, x, y), 2, 2);
    finish(x, y);
    // Sums 11, 2, −2, −512 over 4
    expectRun([1, 1, -1, -128, 2, 1, -1, -128, 3, 0, 0, -128, 5, 0, 0, -128], [3, 1, -1, -128]);
  });
  it("counts the pixels inside the image only", () => {
    pool(KIND_AVERAGE_POOL, 3);
    finish(x, y);
    expectRun([10, 20, 60], [15, 30, 40]);
  });
  it("clamps to the activation's bounds", () => {
    const record = pool(KIND_AVERAGE_POOL, 3);
    store<i8>(record, 20, L_ACTIVATION_MIN);
    store<i8>(record, 35, L_ACTIVATION_MAX);
    finish(x, y);
    expectRun([10, 20, 60], [20, 30, 35]);
  });
});

describe("MaxPool", () => {
  it("takes the largest value inside the image: padding is not a value", () => {
    pool(KIND_MAX_POOL, 3);
    finish(x, y);
    expectRun([-10, -20, -60], [-10, -10, -20]);
    expectRun([-128, -128, -128], [-128, -128, -128]);
  });
  it("keeps channels apart and clamps", () => {
    begin();
    x = tensor(2, 2, 2);
    y = tensor(1, 1, 2);
    const record = layer(KIND_MAX_POOL, x, y);
    window(record, 2, 2);
    store<i8>(record, 5, L_ACTIVATION_MAX);
    finish(x, y);
    expectRun([1, -9, 3, -7, 4, -8, 2, -6], [4, -6]);
    expectRun([1, -9, 3, -7, 9, -8, 2, -6], [5, -6]);
  });
});

describe("Mean", () => {
  it("is the sum over height and width of x − z, times the multiplier", () => {
    begin();
    x = tensor(2, 1, 2, 1);
    y = tensor(1, 1, 2, -3);
    parameters(layer(KIND_MEAN, x, y), [1 << 30, 0]);
    finish(x, y);
    // (0 + 3) / 2 = 1.5 → 2 and (9 + 19) / 2 = 14
    expectRun([1, 10, 4, 20], [-1, 11]);
    expectRun([127, -128, 127, -128], [123, -128]);
  });
});

describe("Pad", () => {
  it("surrounds the image with the zero point", () => {
    begin();
    x = tensor(1, 2, 2, 7);
    y = tensor(3, 4, 2, 7);
    const record = layer(KIND_PAD, x, y);
    store<u8>(record, 1, L_PAD_TOP);
    store<u8>(record, 1, L_PAD_LEFT);
    finish(x, y);
    expectRun([1, 2, 3, 4], [7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 1, 2, 3, 4, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7]);
  });
});

/** A Concat of x, 2×2×1, and −x along an axis. */
function concat(axis: i32, height: i32, width: i32, channels: i32): void {
  begin();
  x = tensor(2, 2, 1);
  const negative = tensor(2, 2, 1);
  y = tensor(height, width, channels);
  const table = new StaticArray<i32>(256);
  for (let q = -127; q < 128; q++) table[q + 128] = -q;
  put<i8>(layer(KIND_LOOKUP, x, negative), L_WEIGHTS, table);
  parameters(layer(KIND_CONCAT, x, y), [axis, x, negative]);
  finish(x, y);
}

describe("Concat", () => {
  it("along the height puts images below each other", () => {
    concat(0, 4, 2, 1);
    expectRun([1, 2, 3, 4], [1, 2, 3, 4, -1, -2, -3, -4]);
  });
  it("along the width puts them side by side", () => {
    concat(1, 2, 4, 1);
    expectRun([1, 2, 3, 4], [1, 2, -1, -2, 3, 4, -3, -4]);
  });
  it("along the channels interleaves them", () => {
    concat(2, 2, 2, 2);
    expectRun([1, 2, 3, 4], [1, -1, 2, -2, 3, -3, 4, -4]);
  });
});
