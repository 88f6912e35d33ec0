import { gather, openWindow, tap } from "../../assembly/kernels/window";
import { tensorRecord, values } from "../../assembly/model";
import { KIND_MAX_POOL, L_PAD_LEFT, L_STRIDE_WIDTH } from "../../format/layout";
import { begin, layer, tensor, unverified, window, write } from "./model";

/** Room for 32 int16 values of a window. */
const WINDOW: usize = memory.data(64, 16);
const UNTOUCHED: i16 = 12345;

/** Gathers the window of pixel (oy, ox) and compares it: `expected` with its zeros up to a multiple of 8. */
function expectWindow(oy: i32, ox: i32, first: i32, count: i32, expected: StaticArray<i32>): void {
  for (let i = 0; i < 32; i++) store<i16>(WINDOW + (i << 1), UNTOUCHED);
  gather(oy, ox, first, count, WINDOW);
  for (let i = 0; i < expected.length; i++) {
    expect(<i32>load<i16>(WINDOW + (i << 1))).toBe(expected[i], `pixel ${oy}, ${ox}, value ${i}`);
  }
  expect(expected.length % 8).toBe(0);
  expect(load<i16>(WINDOW + (expected.length << 1))).toBe(UNTOUCHED, "nothing is written behind the window");
}

let x: i32 = 0;

/** A 3×3 image of `channels` channels holding 1, 2, 3, … over its zero point, and a layer with this geometry. */
function image(channels: i32, zero: i32, kernel: i32, stride: i32, dilation: i32, padding: i32): usize {
  begin();
  x = tensor(3, 3, channels, zero);
  const record = layer(KIND_MAX_POOL, x, tensor(3, 3, channels));
  window(record, kernel, kernel, stride, dilation, padding);
  unverified();
  const numbers = new StaticArray<i32>(9 * channels);
  for (let i = 0; i < numbers.length; i++) numbers[i] = zero + i + 1;
  write(x, numbers);
  return record;
}

describe("the window of an output pixel", () => {
  it("lies in the order height, width, channel, its zero point taken off, zeros up to a multiple of 8", () => {
    openWindow(image(2, -100, 2, 1, 1, 0));
    expectWindow(0, 0, 0, 2, [1, 2, 3, 4, 7, 8, 9, 10]);
    expectWindow(1, 1, 0, 2, [9, 10, 11, 12, 15, 16, 17, 18]);
    openWindow(image(1, 118, 3, 1, 1, 0));
    expectWindow(0, 0, 0, 1, [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0, 0, 0, 0, 0]);
  });
  it("is 0 in the padding, whatever the zero point", () => {
    for (let zero = -128; zero <= 118; zero += 82) {
      openWindow(image(1, zero, 3, 1, 1, 1));
      expectWindow(0, 0, 0, 1, [0, 0, 0, 0, 1, 2, 0, 4, 5, 0, 0, 0, 0, 0, 0, 0]);
      expectWindow(2, 2, 0, 1, [5, 6, 0, 8, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
      expectWindow(0, 2, 0, 1, [0, 0, 0, 2, 3, 0, 5, 6, 0, 0, 0, 0, 0, 0, 0, 0]);
    }
  });
  it("moves by the stride and spreads by the dilation", () => {
    openWindow(image(1, 0, 2, 2, 1, 1));
    expectWindow(0, 0, 0, 1, [0, 0, 0, 1, 0, 0, 0, 0]);
    expectWindow(1, 1, 0, 1, [5, 6, 8, 9, 0, 0, 0, 0]);
    openWindow(image(1, 0, 2, 1, 2, 0));
    expectWindow(0, 0, 0, 1, [1, 3, 7, 9, 0, 0, 0, 0]);
  });
  it("takes its two axes separately", () => {
    const record = image(1, 0, 2, 1, 1, 0);
    store<u8>(record, 2, L_STRIDE_WIDTH);
    store<u8>(record, 1, L_PAD_LEFT);
    openWindow(record);
    expectWindow(1, 0, 0, 1, [0, 4, 0, 7, 0, 0, 0, 0]);
    expectWindow(1, 1, 0, 1, [5, 6, 8, 9, 0, 0, 0, 0]);
  });
  it("of a group holds the group's channels alone", () => {
    openWindow(image(3, 0, 2, 1, 1, 0));
    expectWindow(0, 0, 1, 2, [2, 3, 5, 6, 11, 12, 14, 15]);
  });
  it("of 11 channels is a whole vector and what is left over", () => {
    openWindow(image(11, -60, 1, 1, 1, 0));
    expectWindow(0, 1, 0, 11, [12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 0, 0, 0, 0, 0]);
  });
});

describe("tap", () => {
  it("is the input pixel's address, 0 outside the image on each of its four sides", () => {
    openWindow(image(2, 0, 3, 1, 1, 1));
    expect(tap(0, 0, 1, 1)).toBe(values(tensorRecord(x)));
    expect(tap(1, 2, 1, 1)).toBe(values(tensorRecord(x)) + 2 * (3 + 2));
    expect(tap(0, 1, 0, 1)).toBe(0, "above");
    expect(tap(1, 0, 1, 0)).toBe(0, "left");
    expect(tap(2, 1, 2, 1)).toBe(0, "below");
    expect(tap(1, 2, 1, 2)).toBe(0, "right");
  });
});
