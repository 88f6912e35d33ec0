// Bilinear resizing with half-pixel centres. Where the image shrinks the triangle grows with it, so that every source
// pixel counts (as Pillow and torchvision's antialias=True do); at equal size the image is unchanged.

/** What one output position reads along an axis: the first source index, and weights that add to 1. */
interface Tap {
  first: number;
  weights: Float64Array;
}

function taps(from: number, to: number): Tap[] {
  const ratio = from / to;
  const reach = Math.max(1, ratio);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * ratio;
    const first = Math.max(0, Math.floor(centre - reach + 0.5));
    const last = Math.min(from, Math.floor(centre + reach + 0.5));
    const weights = Float64Array.from({ length: last - first }, (_, j) =>
      Math.max(0, 1 - Math.abs(first + j + 0.5 - centre) / reach),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/** pixels: height × width × channels; returns toHeight × toWidth × channels, not rounded. */
export function resize(
  pixels: Float32Array,
  [height, width, channels]: readonly [number, number, number],
  [toHeight, toWidth]: readonly [number, number],
): Float32Array {
  if (height === toHeight && width === toWidth) return pixels;
  const rows = new Float32Array(height * toWidth * channels);
  for (const [x, { first, weights }] of taps(width, toWidth).entries()) {
    for (let y = 0; y < height; y++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let j = 0, at = (y * width + first) * channels + c; j < weights.length; j++, at += channels) {
          sum += weights[j] * pixels[at];
        }
        rows[(y * toWidth + x) * channels + c] = sum;
      }
    }
  }
  const out = new Float32Array(toHeight * toWidth * channels);
  const row = toWidth * channels;
  for (const [y, tap] of taps(height, toHeight).entries()) {
    for (const [j, weight] of tap.weights.entries()) {
      for (let i = 0; i < row; i++) out[y * row + i] += weight * rows[(tap.first + j) * row + i];
    }
  }
  return out;
}
