// A depthwise convolution over pixels beside one another (rows.ts), with SIMD. Weights of a pair of taps stand together for
// one channel after another, those of the last of an odd number behind them; a run is a tap.

import { runCount, runs, step } from "./rows";
import { storeTwo } from "./store-eight";

/** 8 channels of `pixels` pixels from `offset` on. w: their weights of the first pair, `row` bytes from the next. */
export function depthwise8(
  w: usize,
  t: usize,
  row: usize,
  offset: usize,
  pixels: i32,
  biases: usize,
  to: usize,
  stride: usize,
): void {
  const taps = runs + <usize>((runCount & ~1) << 2);
  const bias0 = v128.load(biases);
  const bias1 = v128.load(biases, 16);
  w += t << 1;
  do {
    const next = pixels > 1 ? step : 0; // behind the last: once more
    let a0 = bias0;
    let b0 = bias1;
    let a1 = a0;
    let b1 = b0;
    let at = w;
    for (let run = runs; run < taps; run += 8, at += row) {
      const first = <usize>load<u32>(run) + offset;
      const second = <usize>load<u32>(run, 4) + offset;
      const low = v128.load8x8_s(at);
      const high = v128.load8x8_s(at, 8);
      const x0 = v128.load(first);
      const y0 = v128.load(second);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(low, v128.shuffle<i16>(x0, y0, 0, 8, 1, 9, 2, 10, 3, 11)));
      b0 = i32x4.add(b0, i32x4.dot_i16x8_s(high, v128.shuffle<i16>(x0, y0, 4, 12, 5, 13, 6, 14, 7, 15)));
      const x1 = v128.load(first + next);
      const y1 = v128.load(second + next);
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(low, v128.shuffle<i16>(x1, y1, 0, 8, 1, 9, 2, 10, 3, 11)));
      b1 = i32x4.add(b1, i32x4.dot_i16x8_s(high, v128.shuffle<i16>(x1, y1, 4, 12, 5, 13, 6, 14, 7, 15)));
    }
    if (runCount & 1) {
      const first = <usize>load<u32>(taps) + offset;
      const both = v128.load8x8_s(at - t);
      const x0 = v128.load(first);
      const x1 = v128.load(first + next);
      a0 = i32x4.add(a0, i32x4.extmul_low_i16x8_s(both, x0));
      b0 = i32x4.add(b0, i32x4.extmul_high_i16x8_s(both, x0));
      a1 = i32x4.add(a1, i32x4.extmul_low_i16x8_s(both, x1));
      b1 = i32x4.add(b1, i32x4.extmul_high_i16x8_s(both, x1));
    }
    storeTwo(a0, b0, a1, b1, to, pixels > 1 ? stride : 0);
    offset += step << 1;
    to += stride << 1;
    pixels -= 2;
  } while (pixels > 0);
}
