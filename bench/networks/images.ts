import { mulberry32 } from "../../host/solve/random.ts";

/** Share of a pixel's variation that its three colours have in common. */
const GREY = 0.8;

/**
 * `count` seeded images of size × size × 3 float32, about −2…2 as ImageNet's after normalisation: noise of grids of
 * 2, 4, 8 … pixels, interpolated, with amplitudes in proportion to the grid, which gives the 1/f spectrum of photographs.
 */
export function noiseImages(count: number, size: number, seed: number): Float32Array {
  const random = mulberry32(seed);
  const images = new Float32Array(count * size * size * 3);
  for (let n = 0; n < count; n++) {
    const image = images.subarray(n * size * size * 3, (n + 1) * size * size * 3);
    for (let cell = 2; cell < size; cell *= 2) addOctave(image, size, cell, (2.5 * cell) / size, random);
  }
  return images;
}

function addOctave(image: Float32Array, size: number, cell: number, amplitude: number, random: () => number): void {
  const knots = Math.ceil(size / cell) + 1;
  const grid = new Float32Array(knots * knots * 3);
  for (let k = 0; k < grid.length; k += 3) {
    const grey = 2 * random() - 1;
    for (let c = 0; c < 3; c++) grid[k + c] = amplitude * (GREY * grey + (1 - GREY) * (2 * random() - 1));
  }
  for (let y = 0, at = 0; y < size; y++) {
    const [row, down] = [Math.floor(y / cell), (y % cell) / cell];
    for (let x = 0; x < size; x++) {
      const [column, along] = [Math.floor(x / cell), (x % cell) / cell];
      const knot = (row * knots + column) * 3;
      for (let c = 0; c < 3; c++, at++) {
        const above = knot + c;
        const below = above + knots * 3;
        const upper = (1 - along) * grid[above] + along * grid[above + 3];
        const lower = (1 - along) * grid[below] + along * grid[below + 3];
        image[at] += (1 - down) * upper + down * lower;
      }
    }
  }
}
