// 3×3 convolutions as models of one layer.

import { unpackSigns } from "../../host/packing.ts";
import type { Program } from "../../host/program.ts";
import { Builder, type Options, type Shape } from "../../tests/conformance/build.ts";
import { randomInt8 } from "../../tests/support/models.ts";

export interface LayerShape {
  input: Shape;
  channels: number;
  stride: 1 | 2;
}

/** The 3×3 convolutions of ResNet-8 behind its first; it has the second shape of each size twice, and so counts them. */
export const RESNET8_SHAPES: readonly LayerShape[] = [
  { input: [32, 32, 16], channels: 16, stride: 1 },
  { input: [32, 32, 16], channels: 16, stride: 1 },
  { input: [32, 32, 16], channels: 32, stride: 2 },
  { input: [16, 16, 32], channels: 32, stride: 1 },
  { input: [16, 16, 32], channels: 64, stride: 2 },
  { input: [8, 8, 64], channels: 64, stride: 1 },
];

export const macs = ({ input: [h, w, c], channels, stride }: LayerShape): number =>
  (h / stride) * (w / stride) * channels * 9 * c;

export const shapeName = ({ input: [h, w, c], channels, stride }: LayerShape): string =>
  `${c} → ${channels} at ${h}×${w}${stride === 2 ? ", stride 2" : ""}`;

/** A layer of one plane of signs, with its numbers as the kernels it is compared with take them. */
export interface SignLayer extends LayerShape {
  program: Program;
  /** Rows and columns of padding before the image. */
  before: number;
  /** T × 3 × 3 × C, ±1. */
  signs: Int8Array;
  x: Int8Array;
}

/** Bytes of arena in which ResNet-8 runs. */
const ARENA = 44 * 1024;

/** "Same" padding as TensorFlow has it; at stride 2 all of it is behind the image. */
function options({ channels, stride }: LayerShape): Options {
  const before = stride === 1 ? 1 : 0;
  return { kernel: [3, 3], stride: [stride, stride], pad: [before, before, 1, 1], channels, zero: [0, 0] };
}

/** The scratch that the arena has beside input and output. */
function roomOf({ input: [height, width, depth], channels, stride }: LayerShape): number {
  return ARENA - height * width * depth - (height / stride) * (width / stride) * channels;
}

/** The input's zero point is 0, so that the sums are those of the numbers as they stand. */
export function signLayer(shape: LayerShape, seed: number): SignLayer {
  const builder = new Builder(shape.input, seed, 0);
  builder.window("BinaryPlanes", { ...options(shape), room: roomOf(shape) });
  const program = builder.done();
  const [height, width, depth] = shape.input;
  return {
    ...shape,
    program,
    before: shape.stride === 1 ? 1 : 0,
    signs: unpackSigns(program.layers[0].weights, shape.channels, 9 * depth),
    x: randomInt8(height * width * depth, seed + 1),
  };
}

/** The same shape as an int8 layer. */
export function int8Layer(shape: LayerShape, seed: number): Program {
  const builder = new Builder(shape.input, seed, 0);
  builder.window("Conv2D", options(shape));
  return builder.done();
}

/** The same as a semi-binary layer. */
export function semiBinaryLayer(shape: LayerShape, rank: number, seed: number): Program {
  const builder = new Builder(shape.input, seed, 0);
  builder.window("SemiBinary", { ...options(shape), rank });
  return builder.done();
}
