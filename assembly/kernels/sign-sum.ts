// Sums of signed inputs by shared tables: for 4 inputs x0…x3 the 16 sums ±x0±x1±x2±x3 are built once, then every output
// channel adds one table entry, chosen by 4 bits of packed weight, for 4 weights. |entry| ≤ 4·255 fits int16.

/** Builds the tables of `count` int16 inputs (a multiple of 8, zero-padded): 16 int16 a group of 4; bit j is +x_j. */
export function buildTables(x: usize, count: i32, tables: usize): void {
  for (let i = 0; i < count; i += 4, x += 8, tables += 32) {
    if (ASC_FEATURE_SIMD) {
      const x3 = i16x8.splat(load<i16>(x, 6));
      const sums = i16x8.add(
        i16x8.add(
          i16x8.mul(i16x8.splat(load<i16>(x, 0)), i16x8(-1, 1, -1, 1, -1, 1, -1, 1)),
          i16x8.mul(i16x8.splat(load<i16>(x, 2)), i16x8(-1, -1, 1, 1, -1, -1, 1, 1)),
        ),
        i16x8.mul(i16x8.splat(load<i16>(x, 4)), i16x8(-1, -1, -1, -1, 1, 1, 1, 1)),
      );
      v128.store(tables, i16x8.sub(sums, x3), 0);
      v128.store(tables, i16x8.add(sums, x3), 16);
    } else {
      // From the all-minus sum, adding 2·x_j switches sign j on: entry i + 2^j = entry i + 2·x_j.
      store<i16>(tables, -(load<i16>(x, 0) + load<i16>(x, 2) + load<i16>(x, 4) + load<i16>(x, 6)));
      for (let j = 0; j < 4; j++) {
        const twice = 2 * <i32>load<i16>(x + (j << 1));
        const span = 2 << j;
        for (let e = 0; e < span; e += 2) store<i16>(tables + span + e, load<i16>(tables + e) + twice);
      }
    }
  }
}

/** Σ ±x over the tables' inputs, signs from `bytes` packed bytes. |Σ| ≤ 255·MAX_WINDOW < 2^31. */
export function signSum(bits: usize, bytes: i32, tables: usize): i32 {
  let sum = 0;
  for (let end = bits + bytes; bits < end; bits++, tables += 64) {
    const byte = <usize>load<u8>(bits);
    sum += <i32>load<i16>(tables + ((byte & 15) << 1)) + <i32>load<i16>(tables + ((byte >>> 4) << 1), 32);
  }
  return sum;
}
