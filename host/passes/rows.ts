// The rows of input that a layer of int8 weights takes at once (format/rows.ts), and the scratch for them.

import { align } from "../../format/layout.ts";
import { reach, rowPixels, SUM_BYTES, SUM_PIXELS, windowRuns } from "../../format/rows.ts";
import type { ProgramLayer } from "../program.ts";

type Shape = readonly number[];

/** A layer of int8 weights, from shape `from` to shape `to` (height, width, channels), with its scratch. */
export function withRows(layer: ProgramLayer, from: Shape, to: Shape): ProgramLayer {
  const { kind, kernel, stride, dilation, groups } = layer;
  const area = to[0] * to[1];
  const count = from[0] * from[1] * from[2];
  const unpadded = layer.padTop === 0 && layer.padLeft === 0 && count === area * from[2];
  const isPixel = kernel[0] * kernel[1] * stride[0] * stride[1] === 1 && unpadded;
  const scratch = (rows: number, numbers: number, runs: number) =>
    rows * align(2 * numbers) + align(4 * runs) + SUM_BYTES + (layer.input2 < 0 ? 0 : SUM_PIXELS * to[2]);
  if (kind === "FullyConnected" || isPixel) {
    return { ...layer, scratchBytes: scratch(1, Math.min(SUM_PIXELS, area) * (count / area), 1) };
  }
  const numbers = rowPixels(to[1], kernel[1], stride[1], dilation[1]) * from[2];
  const runs =
    kind === "DepthwiseConv2D" ? kernel[0] * kernel[1] : windowRuns(kernel[0], kernel[1], dilation[1], groups);
  return { ...layer, scratchBytes: scratch(reach(kernel[0], dilation[0]), numbers, runs) };
}
