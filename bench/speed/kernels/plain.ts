// The int8 3×3 convolution as anyone would write it: the scalar baseline.

/** x: h × w × c int8; weights: t × 3 × 3 × c int8; sums: h / stride × w / stride × t int32. `before`: padding. */
export function convolve(
  x: usize,
  height: i32,
  width: i32,
  channels: i32,
  weights: usize,
  outputs: i32,
  stride: i32,
  before: i32,
  sums: usize,
): void {
  const outHeight = height / stride;
  const outWidth = width / stride;
  for (let oy = 0; oy < outHeight; oy++) {
    for (let ox = 0; ox < outWidth; ox++) {
      for (let t = 0; t < outputs; t++) {
        let sum = 0;
        for (let ky = 0; ky < 3; ky++) {
          const row = oy * stride + ky - before;
          if (<u32>row >= <u32>height) continue;
          for (let kx = 0; kx < 3; kx++) {
            const column = ox * stride + kx - before;
            if (<u32>column >= <u32>width) continue;
            const from = x + (row * width + column) * channels;
            const w = weights + ((t * 3 + ky) * 3 + kx) * channels;
            for (let c = 0; c < channels; c++) sum += <i32>load<i8>(from + c) * <i32>load<i8>(w + c);
          }
        }
        store<i32>(sums, sum);
        sums += 4;
      }
    }
  }
}
