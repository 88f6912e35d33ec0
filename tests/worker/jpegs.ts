// Photographs and digits as the JPEG files that a client sends.
import jpeg from "jpeg-js";

/** The first `count` images of a data set, `side` × `side` × `channels` bytes each. */
export function jpegs(images: Uint8Array, count: number, side: number, channels: 1 | 3): Uint8Array<ArrayBuffer>[] {
  const pixels = side * side;
  return Array.from({ length: count }, (_, n) => {
    const image = images.subarray(n * pixels * channels, (n + 1) * pixels * channels);
    const data = new Uint8Array(pixels * 4).fill(255);
    for (let i = 0; i < pixels; i++) for (let c = 0; c < 3; c++) data[4 * i + c] = image[channels * i + (c % channels)];
    return new Uint8Array(jpeg.encode({ width: side, height: side, data }, 90).data);
  });
}
