// The gradient through an activation that clamps, and through the bias before it.

/**
 * out = dy where low < y < high, else 0; dbias[t] += Σ_rows out[row, t]. dy and y: rows × T, out: rows × T8 with zeros
 * beyond T, dbias: T8 numbers.
 */
export function maskGradient(
  dy: usize,
  y: usize,
  out: usize,
  dbias: usize,
  rows: i32,
  T: i32,
  low: f32,
  high: f32,
): void {
  const T8 = (T + 7) & ~7;
  const vectors = T & ~3;
  const least = f32x4.splat(low);
  const most = f32x4.splat(high);
  for (let row = 0; row < rows; row++) {
    for (let t = 0; t < vectors; t += 4) {
      const at = (<usize>t) << 2;
      const value = v128.load(y + at);
      const inside = v128.and(f32x4.gt(value, least), f32x4.lt(value, most));
      const gradient = v128.and(v128.load(dy + at), inside);
      v128.store(out + at, gradient);
      v128.store(dbias + at, f32x4.add(v128.load(dbias + at), gradient));
    }
    for (let t = vectors; t < T; t++) {
      const at = (<usize>t) << 2;
      const value = load<f32>(y + at);
      const gradient = value > low && value < high ? load<f32>(dy + at) : <f32>0;
      store<f32>(out + at, gradient);
      store<f32>(dbias + at, load<f32>(dbias + at) + gradient);
    }
    for (let t = T; t < T8; t++) store<f32>(out + ((<usize>t) << 2), 0);
    dy += (<usize>T) << 2;
    y += (<usize>T) << 2;
    out += (<usize>T8) << 2;
  }
}
