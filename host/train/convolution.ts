// A convolution that TensorFlow.js differentiates: its wasm back end has no gradient of the filter, and is slow at that
// of the input, so both are registered here (host/tfjs/kernels.ts).

import * as tf from "@tensorflow/tfjs-core";
import { HalfbitError } from "../errors.ts";
import { type Activation, type Geometry, POINT } from "../graph/graph.ts";
import { startTfjs } from "../tfjs/backend.ts";
import {
  convolution,
  depthwise,
  depthwiseGradient,
  filterGradient,
  type Heap,
  inputGradient,
  loadKernels,
  maskGradient,
} from "../tfjs/kernels.ts";

const CONVOLUTION = "HalfbitConvolution";
const MASK = "HalfbitMaskGradient";
const FILTER = "HalfbitFilterGradient";
const INPUT = "HalfbitInputGradient";
const DEPTHWISE = "HalfbitDepthwise";
const DEPTHWISE_GRADIENT = "HalfbitDepthwiseGradient";

interface Attributes {
  geometry: Geometry;
  activation: Activation;
}

let started: Promise<typeof tf> | undefined;

/** TensorFlow.js with `convolve` ready. Throws E_ENGINE where its wasm back end, with SIMD, is not available. */
export function startTraining(): Promise<typeof tf> {
  started ??= start();
  return started;
}

async function start(): Promise<typeof tf> {
  await startTfjs();
  await import("@tensorflow/tfjs-layers"); // for its side effect: the gradients of the core's operations
  if (tf.getBackend() !== "wasm") {
    throw new HalfbitError("E_ENGINE", "recovery and fine-tuning need WebAssembly with SIMD; compile without them");
  }
  const kernels = await loadKernels(tf.backend() as Heap);
  const register = (
    kernelName: string,
    run: (inputs: Record<string, tf.TensorInfo>, attrs: Attributes) => tf.TensorInfo | tf.TensorInfo[],
  ) =>
    tf.registerKernel({
      kernelName,
      backendName: "wasm",
      kernelFunc: ({ inputs, attrs }) => run(inputs as Record<string, tf.TensorInfo>, attrs as unknown as Attributes),
    });
  register(CONVOLUTION, ({ x, w, bias }, { geometry, activation }) =>
    convolution(kernels, x, w, bias, geometry, activation),
  );
  register(DEPTHWISE, ({ x, w, bias }, { geometry, activation }) =>
    depthwise(kernels, x, w, bias, geometry, activation),
  );
  register(MASK, ({ dy, y }, { activation }) => maskGradient(kernels, dy, y, activation));
  register(FILTER, ({ x, dy, w }, { geometry }) => filterGradient(kernels, x, dy, w.shape, geometry));
  register(INPUT, ({ dy, w, x }, { geometry }) => inputGradient(kernels, dy, w, x.shape, geometry));
  register(DEPTHWISE_GRADIENT, ({ x, w, dy }, { geometry }) => depthwiseGradient(kernels, x, w, dy, geometry));
  const saved = { inputsToSave: ["x", "w"], outputsToSave: [true] };
  tf.registerGradient({ kernelName: CONVOLUTION, ...saved, gradFunc: gradient });
  tf.registerGradient({ kernelName: DEPTHWISE, ...saved, gradFunc: gradientOfDepthwise });
  return tf;
}

function run<R>(kernel: string, inputs: Record<string, tf.Tensor>, attrs: tf.NamedAttrMap): R {
  return tf.engine().runKernel(kernel, inputs, attrs) as R;
}

function gradient(dy: tf.Tensor | tf.Tensor[], [x, w, y]: tf.Tensor[], attrs: tf.NamedAttrMap) {
  const [masked, bias] = run<tf.Tensor[]>(MASK, { dy: dy as tf.Tensor, y }, attrs);
  return {
    x: () => run<tf.Tensor>(INPUT, { dy: masked, w, x }, attrs),
    w: () => run<tf.Tensor>(FILTER, { x, dy: masked, w }, attrs),
    bias: () => tf.slice(bias, [0], [w.shape[3] as number]),
  };
}

function gradientOfDepthwise(dy: tf.Tensor | tf.Tensor[], [x, w, y]: tf.Tensor[], attrs: tf.NamedAttrMap) {
  const [masked, bias] = run<tf.Tensor[]>(MASK, { dy: dy as tf.Tensor, y }, attrs);
  const [dx, dw] = run<tf.Tensor[]>(DEPTHWISE_GRADIENT, { x, w, dy: masked }, attrs);
  return { x: () => dx, w: () => dw, bias: () => tf.slice(bias, [0], [w.shape[2] as number]) };
}

/**
 * activation(conv(x, w) + bias), differentiable in x, w and bias: x n × h × w × C, w kh × kw × C × T, bias T.
 * After startTraining.
 */
export function convolve(
  x: tf.Tensor4D,
  w: tf.Tensor4D,
  bias: tf.Tensor1D,
  geometry: Geometry,
  activation: Activation,
): tf.Tensor4D {
  return run(CONVOLUTION, { x, w, bias }, { geometry, activation } as unknown as tf.NamedAttrMap);
}

/** The same with a filter a channel: x n × h × w × C, w kh × kw × C × 1, bias C. */
export function convolveDepthwise(
  x: tf.Tensor4D,
  w: tf.Tensor4D,
  bias: tf.Tensor1D,
  geometry: Geometry,
  activation: Activation,
): tf.Tensor4D {
  return run(DEPTHWISE, { x, w, bias }, { geometry, activation } as unknown as tf.NamedAttrMap);
}

/** a·b + bias, differentiable: a m × k, b k × n, bias n. A 1×1 convolution over m pixels. */
export function affine(a: tf.Tensor2D, b: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor2D {
  const [m, k] = a.shape;
  const n = b.shape[1];
  const y = convolve(tf.reshape(a, [1, m, 1, k]), tf.reshape(b, [1, 1, k, n]), bias, POINT, "None");
  return tf.reshape(y, [m, n]);
}
