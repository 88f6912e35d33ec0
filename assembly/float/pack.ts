// Matrices in panels of eight columns: what a tile of sums reads of them then lies side by side.

/**
 * rows × columns → ⌈columns / 8⌉ panels of rows × 8, columns beyond the last being 0. Numbers of a column lie rowStride
 * apart in the source, those of a row columnStride: one of them is 1 for a matrix or its transpose.
 */
export function pack(source: usize, target: usize, rows: i32, columns: i32, rowStride: i32, columnStride: i32): void {
  for (let first = 0; first < columns; first += 8) {
    const count = min(8, columns - first);
    for (let row = 0; row < rows; row++) {
      let from = source + ((<usize>(row * rowStride + first * columnStride)) << 2);
      for (let i = 0; i < 8; i++) {
        store<f32>(target, i < count ? load<f32>(from) : 0);
        from += (<usize>columnStride) << 2;
        target += 4;
      }
    }
  }
}
