// Gradient of a convolution's weights.

/** Rows of output that a tile of sums goes through before the next: 4 rows of x and dy stay in the first-level cache. */
const ROWS = 4;

/**
 * dw[i, j, c, t] += Σ_pixels x[y·strideY + i·dilationY, x·strideX + j·dilationX, c]·dy[y, x, t] for one padded image x of
 * `width` pixels a row. dy: outHeight × outWidth × T8, dw: kh × kw × C × T8, T8 a multiple of 8.
 * Four channels of input by eight of output at a time: the 8 sums stay in registers.
 */
export function filterGradient(
  x: usize,
  dy: usize,
  dw: usize,
  width: i32,
  C: i32,
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
  for (let top = 0; top < outHeight; top += ROWS) {
    const rows = min(ROWS, outHeight - top);
    const part = dy + ((<usize>(top * outWidth * T8)) << 2);
    for (let i = 0; i < kh; i++) {
      for (let j = 0; j < kw; j++) {
        const first = x + ((<usize>(((top * strideY + i * dilationY) * width + j * dilationX) * C)) << 2);
        const tap = dw + ((<usize>((i * kw + j) * C * T8)) << 2);
        let c = 0;
        for (; c + 4 <= C; c += 4) {
          for (let t = 0; t < T8; t += 8) tile4(first, part, tap, width, C, rows, outWidth, T8, strideY, strideX, c, t);
        }
        for (; c < C; c++) {
          for (let t = 0; t < T8; t += 8) tile1(first, part, tap, width, C, rows, outWidth, T8, strideY, strideX, c, t);
        }
      }
    }
  }
}

function tile4(
  x: usize,
  dy: usize,
  tap: usize,
  width: i32,
  C: i32,
  rows: i32,
  columns: i32,
  T8: i32,
  strideY: i32,
  strideX: i32,
  c: i32,
  t: i32,
): void {
  const next = (<usize>T8) << 2;
  const pixel = (<usize>(strideX * C)) << 2;
  const r0 = tap + ((<usize>(c * T8 + t)) << 2);
  const r1 = r0 + next;
  const r2 = r1 + next;
  const r3 = r2 + next;
  let s00 = v128.load(r0);
  let s01 = v128.load(r0, 16);
  let s10 = v128.load(r1);
  let s11 = v128.load(r1, 16);
  let s20 = v128.load(r2);
  let s21 = v128.load(r2, 16);
  let s30 = v128.load(r3);
  let s31 = v128.load(r3, 16);
  let d = dy + ((<usize>t) << 2);
  for (let row = 0; row < rows; row++) {
    let at = x + ((<usize>(row * strideY * width * C + c)) << 2);
    const end = d + <usize>columns * next;
    while (d < end) {
      const d0 = v128.load(d);
      const d1 = v128.load(d, 16);
      let v = v128.load32_splat(at);
      s00 = f32x4.add(s00, f32x4.mul(v, d0));
      s01 = f32x4.add(s01, f32x4.mul(v, d1));
      v = v128.load32_splat(at, 4);
      s10 = f32x4.add(s10, f32x4.mul(v, d0));
      s11 = f32x4.add(s11, f32x4.mul(v, d1));
      v = v128.load32_splat(at, 8);
      s20 = f32x4.add(s20, f32x4.mul(v, d0));
      s21 = f32x4.add(s21, f32x4.mul(v, d1));
      v = v128.load32_splat(at, 12);
      s30 = f32x4.add(s30, f32x4.mul(v, d0));
      s31 = f32x4.add(s31, f32x4.mul(v, d1));
      at += pixel;
      d += next;
    }
  }
  v128.store(r0, s00);
  v128.store(r0, s01, 16);
  v128.store(r1, s10);
  v128.store(r1, s11, 16);
  v128.store(r2, s20);
  v128.store(r2, s21, 16);
  v128.store(r3, s30);
  v128.store(r3, s31, 16);
}

function tile1(
  x: usize,
  dy: usize,
  tap: usize,
  width: i32,
  C: i32,
  rows: i32,
  columns: i32,
  T8: i32,
  strideY: i32,
  strideX: i32,
  c: i32,
  t: i32,
): void {
  const next = (<usize>T8) << 2;
  const out = tap + ((<usize>(c * T8 + t)) << 2);
  let s0 = v128.load(out);
  let s1 = v128.load(out, 16);
  let d = dy + ((<usize>t) << 2);
  for (let row = 0; row < rows; row++) {
    let at = x + ((<usize>(row * strideY * width * C + c)) << 2);
    for (let column = 0; column < columns; column++) {
      const v = v128.load32_splat(at);
      s0 = f32x4.add(s0, f32x4.mul(v, v128.load(d)));
      s1 = f32x4.add(s1, f32x4.mul(v, v128.load(d, 16)));
      at += (<usize>(strideX * C)) << 2;
      d += next;
    }
  }
  v128.store(out, s0);
  v128.store(out, s1, 16);
}
