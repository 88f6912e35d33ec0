// Small hand-made models: programs with every offset set, as the plan pass would set them.

import { align, packedRowBytes } from "../../format/layout.ts";
import { withRows } from "../../host/passes/rows.ts";
import { withStrip } from "../../host/passes/strip.ts";
import { emptyLayer, type Program, type ProgramTensor } from "../../host/program.ts";
import { mulberry32 } from "../../host/solve/random.ts";

/** Deterministic 32-bit numbers (mulberry32). */
export function random(seed: number): () => number {
  const next = mulberry32(seed);
  return () => next() * 2 ** 32; // exact: the generator divides 32 bits by 2^32
}

/** `count` int8 values over their whole range. */
export function randomInt8(count: number, seed: number): Int8Array {
  const next = random(seed);
  return Int8Array.from({ length: count }, () => (next() & 255) - 128);
}

/** Gives every tensor memory of its own, behind it the scratch that all layers share. */
function place(program: Program): Program {
  let end = 0;
  for (const tensor of program.tensors) {
    tensor.arenaOffset = end;
    end += align(tensor.shape[0] * tensor.shape[1] * tensor.shape[2]);
  }
  for (const layer of program.layers) layer.scratchOffset = layer.scratchBytes === 0 ? 0 : end;
  program.arenaBytes = end + Math.max(...program.layers.map((layer) => layer.scratchBytes));
  return program;
}

function tensor(shape: ProgramTensor["shape"], scale: number, zeroPoint: number): ProgramTensor {
  return { shape, scale: Math.fround(scale), zeroPoint, arenaOffset: 0 };
}

/**
 * Shapes: 6×6×3 pixels → semi-binary 3×3 convolution to 4 channels (K = 5) → three scores.
 * Its scores span negative and positive reals. `labels` null leaves them out.
 */
export function shapesModel(labels: string[] | null = ["circle", "square", "triangle"]): Program {
  const [h, w, c, t, k, classes] = [6, 6, 3, 4, 5, 3];
  const window = 3 * 3 * c;
  const next = random(7);
  const bytes = (count: number) => Uint8Array.from({ length: count }, () => next() & 255);

  const conv = emptyLayer("SemiBinary", "conv", 0, 1);
  conv.kernel = [3, 3];
  conv.padTop = 1;
  conv.padLeft = 1;
  conv.rank = k;
  // Bits beyond a row's last sign are zero.
  conv.weights = bytes(k * packedRowBytes(window)).map((b, i) => (i % 4 === 3 ? b & 7 : b));
  conv.weightsU = bytes(t * packedRowBytes(k)).map((b) => b & 31);
  conv.bias = Int32Array.from({ length: t }, (_, i) => 40 * i - 60);
  conv.multipliers = Int32Array.from({ length: k }, (_, i) => 20000 + 3000 * i);
  conv.shifts = Int32Array.from({ length: t }, (_, i) => 30000 + 2500 * i);
  conv.shiftM = 18;
  conv.shiftR = 17;
  conv.biasShift = 15;

  const dense = emptyLayer("FullyConnected", "dense", 1, 2);
  dense.weights = bytes(classes * h * w * t);
  dense.bias = Int32Array.of(120, -700, 300);
  dense.multipliers = new Int32Array(classes).fill(1 << 30);
  dense.shifts = new Int32Array(classes).fill(-9);

  return place({
    tensors: [tensor([h, w, c], 1 / 255, -128), tensor([h, w, t], 0.05, -3), tensor([1, 1, classes], 0.0371, 11)],
    layers: [withStrip(conv, [h, w, c], [h, w, t], 4096), withRows(dense, [h, w, t], [1, 1, classes])],
    input: 0,
    output: 2,
    arenaBytes: 0,
    metadata: { name: "shapes", ...(labels ? { labels } : {}) },
  });
}

/** One Lookup layer from `count` values to as many, each to itself: outputs are the inputs, under a chosen scale. */
export function identityModel(count: number, scale: number, zeroPoint: number): Program {
  const lookup = emptyLayer("Lookup", "identity", 0, 1);
  lookup.weights = Uint8Array.from({ length: 256 }, (_, i) => (i - 128) & 255);
  return place({
    tensors: [tensor([1, 1, count], 1, 0), tensor([1, 1, count], scale, zeroPoint)],
    layers: [lookup],
    input: 0,
    output: 1,
    arenaBytes: 0,
    metadata: {},
  });
}
