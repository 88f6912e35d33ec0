// Gradient of a convolution's input.

/**
 * dx[y·strideY + i·dilationY, x·strideX + j·dilationX, c] += Σ_t dy[y, x, t]·w[i, j, t, c] for one padded image dx of
 * `width` pixels a row. dy: outHeight × outWidth × T8; w: kh × kw panels (pack.ts) of T8 × C8; dx: C8 channels.
 * Four pixels by eight channels at a time: the 8 sums stay in registers over t, then go where the tap looked.
 */
export function inputGradient(
  dy: usize,
  w: usize,
  dx: usize,
  width: i32,
  C8: i32,
  outHeight: i32,
  outWidth: i32,
  T8: i32,
  kh: i32,
  kw: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
): void {
  const pixels = outHeight * outWidth;
  const row = (<usize>C8) << 2;
  const run = (<usize>T8) << 2;
  for (let p = 0; p < pixels; p += 4) {
    const p1 = min(p + 1, pixels - 1);
    const p2 = min(p + 2, pixels - 1);
    const p3 = min(p + 3, pixels - 1);
    const y0 = dy + <usize>p * run;
    const y1 = dy + <usize>p1 * run;
    const y2 = dy + <usize>p2 * run;
    const y3 = dy + <usize>p3 * run;
    const x0 = dx + ((<usize>(((p / outWidth) * strideY * width + (p % outWidth) * strideX) * C8)) << 2);
    const x1 = dx + ((<usize>(((p1 / outWidth) * strideY * width + (p1 % outWidth) * strideX) * C8)) << 2);
    const x2 = dx + ((<usize>(((p2 / outWidth) * strideY * width + (p2 % outWidth) * strideX) * C8)) << 2);
    const x3 = dx + ((<usize>(((p3 / outWidth) * strideY * width + (p3 % outWidth) * strideX) * C8)) << 2);
    for (let i = 0; i < kh; i++) {
      for (let j = 0; j < kw; j++) {
        const tap = w + <usize>((i * kw + j) * T8) * row;
        const shift = <usize>(i * dilationY * width + j * dilationX) * row;
        for (let c: usize = 0; c < row; c += 32) {
          let s00 = f32x4.splat(0);
          let s01 = s00;
          let s10 = s00;
          let s11 = s00;
          let s20 = s00;
          let s21 = s00;
          let s30 = s00;
          let s31 = s00;
          let weights = tap + c * T8;
          for (let at: usize = 0; at < run; at += 4) {
            const w0 = v128.load(weights);
            const w1 = v128.load(weights, 16);
            let v = v128.load32_splat(y0 + at);
            s00 = f32x4.add(s00, f32x4.mul(v, w0));
            s01 = f32x4.add(s01, f32x4.mul(v, w1));
            v = v128.load32_splat(y1 + at);
            s10 = f32x4.add(s10, f32x4.mul(v, w0));
            s11 = f32x4.add(s11, f32x4.mul(v, w1));
            v = v128.load32_splat(y2 + at);
            s20 = f32x4.add(s20, f32x4.mul(v, w0));
            s21 = f32x4.add(s21, f32x4.mul(v, w1));
            v = v128.load32_splat(y3 + at);
            s30 = f32x4.add(s30, f32x4.mul(v, w0));
            s31 = f32x4.add(s31, f32x4.mul(v, w1));
            weights += 32;
          }
          const at = shift + c;
          addTo(x0 + at, s00, s01);
          if (p + 1 < pixels) addTo(x1 + at, s10, s11);
          if (p + 2 < pixels) addTo(x2 + at, s20, s21);
          if (p + 3 < pixels) addTo(x3 + at, s30, s31);
        }
      }
    }
  }
}

function addTo(at: usize, low: v128, high: v128): void {
  v128.store(at, f32x4.add(v128.load(at), low));
  v128.store(at, f32x4.add(v128.load(at, 16), high), 16);
}
