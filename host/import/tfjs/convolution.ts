// Convolutions, products with weights, and pools: what has a window or weights.

import { type Geometry, POINT, windowOutput } from "../../graph/graph.ts";
import { count, show, transpose } from "../numbers.ts";
import { samePadding } from "../padding.ts";
import { type Activation, type Constant, corrupt, emit, type Operation, shapeOf, unsupported } from "./values.ts";

export type Pair = [height: number, width: number];

export interface Window {
  strides: Pair;
  dilations: Pair;
  padding: "same" | "valid" | Geometry["padding"];
}

const LARGEST = 0xffff;

/** The window over an image [1, height, width, channels] in pixels, and the height and width that it gives. */
function placed(op: Operation, x: Activation, kernel: Pair, window: Window): { geometry: Geometry; size: Pair } {
  if (x.dims.length !== 4)
    throw unsupported(op, `reads ${show(x.dims)}; images of 1×height×width×channels are supported`);
  const { strides, dilations, padding } = window;
  const whole = [...kernel, ...strides, ...dilations].every((n) => Number.isInteger(n) && n >= 1 && n <= LARGEST);
  if (!whole) throw corrupt(op, "has a kernel, stride or dilation that is no size");
  const input = shapeOf(op, x);
  const along = (i: 0 | 1) =>
    padding === "same" ? samePadding(input[i], dilations[i] * (kernel[i] - 1) + 1, strides[i]) : [0, 0];
  const [top, bottom] = along(0);
  const [left, right] = along(1);
  const pixels = typeof padding === "object" ? padding : { top, bottom, left, right };
  const geometry = { kernel, stride: strides, dilation: dilations, padding: pixels };
  const size = windowOutput(input, geometry);
  if (size.some((n) => n < 1)) throw corrupt(op, `has a window of ${show(kernel)} over an image of ${show(x.dims)}`);
  return { geometry, size };
}

function filterDims(op: Operation, x: Activation, filter: Constant): [kh: number, kw: number, c: number, last: number] {
  const { dims } = filter;
  if (dims.length !== 4 || dims[2] !== x.dims.at(-1)) {
    throw corrupt(op, `has weights of ${show(dims)} for an input of ${show(x.dims)}`);
  }
  return [dims[0], dims[1], dims[2], dims[3]];
}

function biasOf(op: Operation, bias: Constant | undefined, outputs: number): Float32Array {
  if (bias === undefined) return new Float32Array(outputs);
  if (bias.data.length !== outputs) throw corrupt(op, `has ${bias.data.length} biases for ${outputs} outputs`);
  return Float32Array.from(bias.data);
}

/** filter kh × kw × c × T. */
export function convolve(op: Operation, x: Activation, filter: Constant, bias: Constant | undefined, window: Window) {
  const [kh, kw, , outputs] = filterDims(op, x, filter);
  const { geometry, size } = placed(op, x, [kh, kw], window);
  const weights = Float32Array.from(transpose(filter.data, filter.dims, [3, 0, 1, 2]));
  const parameters = { weights, bias: biasOf(op, bias, outputs), activation: "None" as const };
  return emit(op, { kind: "Conv2D", geometry, groups: 1, ...parameters }, [x], [1, ...size, outputs]);
}

/** filter kh × kw × c × m: output c·m + i is the i-th of input channel c, as in the graph. */
export function convolveDepthwise(
  op: Operation,
  x: Activation,
  filter: Constant,
  bias: Constant | undefined,
  window: Window,
): Activation {
  const [kh, kw, channels, multiplier] = filterDims(op, x, filter);
  const { geometry, size } = placed(op, x, [kh, kw], window);
  const outputs = channels * multiplier;
  const parameters = {
    weights: Float32Array.from(filter.data),
    bias: biasOf(op, bias, outputs),
    activation: "None" as const,
  };
  return emit(op, { kind: "DepthwiseConv2D", geometry, ...parameters }, [x], [1, ...size, outputs]);
}

/** matrix S × T, or T × S where `outputsFirst`, over the last dimension: over several rows a 1×1 convolution. */
export function dense(
  op: Operation,
  x: Activation,
  matrix: Constant,
  bias: Constant | undefined,
  outputsFirst = false,
): Activation {
  const { dims } = matrix;
  const [inputs, outputs] = outputsFirst ? dims.toReversed() : dims;
  if (dims.length !== 2 || x.dims.at(-1) !== inputs) {
    throw corrupt(op, `has weights of ${show(dims)} for an input of ${show(x.dims)}`);
  }
  const weights = Float32Array.from(outputsFirst ? matrix.data : transpose(matrix.data, dims, [1, 0]));
  const parameters = { weights, bias: biasOf(op, bias, outputs), activation: "None" as const };
  const shape = [...x.dims.slice(0, -1), outputs];
  if (count(x.dims) === inputs) return emit(op, { kind: "FullyConnected", ...parameters }, [x], shape);
  return emit(op, { kind: "Conv2D", geometry: POINT, groups: 1, ...parameters }, [x], shape);
}

export type PoolKind = "AveragePool" | "MaxPool";

export function pool(op: Operation, kind: PoolKind, x: Activation, kernel: Pair, window: Window): Activation {
  const { geometry, size } = placed(op, x, kernel, window);
  return emit(op, { kind, geometry, activation: "None" }, [x], [1, ...size, x.dims[3]]);
}

/** Mean or maximum over the whole image; dims: the shape that TensorFlow.js gives the channels. */
export function poolWhole(op: Operation, kind: "Mean" | "MaxPool", x: Activation, dims: number[]): Activation {
  if (kind === "Mean") return emit(op, { kind }, [x], dims);
  const [height, width] = shapeOf(op, x);
  return emit(op, { kind, geometry: { ...POINT, kernel: [height, width] }, activation: "None" }, [x], dims);
}
