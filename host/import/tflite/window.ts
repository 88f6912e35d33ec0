// Geometry of window operators (convolutions and pools) from TFLite's options.

import type { Geometry } from "../../graph/graph.ts";
import { samePadding } from "../padding.ts";
import { type Conversion, unsupported } from "./conversion.ts";
import type { SourceOperator } from "./model.ts";
import { PADDING_SAME, PADDING_VALID } from "./schema.ts";

interface WindowOptions {
  padding: number;
  strideH: number;
  strideW: number;
  dilationH?: number;
  dilationW?: number;
}

export function windowGeometry(
  c: Conversion,
  op: SourceOperator,
  options: WindowOptions,
  input: readonly [number, number, number],
  kernel: [number, number],
): Geometry {
  const { padding, strideH, strideW, dilationH = 1, dilationW = 1 } = options;
  if (padding !== PADDING_SAME && padding !== PADDING_VALID) throw unsupported(c, op, `padding type ${padding}`);
  const positive = [strideH, strideW, dilationH, dilationW, ...kernel].every((n) => n >= 1 && n <= 65535);
  if (!positive) throw unsupported(c, op, "kernel sizes, strides and dilations must lie in 1 … 65535");
  const along = (n: number, k: number, stride: number, dilation: number) =>
    padding === PADDING_VALID ? [0, 0] : samePadding(n, dilation * (k - 1) + 1, stride);
  const [top, bottom] = along(input[0], kernel[0], strideH, dilationH);
  const [left, right] = along(input[1], kernel[1], strideW, dilationW);
  return {
    kernel,
    stride: [strideH, strideW],
    dilation: [dilationH, dilationW],
    padding: { top, left, bottom, right },
  };
}
