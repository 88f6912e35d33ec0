/** Σ w·x of `count` int8 weights and int16 inputs; |Σ| ≤ 128 · 255 · MAX_DENSE_WINDOW < 2^31. */
export function dot(w: usize, x: usize, count: i32): i32 {
  let sum = 0;
  let i = 0;
  if (ASC_FEATURE_SIMD) {
    let lanes = i32x4.splat(0);
    for (; i <= count - 8; i += 8)
      lanes = i32x4.add(lanes, i32x4.dot_i16x8_s(v128.load8x8_s(w + i), v128.load(x + (i << 1))));
    sum =
      i32x4.extract_lane(lanes, 0) +
      i32x4.extract_lane(lanes, 1) +
      i32x4.extract_lane(lanes, 2) +
      i32x4.extract_lane(lanes, 3);
  }
  for (; i < count; i++) sum += <i32>load<i8>(w + i) * <i32>load<i16>(x + (i << 1));
  return sum;
}
