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

/**
 * The same of 4 rows of weights, `row` bytes apart, with x, which goes on with zeros to a multiple of 8: what is read
 * behind a row counts for nothing.
 */
export function dot4(w: usize, row: usize, x: usize, count: i32): v128 {
  let a = i32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  for (let end = w + count; w < end; w += 8, x += 16) {
    const values = v128.load(x);
    a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load8x8_s(w), values));
    b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load8x8_s(w + row), values));
    c = i32x4.add(c, i32x4.dot_i16x8_s(v128.load8x8_s(w + 2 * row), values));
    d = i32x4.add(d, i32x4.dot_i16x8_s(v128.load8x8_s(w + 3 * row), values));
  }
  const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return i32x4.add(v128.shuffle<i64>(ab, cd, 0, 2), v128.shuffle<i64>(ab, cd, 1, 3));
}
