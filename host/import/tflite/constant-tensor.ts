// An int8 constant as a tensor of the graph, for operators whose int8 arithmetic no weights express.
//
// The graph has no constants outside weights: a layer with zero weights, which reads any activation, leaves its bias.

import type { Quantisation, TensorId } from "../../graph/graph.ts";
import { uniqueName } from "../tensorflow-names.ts";
import type { Conversion } from "./conversion.ts";

/** Largest stride of a layer. */
const MAX_STRIDE = 255;

/**
 * A tensor of the numbers `stored`, one a channel of activation `x`: of its height and width, or of one pixel, which
 * then takes one layer for every factor of 255 of the size. Exact: the bias counts in steps of the output.
 */
export function constantTensor(
  c: Conversion,
  x: TensorId,
  stored: readonly number[],
  quantisation: Quantisation,
  pixels: "all" | "one",
): TensorId {
  const { scale, zeroPoint } = quantisation;
  const bias = Int32Array.from(stored, (q) => q - zeroPoint);
  let input = x;
  do {
    const from = c.tensors[input];
    const [height, width, channels] = from.shape;
    const along = (n: number) => (pixels === "all" ? 1 : Math.min(n, MAX_STRIDE));
    const stride: [number, number] = [along(height), along(width)];
    const shape: [number, number, number] = [Math.ceil(height / stride[0]), Math.ceil(width / stride[1]), channels];
    const name = uniqueName("constant", c.names);
    const output = c.tensors.push({ name, shape, quantisation }) - 1;
    c.layers.push({
      kind: "DepthwiseConv2D",
      name,
      inputs: [input],
      output,
      geometry: { kernel: [1, 1], stride, dilation: [1, 1], padding: { top: 0, left: 0, bottom: 0, right: 0 } },
      weights: new Float32Array(channels),
      bias: Float32Array.from(bias, (b) => b * scale),
      activation: "None",
      int8: {
        values: new Int8Array(channels),
        scales: new Float64Array(channels).fill(scale / from.quantisation!.scale),
        bias,
      },
    });
    input = output;
  } while (pixels === "one" && (c.tensors[input].shape[0] > 1 || c.tensors[input].shape[1] > 1));
  return input;
}
