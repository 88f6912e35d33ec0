// Layers of signs beside dense int8 convolutions, on the shapes of ResNet-8. A layer of one plane is conv_v with its
// requantisation to int8 and its edges, table building included; the bare kernels leave int32 sums behind.

import assert from "node:assert/strict";
import { Engine, type Level } from "../../host/engine.ts";
import type { Program } from "../../host/program.ts";
import { runReference } from "../../host/reference/index.ts";
import { writeModel } from "../../host/write.ts";
import { type BareKernel, denseKernel, plainKernel } from "./bare.ts";
import { int8Layer, macs, RESNET8_SHAPES, type SignLayer, shapeName, signLayer } from "./layer-models.ts";
import { type Candidate, interleaved, type Measured, type Rounds, timed } from "./rounds.ts";

export const KERNELS = ["signs, simd128", "signs, scalar", "int8, simd128", "pairs", "rows", "plain"] as const;
export type Kernel = (typeof KERNELS)[number];

export interface KernelRow {
  shape: string;
  macs: number;
  times: Record<Kernel, Measured>;
}

/** A model's inference without copies of input and output; its output must be the reference's. */
export async function layerCandidate(program: Program, x: Int8Array, level: Level): Promise<Candidate> {
  const engine = await Engine.load(writeModel(program), "layer", level);
  engine.input().set(x);
  engine.run();
  assert.deepEqual(engine.output(), runReference(program, x).at(-1));
  return { name: `${program.layers[0].kind}, ${level}`, seconds: timed(() => engine.run()) };
}

/** Σ ±x of every output, as the layer's definition has them. */
function definition({ input: [height, width, depth], channels, stride, before, signs, x }: SignLayer): Int32Array {
  const [rows, columns] = [height / stride, width / stride];
  return Int32Array.from({ length: rows * columns * channels }, (_, i) => {
    const t = i % channels;
    const pixel = Math.floor(i / channels);
    let sum = 0;
    for (let tap = 0; tap < 9; tap++) {
      const row = Math.floor(pixel / columns) * stride + Math.floor(tap / 3) - before;
      const column = (pixel % columns) * stride + (tap % 3) - before;
      if (row < 0 || row >= height || column < 0 || column >= width) continue;
      for (let c = 0; c < depth; c++) sum += signs[(t * 9 + tap) * depth + c] * x[(row * width + column) * depth + c];
    }
    return sum;
  });
}

async function checked(kernel: BareKernel, sums: Int32Array): Promise<Candidate> {
  await kernel.seconds(1);
  assert.deepEqual(kernel.sums(), sums, kernel.name);
  return kernel;
}

async function candidatesOf(layer: SignLayer, seed: number): Promise<Candidate[]> {
  const sums = definition(layer);
  const candidates: Record<Kernel, Candidate> = {
    "signs, simd128": await layerCandidate(layer.program, layer.x, "simd128"),
    "signs, scalar": await layerCandidate(layer.program, layer.x, "scalar"),
    "int8, simd128": await layerCandidate(int8Layer(layer, seed), layer.x, "simd128"),
    pairs: await checked(await denseKernel(layer, "pairs"), sums),
    rows: await checked(await denseKernel(layer, "rows"), sums),
    plain: await checked(await plainKernel(layer), sums),
  };
  return KERNELS.map((name) => candidates[name]);
}

/** All layers take turns, so that a round has a time for all six together. */
export async function kernels(rounds: Rounds): Promise<KernelRow[]> {
  const candidates: Candidate[] = [];
  for (const [i, shape] of RESNET8_SHAPES.entries())
    candidates.push(...(await candidatesOf(signLayer(shape, i + 1), i + 1)));
  const measured = await interleaved(candidates, rounds);
  return RESNET8_SHAPES.map((shape, i) => {
    const times = Object.fromEntries(KERNELS.map((name, k) => [name, measured[i * KERNELS.length + k]]));
    return { shape: shapeName(shape), macs: macs(shape), times: times as KernelRow["times"] };
  });
}
