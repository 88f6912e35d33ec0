// Images between their own size and that which a convolution's windows cover.

/**
 * Copies an image of height × width × channels into a zeroed one of wideHeight × wideWidth, its first pixel at
 * (top, left). Rows and columns that no window covers are left out.
 */
export function pad(
  source: usize,
  target: usize,
  height: i32,
  width: i32,
  channels: i32,
  top: i32,
  left: i32,
  wideHeight: i32,
  wideWidth: i32,
): void {
  const pixel = (<usize>channels) << 2;
  memory.fill(target, 0, <usize>(wideHeight * wideWidth) * pixel);
  const rows = min(height, wideHeight - top);
  const run = <usize>min(width, wideWidth - left) * pixel;
  for (let row = 0; row < rows; row++) {
    memory.copy(target + <usize>((top + row) * wideWidth + left) * pixel, source + <usize>(row * width) * pixel, run);
  }
}

/** The reverse: the image of height × width × channels out of a wide one of wideChannels, 0 where that ends. */
export function crop(
  source: usize,
  target: usize,
  height: i32,
  width: i32,
  channels: i32,
  top: i32,
  left: i32,
  wideHeight: i32,
  wideWidth: i32,
  wideChannels: i32,
): void {
  memory.fill(target, 0, (<usize>(height * width * channels)) << 2);
  const rows = min(height, wideHeight - top);
  const columns = min(width, wideWidth - left);
  for (let row = 0; row < rows; row++) {
    const from = source + ((<usize>(((top + row) * wideWidth + left) * wideChannels)) << 2);
    const to = target + ((<usize>(row * width * channels)) << 2);
    copyColumns(from, to, columns, channels, wideChannels, channels);
  }
}

/** Copies a matrix of rows × `columns` between row lengths `from` and `to` (numbers); columns ≤ both. */
export function copyColumns(source: usize, target: usize, rows: i32, columns: i32, from: i32, to: i32): void {
  if (columns === from && columns === to) {
    memory.copy(target, source, (<usize>(rows * columns)) << 2);
    return;
  }
  for (let row = 0; row < rows; row++) {
    memory.copy(target, source, (<usize>columns) << 2);
    source += (<usize>from) << 2;
    target += (<usize>to) << 2;
  }
}
