// Dense int8 3×3 convolutions with SIMD, int32 sums out: what sign-sum tables are compared with. The input is widened to
// 16 bits into a padded copy, in which the three columns of a window's row lie in one run, so nothing is gathered.

/** Rows of `padded` are as wide as the strided windows need; numbers are int16, pixel by pixel. */
export function pad(
  x: usize,
  height: i32,
  width: i32,
  channels: i32,
  before: i32,
  paddedHeight: i32,
  paddedWidth: i32,
  padded: usize,
): void {
  memory.fill(padded, 0, paddedHeight * paddedWidth * channels * 2);
  for (let row = 0; row < height; row++) {
    let to = padded + ((row + before) * paddedWidth + before) * channels * 2;
    const end = to + width * channels * 2;
    while (to < end) {
      v128.store(to, v128.load8x8_s(x));
      x += 8;
      to += 16;
    }
  }
}

/**
 * Lanes are output channels: each of 4 pixels' pairs of inputs is spread over a vector, and meets the pairs of weights of
 * 8 channels. weights: [T / 8][3 · 3C / 2][8][2] int16; width a multiple of 4, T of 8, C of 2. sums: pixels × T.
 */
export function pairs(
  padded: usize,
  paddedWidth: i32,
  channels: i32,
  weights: usize,
  height: i32,
  width: i32,
  outputs: i32,
  stride: i32,
  sums: usize,
): void {
  const row = paddedWidth * channels * 2;
  const run = 3 * channels * 2;
  const step = stride * channels * 2;
  for (let oy = 0; oy < height; oy++) {
    for (let ox = 0; ox < width; ox += 4) {
      const window = padded + oy * stride * row + ox * step;
      let w = weights;
      let to = sums + (oy * width + ox) * outputs * 4;
      for (let t = 0; t < outputs; t += 8) {
        let a0 = i32x4.splat(0);
        let a1 = a0;
        let b0 = a0;
        let b1 = a0;
        let c0 = a0;
        let c1 = a0;
        let d0 = a0;
        let d1 = a0;
        for (let ky = 0; ky < 3; ky++) {
          let p = window + ky * row;
          const end = p + run;
          do {
            const w0 = v128.load(w);
            const w1 = v128.load(w, 16);
            const a = v128.load32_splat(p);
            a0 = i32x4.add(a0, i32x4.dot_i16x8_s(a, w0));
            a1 = i32x4.add(a1, i32x4.dot_i16x8_s(a, w1));
            const b = v128.load32_splat(p + step);
            b0 = i32x4.add(b0, i32x4.dot_i16x8_s(b, w0));
            b1 = i32x4.add(b1, i32x4.dot_i16x8_s(b, w1));
            const c = v128.load32_splat(p + 2 * step);
            c0 = i32x4.add(c0, i32x4.dot_i16x8_s(c, w0));
            c1 = i32x4.add(c1, i32x4.dot_i16x8_s(c, w1));
            const d = v128.load32_splat(p + 3 * step);
            d0 = i32x4.add(d0, i32x4.dot_i16x8_s(d, w0));
            d1 = i32x4.add(d1, i32x4.dot_i16x8_s(d, w1));
            w += 32;
            p += 4;
          } while (p < end);
        }
        const next = outputs * 4;
        v128.store(to, a0);
        v128.store(to, a1, 16);
        v128.store(to + next, b0);
        v128.store(to + next, b1, 16);
        v128.store(to + 2 * next, c0);
        v128.store(to + 2 * next, c1, 16);
        v128.store(to + 3 * next, d0);
        v128.store(to + 3 * next, d1, 16);
        to += 32;
      }
    }
  }
}

function total(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return i32x4.add(v128.shuffle<i64>(ab, cd, 0, 2), v128.shuffle<i64>(ab, cd, 1, 3));
}

/** Lanes are inputs: 8 of 2 pixels meet those of 4 output channels. weights: [T][3 · 3C] int16; C a multiple of 8. */
export function rows(
  padded: usize,
  paddedWidth: i32,
  channels: i32,
  weights: usize,
  height: i32,
  width: i32,
  outputs: i32,
  stride: i32,
  sums: usize,
): void {
  const row = paddedWidth * channels * 2;
  const run = 3 * channels * 2;
  const step = stride * channels * 2;
  const size = 3 * run;
  for (let oy = 0; oy < height; oy++) {
    for (let ox = 0; ox < width; ox += 2) {
      const window = padded + oy * stride * row + ox * step;
      let to = sums + (oy * width + ox) * outputs * 4;
      for (let t = 0; t < outputs; t += 4) {
        let w = weights + t * size;
        let a0 = i32x4.splat(0);
        let a1 = a0;
        let b0 = a0;
        let b1 = a0;
        let c0 = a0;
        let c1 = a0;
        let d0 = a0;
        let d1 = a0;
        for (let ky = 0; ky < 3; ky++) {
          let p = window + ky * row;
          const end = p + run;
          do {
            const x0 = v128.load(p);
            const x1 = v128.load(p + step);
            const wa = v128.load(w);
            a0 = i32x4.add(a0, i32x4.dot_i16x8_s(x0, wa));
            a1 = i32x4.add(a1, i32x4.dot_i16x8_s(x1, wa));
            const wb = v128.load(w + size);
            b0 = i32x4.add(b0, i32x4.dot_i16x8_s(x0, wb));
            b1 = i32x4.add(b1, i32x4.dot_i16x8_s(x1, wb));
            const wc = v128.load(w + 2 * size);
            c0 = i32x4.add(c0, i32x4.dot_i16x8_s(x0, wc));
            c1 = i32x4.add(c1, i32x4.dot_i16x8_s(x1, wc));
            const wd = v128.load(w + 3 * size);
            d0 = i32x4.add(d0, i32x4.dot_i16x8_s(x0, wd));
            d1 = i32x4.add(d1, i32x4.dot_i16x8_s(x1, wd));
            w += 16;
            p += 16;
          } while (p < end);
        }
        v128.store(to, total(a0, b0, c0, d0));
        v128.store(to + outputs * 4, total(a1, b1, c1, d1));
        to += 16;
      }
    }
  }
}
