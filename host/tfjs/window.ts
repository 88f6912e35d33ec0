// Window operations (convolutions and pools) in TensorFlow.js. Activations are count × height × width × channels.

import * as tf from "@tensorflow/tfjs-core";
import { type Activation, type Geometry, windowOutput } from "../graph/graph.ts";

const FUSED = { None: "linear", Relu: "relu", Relu6: "relu6" } as const;

type Padding = Exclude<Parameters<typeof tf.fused.conv2d>[0]["pad"], string | number>;

type Spatial = { input: [number, number, number]; geometry: Geometry };

/** filter: kh × kw × c × T (depthwise: kh × kw × c × multiplier). */
export function convolve(
  x: tf.Tensor4D,
  kind: "conv2d" | "depthwiseConv2d",
  filter: tf.Tensor4D,
  bias: tf.Tensor1D,
  geometry: Geometry,
  activation: Activation,
): tf.Tensor4D {
  const { stride, dilation, padding: p } = geometry;
  // tfjs refuses stride and dilation at once: compute every pixel, keep those that the stride reaches.
  const both = Math.max(...stride) > 1 && Math.max(...dilation) > 1;
  const strides: [number, number] = both ? [1, 1] : stride;
  const shared = {
    x,
    filter,
    strides,
    dataFormat: "NHWC",
    dilations: dilation,
    bias,
    activation: FUSED[activation],
  } as const;
  const pad = [
    [0, 0],
    [p.top, p.bottom],
    [p.left, p.right],
    [0, 0],
  ] satisfies [number, number][];
  // The types of the depthwise kernel leave explicit padding out; its shape computation, and XNNPACK, have it.
  const y =
    kind === "conv2d"
      ? tf.fused.conv2d({ ...shared, pad: pad as Padding })
      : tf.fused.depthwiseConv2d({ ...shared, pad: pad as Padding as unknown as number });
  return both ? everyNth(y, [0, 0], windowOutput([x.shape[1], x.shape[2], x.shape[3]], geometry), stride) : y;
}

/** Maximum over the pixels inside the image: those outside read −∞. */
export function maxPool(x: tf.Tensor4D, spatial: Spatial): tf.Tensor4D {
  const { geometry } = spatial;
  const padded = padImage(x, geometry.padding, Number.NEGATIVE_INFINITY);
  if (byTaps(geometry)) return taps(padded, spatial).reduce((a, b) => tf.maximum(a, b));
  return tf.maxPool(padded, geometry.kernel, geometry.stride, "valid");
}

/** Mean over the pixels inside the image: the sum of all, those outside reading 0, over how many are inside. */
export function averagePool(x: tf.Tensor4D, spatial: Spatial): tf.Tensor4D {
  const { geometry } = spatial;
  const area = geometry.kernel[0] * geometry.kernel[1];
  const padded = padImage(x, geometry.padding, 0);
  const mean = byTaps(geometry)
    ? tf.div<tf.Tensor4D>(tf.addN(taps(padded, spatial)), area)
    : tf.avgPool(padded, geometry.kernel, geometry.stride, "valid");
  return padded === x ? mean : tf.mul(mean, correction(spatial));
}

/** area / (pixels inside the image) for every pixel of output, 1 × height × width × 1. */
function correction({ input, geometry }: Spatial): tf.Tensor4D {
  const { kernel, stride, dilation, padding } = geometry;
  const [height, width] = windowOutput(input, geometry);
  const inside = (output: number, n: number, before: number, axis: 0 | 1) =>
    Array.from({ length: output }, (_, o) => {
      const pixels = Array.from({ length: kernel[axis] }, (_, k) => o * stride[axis] - before + k * dilation[axis]);
      return pixels.filter((p) => p >= 0 && p < n).length;
    });
  const rows = inside(height, input[0], padding.top, 0);
  const columns = inside(width, input[1], padding.left, 1);
  const area = kernel[0] * kernel[1];
  return tf.tensor4d(
    rows.flatMap((r) => columns.map((c) => area / (r * c))),
    [1, height, width, 1],
  );
}

export function padImage(x: tf.Tensor4D, p: Geometry["padding"], value: number): tf.Tensor4D {
  if (p.top + p.bottom + p.left + p.right === 0) return x;
  return tf.pad(
    x,
    [
      [0, 0],
      [p.top, p.bottom],
      [p.left, p.right],
      [0, 0],
    ],
    value,
  );
}

/** XNNPACK, under tfjs, has neither dilated pools nor pools of one pixel. */
function byTaps({ kernel, dilation }: Geometry): boolean {
  return Math.max(...dilation) > 1 || kernel[0] * kernel[1] === 1;
}

/** What each pixel of the kernel sees of a padded image, in the shape of the output. */
function taps(x: tf.Tensor4D, { input, geometry }: Spatial): tf.Tensor4D[] {
  const { kernel, stride, dilation } = geometry;
  const output = windowOutput(input, geometry);
  return Array.from({ length: kernel[0] * kernel[1] }, (_, k) => {
    const at: [number, number] = [Math.floor(k / kernel[1]) * dilation[0], (k % kernel[1]) * dilation[1]];
    return everyNth(x, at, output, stride);
  });
}

function everyNth(
  x: tf.Tensor4D,
  at: [number, number],
  output: [number, number],
  stride: [number, number],
): tf.Tensor4D {
  const end = [at[0] + (output[0] - 1) * stride[0] + 1, at[1] + (output[1] - 1) * stride[1] + 1];
  return tf.stridedSlice(x, [0, ...at, 0], [x.shape[0], ...end, x.shape[3]], [1, ...stride, 1]) as tf.Tensor4D;
}
