// Depthwise convolution of one padded image of `width` pixels a row, and its gradients; C channels, one filter each.

/** y[p, c] = clamp(bias[c] + Σ_{i,j} x[…, c]·w[i, j, c], low, high); w: kh × kw × C. */
export function depthwise(
  x: usize,
  w: usize,
  bias: usize,
  y: usize,
  width: i32,
  C: i32,
  outHeight: i32,
  outWidth: i32,
  kh: i32,
  kw: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  low: f32,
  high: f32,
): void {
  const pixel = (<usize>C) << 2;
  const vectors = C & ~3;
  for (let row = 0; row < outHeight; row++) {
    for (let column = 0; column < outWidth; column++) {
      const at = x + <usize>(row * strideY * width + column * strideX) * pixel;
      for (let c = 0; c < vectors; c += 4) {
        const shift = (<usize>c) << 2;
        let sum = v128.load(bias + shift);
        let weights = w + shift;
        for (let i = 0; i < kh; i++) {
          let from = at + <usize>(i * dilationY * width) * pixel + shift;
          for (let j = 0; j < kw; j++) {
            sum = f32x4.add(sum, f32x4.mul(v128.load(from), v128.load(weights)));
            from += <usize>dilationX * pixel;
            weights += pixel;
          }
        }
        v128.store(y + shift, f32x4.min(f32x4.max(sum, f32x4.splat(low)), f32x4.splat(high)));
      }
      for (let c = vectors; c < C; c++) {
        const shift = (<usize>c) << 2;
        let sum = load<f32>(bias + shift);
        let weights = w + shift;
        for (let i = 0; i < kh; i++) {
          let from = at + <usize>(i * dilationY * width) * pixel + shift;
          for (let j = 0; j < kw; j++) {
            sum += load<f32>(from) * load<f32>(weights);
            from += <usize>dilationX * pixel;
            weights += pixel;
          }
        }
        store<f32>(y + shift, min(max(sum, low), high));
      }
      y += pixel;
    }
  }
}

/** dw[i, j, c] += Σ_p x[…, c]·dy[p, c] and dx[…, c] += w[i, j, c]·dy[p, c]; dy has C8 channels a pixel. */
export function depthwiseGradient(
  x: usize,
  w: usize,
  dy: usize,
  dx: usize,
  dw: usize,
  width: i32,
  C: i32,
  C8: i32,
  outHeight: i32,
  outWidth: i32,
  kh: i32,
  kw: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
): void {
  const pixel = (<usize>C) << 2;
  const vectors = C & ~3;
  for (let row = 0; row < outHeight; row++) {
    for (let column = 0; column < outWidth; column++) {
      const first = <usize>(row * strideY * width + column * strideX) * pixel;
      for (let i = 0; i < kh; i++) {
        for (let j = 0; j < kw; j++) {
          const at = first + <usize>(i * dilationY * width + j * dilationX) * pixel;
          const tap = <usize>(i * kw + j) * pixel;
          for (let c = 0; c < vectors; c += 4) {
            const shift = (<usize>c) << 2;
            const gradient = v128.load(dy + shift);
            const slope = dw + tap + shift;
            v128.store(slope, f32x4.add(v128.load(slope), f32x4.mul(gradient, v128.load(x + at + shift))));
            const input = dx + at + shift;
            v128.store(input, f32x4.add(v128.load(input), f32x4.mul(gradient, v128.load(w + tap + shift))));
          }
          for (let c = vectors; c < C; c++) {
            const shift = (<usize>c) << 2;
            const gradient = load<f32>(dy + shift);
            const slope = dw + tap + shift;
            store<f32>(slope, load<f32>(slope) + gradient * load<f32>(x + at + shift));
            const input = dx + at + shift;
            store<f32>(input, load<f32>(input) + gradient * load<f32>(w + tap + shift));
          }
        }
      }
      dy += (<usize>C8) << 2;
    }
  }
}
