// Sums of int8 weights over the windows of pixels beside one another (rows.ts) without SIMD. Weights stand as dense.ts and
// depthwise.ts say; a window of a depthwise convolution is its taps, one of the others its runs of numbers.

import { runCount, runs, step, sums } from "./rows";

/**
 * Σ w·x + bias of 8 channels from t on, of up to SUM_PIXELS pixels from `offset` on: int32 each, a pixel after the other.
 * w: of the first pair, `row` bytes from the next. Where there are fewer than 8 channels, the last sums are of whatever stands
 * behind the weights, the biases and the rows, at most 28 bytes of the file, of the arena behind it, or of the scratch behind
 * the rows, and are not stored.
 */
export function tile8(
  w: usize,
  t: usize,
  row: usize,
  numbers: i32,
  offset: usize,
  pixels: i32,
  biases: usize,
  depthwise: bool,
): void {
  const last = runs + <usize>(runCount << 2);
  for (let to = sums; pixels > 0; pixels--, offset += step, to += 32) {
    let a = load<i32>(biases);
    let b = load<i32>(biases, 4);
    let c = load<i32>(biases, 8);
    let d = load<i32>(biases, 12);
    let e = load<i32>(biases, 16);
    let f = load<i32>(biases, 20);
    let g = load<i32>(biases, 24);
    let h = load<i32>(biases, 28);
    let at = w + (t << 1);
    let run = runs;
    if (depthwise) {
      for (; run + 4 < last; run += 8, at += row) {
        const x = <usize>load<u32>(run) + offset;
        a += <i32>load<i16>(x) * <i32>load<i8>(at);
        b += <i32>load<i16>(x, 2) * <i32>load<i8>(at, 2);
        c += <i32>load<i16>(x, 4) * <i32>load<i8>(at, 4);
        d += <i32>load<i16>(x, 6) * <i32>load<i8>(at, 6);
        e += <i32>load<i16>(x, 8) * <i32>load<i8>(at, 8);
        f += <i32>load<i16>(x, 10) * <i32>load<i8>(at, 10);
        g += <i32>load<i16>(x, 12) * <i32>load<i8>(at, 12);
        h += <i32>load<i16>(x, 14) * <i32>load<i8>(at, 14);
        const y = <usize>load<u32>(run, 4) + offset;
        a += <i32>load<i16>(y) * <i32>load<i8>(at, 1);
        b += <i32>load<i16>(y, 2) * <i32>load<i8>(at, 3);
        c += <i32>load<i16>(y, 4) * <i32>load<i8>(at, 5);
        d += <i32>load<i16>(y, 6) * <i32>load<i8>(at, 7);
        e += <i32>load<i16>(y, 8) * <i32>load<i8>(at, 9);
        f += <i32>load<i16>(y, 10) * <i32>load<i8>(at, 11);
        g += <i32>load<i16>(y, 12) * <i32>load<i8>(at, 13);
        h += <i32>load<i16>(y, 14) * <i32>load<i8>(at, 15);
      }
      if (run < last) {
        const x = <usize>load<u32>(run) + offset;
        at -= t;
        a += <i32>load<i16>(x) * <i32>load<i8>(at);
        b += <i32>load<i16>(x, 2) * <i32>load<i8>(at, 1);
        c += <i32>load<i16>(x, 4) * <i32>load<i8>(at, 2);
        d += <i32>load<i16>(x, 6) * <i32>load<i8>(at, 3);
        e += <i32>load<i16>(x, 8) * <i32>load<i8>(at, 4);
        f += <i32>load<i16>(x, 10) * <i32>load<i8>(at, 5);
        g += <i32>load<i16>(x, 12) * <i32>load<i8>(at, 6);
        h += <i32>load<i16>(x, 14) * <i32>load<i8>(at, 7);
      }
    } else {
      do {
        let x = <usize>load<u32>(run) + offset;
        for (const end = x + <usize>((numbers >> 1) << 2); x < end; x += 4, at += row) {
          const first = <i32>load<i16>(x);
          const second = <i32>load<i16>(x, 2);
          a += first * <i32>load<i8>(at);
          b += first * <i32>load<i8>(at, 2);
          c += first * <i32>load<i8>(at, 4);
          d += first * <i32>load<i8>(at, 6);
          e += first * <i32>load<i8>(at, 8);
          f += first * <i32>load<i8>(at, 10);
          g += first * <i32>load<i8>(at, 12);
          h += first * <i32>load<i8>(at, 14);
          a += second * <i32>load<i8>(at, 1);
          b += second * <i32>load<i8>(at, 3);
          c += second * <i32>load<i8>(at, 5);
          d += second * <i32>load<i8>(at, 7);
          e += second * <i32>load<i8>(at, 9);
          f += second * <i32>load<i8>(at, 11);
          g += second * <i32>load<i8>(at, 13);
          h += second * <i32>load<i8>(at, 15);
        }
        if (numbers & 1) {
          const only = <i32>load<i16>(x);
          const odd = at - t;
          a += only * <i32>load<i8>(odd);
          b += only * <i32>load<i8>(odd, 1);
          c += only * <i32>load<i8>(odd, 2);
          d += only * <i32>load<i8>(odd, 3);
          e += only * <i32>load<i8>(odd, 4);
          f += only * <i32>load<i8>(odd, 5);
          g += only * <i32>load<i8>(odd, 6);
          h += only * <i32>load<i8>(odd, 7);
          at += row >> 1;
        }
        run += 4;
      } while (run < last);
    }
    store<i32>(to, a);
    store<i32>(to, b, 4);
    store<i32>(to, c, 8);
    store<i32>(to, d, 12);
    store<i32>(to, e, 16);
    store<i32>(to, f, 20);
    store<i32>(to, g, 24);
    store<i32>(to, h, 28);
  }
}
