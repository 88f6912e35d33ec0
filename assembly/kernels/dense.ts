// int8 weights over the windows of pixels beside one another (rows.ts), with SIMD. Weights of a pair of inputs stand together
// for one channel after another, so that a vector of them meets the same two inputs in every lane; behind them, the weights of
// the last input of an odd number.

import { runCount, runs, step } from "./rows";
import { storeTwo } from "./store-eight";

/**
 * 8 channels of up to 4 pixels from `offset` on. w: their weights of the first pair, `row` bytes from the next; t: of the
 * first within its group. size: 4, or 1 for one pixel; a constant. @inline
 */
function tile(
  size: i32,
  w: usize,
  t: usize,
  row: usize,
  numbers: i32,
  offset: usize,
  pixels: i32,
  biases: usize,
  to: usize,
  stride: usize,
): void {
  // Behind the last pixel it is the other one of its two once more.
  const second = pixels > 1 ? step : 0;
  const third = pixels > 2 ? step << 1 : 0;
  const fourth = pixels > 3 ? second + third : third;
  let a0 = v128.load(biases);
  let b0 = v128.load(biases, 16);
  let a1 = a0;
  let b1 = b0;
  let a2 = a0;
  let b2 = b0;
  let a3 = a0;
  let b3 = b0;
  let run = runs;
  const last = run + <usize>(runCount << 2);
  do {
    let x = <usize>load<u32>(run) + offset;
    const end = x + <usize>((numbers >> 1) << 2);
    for (; x < end; x += 4) {
      const low = v128.load8x8_s(w);
      const high = v128.load8x8_s(w, 8);
      w += row;
      const x0 = v128.load32_splat(x);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(low, x0));
      b0 = i32x4.add(b0, i32x4.dot_i16x8_s(high, x0));
      if (size > 1) {
        const x1 = v128.load32_splat(x + second);
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(low, x1));
        b1 = i32x4.add(b1, i32x4.dot_i16x8_s(high, x1));
        const x2 = v128.load32_splat(x + third);
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(low, x2));
        b2 = i32x4.add(b2, i32x4.dot_i16x8_s(high, x2));
        const x3 = v128.load32_splat(x + fourth);
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(low, x3));
        b3 = i32x4.add(b3, i32x4.dot_i16x8_s(high, x3));
      }
    }
    if (numbers & 1) {
      const only = v128.load8x8_s(w - t);
      w += row >> 1;
      const none = i16x8.splat(0); // for whatever stands behind the number
      const low = v128.shuffle<i16>(only, none, 0, 8, 1, 9, 2, 10, 3, 11);
      const high = v128.shuffle<i16>(only, none, 4, 12, 5, 13, 6, 14, 7, 15);
      const x0 = v128.load32_splat(x);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(low, x0));
      b0 = i32x4.add(b0, i32x4.dot_i16x8_s(high, x0));
      if (size > 1) {
        const x1 = v128.load32_splat(x + second);
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(low, x1));
        b1 = i32x4.add(b1, i32x4.dot_i16x8_s(high, x1));
        const x2 = v128.load32_splat(x + third);
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(low, x2));
        b2 = i32x4.add(b2, i32x4.dot_i16x8_s(high, x2));
        const x3 = v128.load32_splat(x + fourth);
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(low, x3));
        b3 = i32x4.add(b3, i32x4.dot_i16x8_s(high, x3));
      }
    }
    run += 4;
  } while (run < last);
  if (size == 1) {
    storeTwo(a0, b0, a0, b0, to, 0);
  } else {
    storeTwo(a0, b0, a1, b1, to, pixels > 1 ? stride : 0);
    if (pixels > 2) storeTwo(a2, b2, a3, b3, to + (stride << 1), pixels > 3 ? stride : 0);
  }
}

/** 8 channels of `pixels` pixels. w: of the first pair of the group. */
export function dense8(
  w: usize,
  t: usize,
  row: usize,
  numbers: i32,
  offset: usize,
  pixels: i32,
  biases: usize,
  to: usize,
  stride: usize,
): void {
  w += t << 1;
  for (; pixels > 1; pixels -= 4, offset += step << 2, to += stride << 2)
    tile(4, w, t, row, numbers, offset, pixels, biases, to, stride);
  if (pixels == 1) tile(1, w, t, row, numbers, offset, 1, biases, to, 0);
}
