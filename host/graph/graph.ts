// The network between import and lowering: layers over NHWC tensors of batch 1, in execution order.
// Importers build it with float weights (and the source's int8 numbers where it has them), passes rewrite it,
// host/passes/lower.ts turns it into the integer Program that is written to the file.

/** Index into Graph.tensors. */
export type TensorId = number;

/** real = scale · (q − zeroPoint), q int8. */
export interface Quantisation {
  scale: number;
  zeroPoint: number;
}

export interface Tensor {
  name: string;
  /** Height, width, channels; a vector of n numbers is [1, 1, n]. */
  shape: [height: number, width: number, channels: number];
  /** Present on every tensor of an int8 source; else set by the quantise pass. */
  quantisation?: Quantisation;
}

export type Activation = "None" | "Relu" | "Relu6";

/** Kernel size, stride, dilation in pixels; padding in pixels of zero (the real value 0). */
export interface Geometry {
  kernel: [height: number, width: number];
  stride: [height: number, width: number];
  dilation: [height: number, width: number];
  padding: { top: number; left: number; bottom: number; right: number };
}

/** Of a window of one pixel. */
export const POINT: Geometry = {
  kernel: [1, 1],
  stride: [1, 1],
  dilation: [1, 1],
  padding: { top: 0, left: 0, bottom: 0, right: 0 },
};

/** int8 numbers of a quantised source: real weight = scales[t]·values, zero point 0; bias at scale s_x·scales[t]. */
export interface Int8Weights {
  values: Int8Array;
  /** One a channel of output. */
  scales: Float64Array;
  bias: Int32Array;
  /** Of a FullyConnected over several pixels, which is a 1×1 Conv2D here but requantises as FullyConnected does. */
  roundsOnce?: true;
}

/** W ≈ diag(r)·U·diag(d)·V, U ∈ {−1,1}^{T×K}, V ∈ {−1,1}^{K×S}, d ≥ 0, r ≥ 0. Row-major. */
export interface SemiBinaryWeights {
  scheme: "semi-binary";
  rank: number;
  u: Int8Array;
  d: Float64Array;
  v: Int8Array;
  r: Float64Array;
  /** s_m: the K numbers between the two convolutions are m_k = round(d_k·(V·x)_k / s_m), int8. Set by calibrate. */
  mScale?: number;
}

/** W_t ≈ Σ_i alpha[t·planes + i]·B_i[t], B_i ∈ {−1,1}^{T×S}; bits is planes × T × S. sign(W) has every alpha 1. */
export interface PlanesWeights {
  scheme: "planes";
  planes: number;
  bits: Int8Array;
  alpha: Float64Array;
}

interface LayerBase {
  name: string;
  inputs: TensorId[];
  output: TensorId;
}

/** Weights T × kh × kw × (c / groups), T = channels of output. */
export interface Conv2D extends LayerBase {
  kind: "Conv2D";
  geometry: Geometry;
  groups: number;
  weights: Float32Array;
  bias: Float32Array;
  activation: Activation;
  int8?: Int8Weights;
  /** Set by the decompose pass (or by an importer that recognised a decomposed layer): replaces `weights`. */
  binary?: SemiBinaryWeights | PlanesWeights;
}

/** Weights kh × kw × T; output channel t reads input channel floor(t / (T / c)). */
export interface DepthwiseConv2D extends LayerBase {
  kind: "DepthwiseConv2D";
  geometry: Geometry;
  weights: Float32Array;
  bias: Float32Array;
  activation: Activation;
  int8?: Int8Weights;
}

/** Weights T × S over the flattened (NHWC order) input of S numbers. */
export interface FullyConnected extends LayerBase {
  kind: "FullyConnected";
  weights: Float32Array;
  bias: Float32Array;
  activation: Activation;
  int8?: Int8Weights;
  binary?: SemiBinaryWeights | PlanesWeights;
}

/** Elementwise; both inputs have the output's shape, or for Mul the second may be [1, 1, channels]. */
export interface Add extends LayerBase {
  kind: "Add";
  activation: Activation;
}
export interface Mul extends LayerBase {
  kind: "Mul";
  activation: Activation;
}

/** axis 0 height, 1 width, 2 channels. */
export interface Concat extends LayerBase {
  kind: "Concat";
  axis: 0 | 1 | 2;
}

/** Pads with the real value 0. */
export interface Pad extends LayerBase {
  kind: "Pad";
  padding: Geometry["padding"];
}

/** Averages (or maximises) over the pixels inside the image only. */
export interface Pool extends LayerBase {
  kind: "AveragePool" | "MaxPool";
  geometry: Geometry;
  activation: Activation;
}

/** Mean over height and width. */
export interface Mean extends LayerBase {
  kind: "Mean";
}

/** Over the channels. */
export interface Softmax extends LayerBase {
  kind: "Softmax";
  beta: number;
}

/** Same numbers in the same NHWC order under another shape. */
export interface Reshape extends LayerBase {
  kind: "Reshape";
}

/** Elementwise functions of one tensor; "Identity" on quantised tensors changes the quantisation only. */
export interface Elementwise extends LayerBase {
  kind: "Elementwise";
  function: "Identity" | "Relu" | "Relu6" | "HardSwish" | "Logistic" | "Tanh";
}

export type Layer =
  | Conv2D
  | DepthwiseConv2D
  | FullyConnected
  | Add
  | Mul
  | Concat
  | Pad
  | Pool
  | Mean
  | Softmax
  | Reshape
  | Elementwise;

/** A layer without its place in a graph. */
export type LayerBody = Layer extends infer L ? (L extends Layer ? Omit<L, keyof LayerBase> : never) : never;

/** Every layer's inputs are `input` or outputs of earlier layers. */
export interface Graph {
  name: string;
  tensors: Tensor[];
  layers: Layer[];
  input: TensorId;
  output: TensorId;
}

/** Number of values of a shape. */
export function size(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Output height and width of a window operation, from input size and geometry. */
export function windowOutput(input: readonly [number, number, number], g: Geometry): [number, number] {
  const along = (n: number, before: number, after: number, k: number, dilation: number, stride: number) =>
    Math.floor((n + before + after - (dilation * (k - 1) + 1)) / stride) + 1;
  return [
    along(input[0], g.padding.top, g.padding.bottom, g.kernel[0], g.dilation[0], g.stride[0]),
    along(input[1], g.padding.left, g.padding.right, g.kernel[1], g.dilation[1], g.stride[1]),
  ];
}
