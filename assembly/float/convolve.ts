// Convolution of one image.

/**
 * y[p, t] = clamp(bias[t] + Σ_{i,j,c} x[…, c]·w[i, j, c, t], low, high) over a padded image x of `width` pixels a row.
 * w: packed panels (pack.ts) of kh·kw·C × T, bias: T8, T8 = T rounded up to a multiple of 8; y: outHeight × outWidth × T.
 * Four pixels by eight channels at a time: the 8 sums stay in registers.
 */
export function convolve(
  x: usize,
  w: usize,
  bias: usize,
  y: usize,
  width: i32,
  C: i32,
  outHeight: i32,
  outWidth: i32,
  T: i32,
  kh: i32,
  kw: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  low: f32,
  high: f32,
): void {
  const T8 = (T + 7) & ~7;
  const pixels = outHeight * outWidth;
  const last = pixels - 1;
  const out = (<usize>T) << 2;
  const line = (<usize>(width * C * dilationY)) << 2;
  // Taps of a row lie side by side unless they are dilated: then one run of numbers serves them all.
  const runs = dilationX === 1 ? 1 : kw;
  const run = (<usize>(dilationX === 1 ? kw * C : C)) << 2;
  const step = (<usize>(C * dilationX)) << 2;
  const least = f32x4.splat(low);
  const most = f32x4.splat(high);
  for (let t = 0; t < T8; t += 8) {
    const whole = t + 8 <= T;
    const b0 = v128.load(bias + ((<usize>t) << 2));
    const b1 = v128.load(bias + ((<usize>t) << 2), 16);
    for (let p = 0; p < pixels; p += 4) {
      // The last tile repeats the last pixel.
      const p1 = min(p + 1, last);
      const p2 = min(p + 2, last);
      const p3 = min(p + 3, last);
      let x0 = x + ((<usize>(((p / outWidth) * strideY * width + (p % outWidth) * strideX) * C)) << 2);
      let x1 = x + ((<usize>(((p1 / outWidth) * strideY * width + (p1 % outWidth) * strideX) * C)) << 2);
      let x2 = x + ((<usize>(((p2 / outWidth) * strideY * width + (p2 % outWidth) * strideX) * C)) << 2);
      let x3 = x + ((<usize>(((p3 / outWidth) * strideY * width + (p3 % outWidth) * strideX) * C)) << 2);
      let s00 = b0;
      let s01 = b1;
      let s10 = b0;
      let s11 = b1;
      let s20 = b0;
      let s21 = b1;
      let s30 = b0;
      let s31 = b1;
      let weights = w + ((<usize>(t * kh * kw * C)) << 2);
      for (let i = 0; i < kh; i++) {
        for (let j = 0; j < runs; j++) {
          const shift = <usize>j * step;
          let at: usize = shift;
          const end = shift + run;
          while (at < end) {
            const w0 = v128.load(weights);
            const w1 = v128.load(weights, 16);
            let v = v128.load32_splat(x0 + at);
            s00 = f32x4.add(s00, f32x4.mul(v, w0));
            s01 = f32x4.add(s01, f32x4.mul(v, w1));
            v = v128.load32_splat(x1 + at);
            s10 = f32x4.add(s10, f32x4.mul(v, w0));
            s11 = f32x4.add(s11, f32x4.mul(v, w1));
            v = v128.load32_splat(x2 + at);
            s20 = f32x4.add(s20, f32x4.mul(v, w0));
            s21 = f32x4.add(s21, f32x4.mul(v, w1));
            v = v128.load32_splat(x3 + at);
            s30 = f32x4.add(s30, f32x4.mul(v, w0));
            s31 = f32x4.add(s31, f32x4.mul(v, w1));
            at += 4;
            weights += 32;
          }
        }
        x0 += line;
        x1 += line;
        x2 += line;
        x3 += line;
      }
      s00 = f32x4.min(f32x4.max(s00, least), most);
      s01 = f32x4.min(f32x4.max(s01, least), most);
      s10 = f32x4.min(f32x4.max(s10, least), most);
      s11 = f32x4.min(f32x4.max(s11, least), most);
      s20 = f32x4.min(f32x4.max(s20, least), most);
      s21 = f32x4.min(f32x4.max(s21, least), most);
      s30 = f32x4.min(f32x4.max(s30, least), most);
      s31 = f32x4.min(f32x4.max(s31, least), most);
      const at = y + ((<usize>t) << 2);
      if (whole) {
        storeEight(at + <usize>p * out, s00, s01);
        storeEight(at + <usize>p1 * out, s10, s11);
        storeEight(at + <usize>p2 * out, s20, s21);
        storeEight(at + <usize>p3 * out, s30, s31);
      } else {
        storeFirst(at + <usize>p * out, s00, s01, T - t);
        storeFirst(at + <usize>p1 * out, s10, s11, T - t);
        storeFirst(at + <usize>p2 * out, s20, s21, T - t);
        storeFirst(at + <usize>p3 * out, s30, s31, T - t);
      }
    }
  }
}

function storeEight(at: usize, low: v128, high: v128): void {
  v128.store(at, low);
  v128.store(at, high, 16);
}

/** The first `count` (1…7) of eight numbers. */
function storeFirst(at: usize, low: v128, high: v128, count: i32): void {
  if (count >= 4) {
    v128.store(at, low);
    if (count > 4) storeLanes(at + 16, high, count - 4);
  } else {
    storeLanes(at, low, count);
  }
}

function storeLanes(at: usize, lanes: v128, count: i32): void {
  store<f32>(at, f32x4.extract_lane(lanes, 0));
  if (count > 1) store<f32>(at, f32x4.extract_lane(lanes, 1), 4);
  if (count > 2) store<f32>(at, f32x4.extract_lane(lanes, 2), 8);
}
