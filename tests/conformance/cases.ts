// One table of cases that every level, every engine and the reference must agree on, byte for byte.
import type { Kind, Program } from "../../host/program.ts";
import { Builder, type Options, type Shape } from "./build.ts";

export interface Case {
  name: string;
  program: Program;
}

type Row = [name: string, input: Shape, build: (b: Builder) => void, zero?: number];

const layer =
  (kind: Kind, options: Options = {}) =>
  (b: Builder) =>
    void b.window(kind, options);
const same: Options = { kernel: [3, 3], pad: [1, 1, 1, 1] };

const ROWS: Row[] = [
  ["Conv2D 1×1", [5, 4, 8], layer("Conv2D", { channels: 6 })],
  ["Conv2D 3×3, 1 channel", [7, 6, 1], layer("Conv2D", { ...same, channels: 5 })],
  ["Conv2D 3×3, 3 channels", [7, 6, 3], layer("Conv2D", { ...same, channels: 8 })],
  ["Conv2D 3×3, 17 channels", [5, 5, 17], layer("Conv2D", { ...same, channels: 9 })],
  [
    "Conv2D stride 2, padding at the end only",
    [8, 8, 4],
    layer("Conv2D", { kernel: [3, 3], stride: [2, 2], pad: [0, 0, 1, 1], channels: 8 }),
  ],
  ["Conv2D stride 3 leaves pixels over", [10, 9, 2], layer("Conv2D", { kernel: [2, 2], stride: [3, 3], channels: 3 })],
  [
    "Conv2D dilation 2",
    [9, 9, 3],
    layer("Conv2D", { kernel: [3, 3], dilation: [2, 2], pad: [2, 2, 2, 2], channels: 4 }),
  ],
  [
    "Conv2D kernel larger than the image",
    [2, 3, 4],
    layer("Conv2D", { kernel: [5, 5], pad: [2, 2, 2, 2], channels: 4 }),
  ],
  ["Conv2D 1×1 with padding: windows wholly outside the image", [3, 3, 4], layer("Conv2D", { pad: [1, 1, 1, 1] })],
  ["DepthwiseConv2D 1×1 with padding", [3, 3, 4], layer("DepthwiseConv2D", { pad: [1, 2, 0, 1] })],
  ["SemiBinary 1×1 with padding", [3, 3, 4], layer("SemiBinary", { pad: [2, 1, 1, 2], channels: 5 })],
  [
    "Conv2D 10×4 kernel, stride 2 (keyword spotting)",
    [49, 10, 1],
    layer("Conv2D", { kernel: [10, 4], stride: [2, 2], pad: [4, 1, 5, 1], channels: 8 }),
  ],
  ["Conv2D in 2 groups", [6, 6, 8], layer("Conv2D", { ...same, groups: 2, channels: 6 })],
  ["Conv2D in 3 groups of 3", [4, 4, 9], layer("Conv2D", { groups: 3, channels: 3 })],
  ["Conv2D zero points at the ends", [5, 5, 4], layer("Conv2D", { ...same, zero: [127, -128] }), 127],
  ["Conv2D clamped to Relu6's range", [5, 5, 4], layer("Conv2D", { ...same, range: [5, 91] }), -128],
  ["DepthwiseConv2D 3×3, 5 channels", [6, 6, 5], layer("DepthwiseConv2D", same)],
  ["DepthwiseConv2D 3×3, 16 channels", [6, 6, 16], layer("DepthwiseConv2D", same)],
  [
    "DepthwiseConv2D 3×3, 19 channels, stride 2",
    [7, 7, 19],
    layer("DepthwiseConv2D", { kernel: [3, 3], stride: [2, 2], pad: [1, 1, 1, 1] }),
  ],
  [
    "DepthwiseConv2D dilation 3",
    [9, 9, 8],
    layer("DepthwiseConv2D", { kernel: [3, 3], dilation: [3, 3], pad: [3, 3, 3, 3] }),
  ],
  ["DepthwiseConv2D multiplier 3", [5, 5, 4], layer("DepthwiseConv2D", { ...same, channels: 12 })],
  ["DepthwiseConv2D zero point −128", [5, 5, 8], layer("DepthwiseConv2D", same), -128],
  ["FullyConnected, 1 input", [1, 1, 1], (b) => void b.fullyConnected(3)],
  ["FullyConnected, 7 inputs", [1, 1, 7], (b) => void b.fullyConnected(5)],
  ["FullyConnected, 64 inputs", [1, 1, 64], (b) => void b.fullyConnected(12)],
  ["FullyConnected over a 3×3×11 map", [3, 3, 11], (b) => void b.fullyConnected(10)],
  ["FullyConnected over the channels of each pixel", [3, 2, 11], (b) => void b.fullyConnected(5, "pixels")],
  ["Add of two branches", [4, 4, 6], (b) => void b.add(b.window("Conv2D", same, 0), 0, [-100, 90])],
  ["Add of a tensor to itself", [3, 3, 5], (b) => void b.add(0, 0)],
  ["Mul of two branches", [4, 4, 6], (b) => void b.mul(b.window("Conv2D", same, 0), 0)],
  ["Mul by one value a channel (squeeze and excite)", [4, 4, 6], (b) => void b.mul(0, b.mean(0))],
  ["Concat of channels", [4, 3, 5], (b) => void b.concat(2, [b.window("MaxPool", same, 0), 0])],
  [
    "Concat of rows, three inputs",
    [4, 3, 5],
    (b) => void b.concat(0, [0, b.window("MaxPool", { kernel: [2, 1] }, 0), 0]),
  ],
  ["Concat of columns", [4, 3, 5], (b) => void b.concat(1, [0, b.window("AveragePool", { kernel: [1, 2] }, 0)])],
  ["Pad, asymmetric", [3, 4, 5], (b) => void b.pad([0, 1, 2, 3])],
  ["AveragePool 2×2", [6, 6, 7], layer("AveragePool", { kernel: [2, 2], stride: [2, 2] })],
  [
    "AveragePool 3×3 with padding counts inside pixels only",
    [5, 5, 4],
    layer("AveragePool", { ...same, stride: [2, 2] }),
  ],
  ["AveragePool over the whole map", [8, 8, 6], layer("AveragePool", { kernel: [8, 8] })],
  ["MaxPool 3×3 with padding", [5, 6, 9], layer("MaxPool", { ...same, stride: [2, 2], range: [-90, 100] })],
  ["Mean", [7, 5, 6], (b) => void b.mean()],
  ["Softmax over 10", [1, 1, 10], (b) => void b.softmax()],
  ["Softmax over 1", [1, 1, 1], (b) => void b.softmax()],
  ["Softmax a pixel, sharp", [3, 2, 12], (b) => void b.softmax(20)],
  ["Softmax over 1,000", [1, 1, 1000], (b) => void b.softmax(0.25)],
  ["Lookup", [5, 5, 7], (b) => void b.lookup()],
  ["SemiBinary 3×3, 1 channel", [6, 6, 1], layer("SemiBinary", { ...same, channels: 4, rank: 4 })],
  ["SemiBinary 3×3, 3 channels, K = 5", [6, 6, 3], layer("SemiBinary", { ...same, channels: 7, rank: 5 })],
  ["SemiBinary 3×3, 16 channels, K = T", [5, 5, 16], layer("SemiBinary", { ...same, channels: 16 })],
  ["SemiBinary 1×1, K = 2T", [4, 4, 24], layer("SemiBinary", { channels: 12, rank: 24 })],
  ["SemiBinary K = 1, one output", [4, 4, 5], layer("SemiBinary", { ...same, channels: 1, rank: 1 })],
  ["SemiBinary K = 258", [2, 2, 8], layer("SemiBinary", { channels: 8, rank: 258 })],
  ["SemiBinary K = 1100", [2, 2, 8], layer("SemiBinary", { channels: 4, rank: 1100 })],
  [
    "SemiBinary stride 2, padding at the end only",
    [8, 8, 8],
    layer("SemiBinary", { kernel: [3, 3], stride: [2, 2], pad: [0, 0, 1, 1], channels: 8 }),
  ],
  [
    "SemiBinary dilation 2, Relu",
    [7, 7, 4],
    layer("SemiBinary", { kernel: [3, 3], dilation: [2, 2], pad: [2, 2, 2, 2], range: [5, 127] }),
  ],
  ["SemiBinary zero points at the ends", [5, 5, 4], layer("SemiBinary", { ...same, zero: [127, -128] }), 127],
  [
    "SemiBinary over a whole map (FullyConnected)",
    [4, 4, 6],
    layer("SemiBinary", { kernel: [4, 4], channels: 10, rank: 16 }),
  ],
  ["SemiBinary in strips of columns", [3, 150, 8], layer("SemiBinary", { ...same, room: 20_000 })],
  [
    "SemiBinary in the least scratch: a pixel, 4 channels at once",
    [6, 5, 24],
    layer("SemiBinary", { ...same, room: 0 }),
  ],
  ["SemiBinary in batches of channels", [12, 12, 40], layer("SemiBinary", { ...same, channels: 24, room: 12_000 })],
  [
    "SemiBinary stride 3, dilation 2: planes by residue",
    [15, 17, 8],
    layer("SemiBinary", { kernel: [3, 3], stride: [3, 3], dilation: [2, 2], pad: [1, 2, 2, 1], room: 30_000 }),
  ],
  [
    "SemiBinary stride 2 by 1, kernel 4×3",
    [13, 9, 12],
    layer("SemiBinary", { kernel: [4, 3], stride: [2, 1], pad: [1, 1, 2, 1], channels: 20, room: 16_000 }),
  ],
  ["SemiBinary 1×1 over 260 channels, K = 300", [3, 5, 260], layer("SemiBinary", { channels: 9, rank: 300 })],
  [
    "SemiBinary 9×9: more taps than share tables",
    [10, 9, 4],
    layer("SemiBinary", { kernel: [9, 9], pad: [4, 4, 4, 4] }),
  ],
  ["SemiBinary 3×3 over 64 channels: sums beyond 16 bits", [8, 8, 64], layer("SemiBinary", { ...same, room: 40_000 })],
  [
    "BinaryPlanes in batches, 3 planes",
    [9, 7, 36],
    layer("BinaryPlanes", { ...same, planes: 3, channels: 10, room: 4000 }),
  ],
  ["BinaryPlanes in strips of rows", [16, 16, 16], layer("BinaryPlanes", { ...same, planes: 2, room: 30_000 })],
  ["BinaryPlanes, 1 plane", [5, 5, 6], layer("BinaryPlanes", { ...same, channels: 6 })],
  [
    "BinaryPlanes, 3 planes, stride 2",
    [7, 7, 5],
    layer("BinaryPlanes", { kernel: [3, 3], stride: [2, 2], pad: [1, 1, 1, 1], channels: 4, planes: 3 }),
  ],
  ["BinaryPlanes 1×1, 2 planes", [4, 4, 13], layer("BinaryPlanes", { channels: 5, planes: 2 }), -128],
  ["Conv2D with a fused Add", [5, 5, 6], (b) => fused(b, "Conv2D")],
  ["DepthwiseConv2D with a fused Add", [5, 5, 6], (b) => fused(b, "DepthwiseConv2D")],
  ["SemiBinary with a fused Add", [5, 5, 6], (b) => fused(b, "SemiBinary")],
  ["BinaryPlanes with a fused Add", [5, 5, 6], (b) => fused(b, "BinaryPlanes")],
  [
    "a residual that is the convolution's own input",
    [5, 5, 6],
    (b) => {
      b.window("SemiBinary", same);
      b.fuseAdd(0);
    },
  ],
  [
    "a view between a map and a vector",
    [4, 3, 2],
    (b) => {
      b.window("Conv2D", same);
      b.view([1, 1, 24]);
      b.softmax();
    },
  ],
  [
    "a view of the input",
    [1, 1, 24],
    (b) => {
      b.view([4, 3, 2]);
      b.window("Conv2D", same);
    },
  ],
  [
    "a small residual network",
    [12, 12, 3],
    (b) => {
      const stem = b.window("Conv2D", { ...same, channels: 8 });
      b.window("SemiBinary", { ...same, rank: 12 });
      b.window("SemiBinary", { ...same, rank: 8 });
      const block = b.fuseAdd(stem);
      const short = b.window("Conv2D", { stride: [2, 2], channels: 12 }, block);
      b.window("BinaryPlanes", { ...same, stride: [2, 2], channels: 12, planes: 2 }, block);
      b.fuseAdd(short);
      b.window("DepthwiseConv2D", same);
      b.mean();
      b.fullyConnected(10);
      b.softmax();
    },
  ],
];

/** The layer before it writes the residual, which dies there: the plan puts the output on its place. */
function fused(b: Builder, kind: Kind): void {
  const residual = b.window("Conv2D", same, 0);
  b.window(kind, { ...same, channels: 6 }, 0);
  b.fuseAdd(residual);
}

export const CASES: Case[] = ROWS.map(([name, input, build, zero], i) => {
  const builder = new Builder(input, 1000 + i, zero);
  build(builder);
  return { name, program: builder.done() };
});
