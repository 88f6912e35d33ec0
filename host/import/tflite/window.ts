// Geometry of window operators (convolutions and pools) from TFLite's options.

import type { Geometry } from "../../graph/graph.ts";
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

/**
 * SAME: output ⌈n / stride⌉, and of the p = (output − 1)·stride + dilation·(k − 1) + 1 − n pixels that are missing,
 * ⌊p / 2⌋ come before, the rest after. VALID: no padding.
 */
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
  const missing = (n: number, k: number, stride: number, dilation: number) =>
    padding === PADDING_VALID ? 0 : Math.max((Math.ceil(n / stride) - 1) * stride + dilation * (k - 1) + 1 - n, 0);
  const rows = missing(input[0], kernel[0], strideH, dilationH);
  const columns = missing(input[1], kernel[1], strideW, dilationW);
  const top = Math.floor(rows / 2);
  const left = Math.floor(columns / 2);
  return {
    kernel,
    stride: [strideH, strideW],
    dilation: [dilationH, dilationW],
    padding: { top, left, bottom: rows - top, right: columns - left },
  };
}
