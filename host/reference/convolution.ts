// Convolutions in their defining form (design section 3): one function from input to one output value each.

import { ADD_ZERO_1 } from "../../format/layout.ts";
import { unpackSigns } from "../packing.ts";
import type { ProgramLayer, ProgramTensor } from "../program.ts";
import { add32, clamp, multiply, multiplyOnce, shiftRight } from "./fixed-point.ts";
import { eachTap } from "./window.ts";

/** Zero point of what a convolution stores: its output's, or the first operand's of a fused Add. */
function storedZeroPoint(layer: ProgramLayer, to: ProgramTensor): number {
  return layer.input2 >= 0 ? layer.parameters[ADD_ZERO_1] : to.zeroPoint;
}

/** Fills the output, calling `pixel(oy, ox, store)` for every output pixel. */
function eachPixel(shape: readonly number[], pixel: (oy: number, ox: number, at: number) => void): void {
  for (let oy = 0; oy < shape[0]; oy++)
    for (let ox = 0; ox < shape[1]; ox++) pixel(oy, ox, (oy * shape[1] + ox) * shape[2]);
}

/** TFLite ConvPerChannel. Weights T × kh × kw × (c / groups). */
export function conv2D(layer: ProgramLayer, x: Int8Array, from: ProgramTensor, y: Int8Array, to: ProgramTensor): void {
  const [, width, channels] = from.shape;
  const outputs = to.shape[2];
  const perGroup = channels / layer.groups;
  const weights = new Int8Array(layer.weights.buffer, layer.weights.byteOffset, layer.weights.length);
  eachPixel(to.shape, (oy, ox, at) => {
    for (let t = 0; t < outputs; t++) {
      const first = Math.floor(t / (outputs / layer.groups)) * perGroup;
      let sum = layer.bias[t];
      eachTap(layer, from.shape, oy, ox, (iy, ix, ky, kx) => {
        const w = ((t * layer.kernel[0] + ky) * layer.kernel[1] + kx) * perGroup;
        const p = (iy * width + ix) * channels + first;
        for (let c = 0; c < perGroup; c++) sum += weights[w + c] * (x[p + c] - from.zeroPoint);
      });
      y[at + t] = requantise(layer, t, sum, storedZeroPoint(layer, to));
    }
  });
}

/** TFLite DepthwiseConvPerChannel. Weights kh × kw × T. */
export function depthwiseConv2D(
  layer: ProgramLayer,
  x: Int8Array,
  from: ProgramTensor,
  y: Int8Array,
  to: ProgramTensor,
): void {
  const [, width, channels] = from.shape;
  const outputs = to.shape[2];
  const weights = new Int8Array(layer.weights.buffer, layer.weights.byteOffset, layer.weights.length);
  eachPixel(to.shape, (oy, ox, at) => {
    for (let t = 0; t < outputs; t++) {
      const c = Math.floor((t * channels) / outputs);
      let sum = layer.bias[t];
      eachTap(layer, from.shape, oy, ox, (iy, ix, ky, kx) => {
        const w = weights[(ky * layer.kernel[1] + kx) * outputs + t];
        sum += w * (x[(iy * width + ix) * channels + c] - from.zeroPoint);
      });
      y[at + t] = requantise(layer, t, sum, storedZeroPoint(layer, to));
    }
  });
}

/** TFLite FullyConnected, over all of the input or over the channels of each pixel. Weights T × S. */
export function fullyConnected(
  layer: ProgramLayer,
  x: Int8Array,
  from: ProgramTensor,
  y: Int8Array,
  to: ProgramTensor,
): void {
  const weights = new Int8Array(layer.weights.buffer, layer.weights.byteOffset, layer.weights.length);
  const window = x.length / (to.shape[0] * to.shape[1]);
  eachPixel(to.shape, (oy, ox, at) => {
    const first = (oy * to.shape[1] + ox) * window;
    for (let t = 0; t < to.shape[2]; t++) {
      let sum = layer.bias[t];
      for (let s = 0; s < window; s++) sum += weights[t * window + s] * (x[first + s] - from.zeroPoint);
      const value = add32(multiplyOnce(sum | 0, layer.multipliers[t], layer.shifts[t]), to.zeroPoint);
      y[at + t] = clamp(value, layer.activationMin, layer.activationMax);
    }
  });
}

function requantise(layer: ProgramLayer, t: number, sum: number, zeroPoint: number): number {
  const value = add32(multiply(sum | 0, layer.multipliers[t], layer.shifts[t]), zeroPoint);
  return clamp(value, layer.activationMin, layer.activationMax);
}

/** The window of an output pixel as x − z, 0 in the padding; order kh, kw, c. */
function gather(layer: ProgramLayer, x: Int8Array, from: ProgramTensor, oy: number, ox: number): Int32Array {
  const channels = from.shape[2];
  const window = new Int32Array(layer.kernel[0] * layer.kernel[1] * channels);
  eachTap(layer, from.shape, oy, ox, (iy, ix, ky, kx) => {
    const p = (iy * from.shape[1] + ix) * channels;
    const s = (ky * layer.kernel[1] + kx) * channels;
    for (let c = 0; c < channels; c++) window[s + c] = x[p + c] - from.zeroPoint;
  });
  return window;
}

function signedSum(signs: Int8Array, row: number, values: Int32Array): number {
  let sum = 0;
  for (let s = 0, w = row * values.length; s < values.length; s++) sum += signs[w + s] * values[s];
  return sum;
}

const scaledBias = (layer: ProgramLayer, t: number) => BigInt(layer.bias[t]) << BigInt(layer.biasShift);

/** m_k = clamp(round(a_k·M_k·2^−n), ±127); y_t = clamp(z + round((b_t·R_t + bias_t·2^b)·2^−r)) (format/SPEC.md). */
export function semiBinary(
  layer: ProgramLayer,
  x: Int8Array,
  from: ProgramTensor,
  y: Int8Array,
  to: ProgramTensor,
): void {
  const outputs = to.shape[2];
  const v = unpackSigns(layer.weights, layer.rank, layer.kernel[0] * layer.kernel[1] * from.shape[2]);
  const u = unpackSigns(layer.weightsU, outputs, layer.rank);
  eachPixel(to.shape, (oy, ox, at) => {
    const window = gather(layer, x, from, oy, ox);
    const m = Int32Array.from({ length: layer.rank }, (_, k) => {
      const a = BigInt(signedSum(v, k, window)) * BigInt(layer.multipliers[k]);
      return clamp(Number(shiftRight(a, layer.shiftM)), -127, 127);
    });
    for (let t = 0; t < outputs; t++) {
      const sum = BigInt(signedSum(u, t, m)) * BigInt(layer.shifts[t]) + scaledBias(layer, t);
      const value = Number(shiftRight(sum, layer.shiftR)) + storedZeroPoint(layer, to);
      y[at + t] = clamp(value, layer.activationMin, layer.activationMax);
    }
  });
}

/** y_t = clamp(z + round((Σ_i A_{t,i}·p_{t,i} + bias_t·2^b)·2^−r)), p the signed sums of the planes. */
export function binaryPlanes(
  layer: ProgramLayer,
  x: Int8Array,
  from: ProgramTensor,
  y: Int8Array,
  to: ProgramTensor,
): void {
  const outputs = to.shape[2];
  const size = layer.kernel[0] * layer.kernel[1] * from.shape[2];
  const signs = unpackSigns(layer.weights, outputs * layer.planes, size);
  eachPixel(to.shape, (oy, ox, at) => {
    const window = gather(layer, x, from, oy, ox);
    for (let t = 0; t < outputs; t++) {
      let sum = scaledBias(layer, t);
      for (let i = t * layer.planes; i < (t + 1) * layer.planes; i++)
        sum += BigInt(signedSum(signs, i, window)) * BigInt(layer.multipliers[i]);
      const value = Number(shiftRight(sum, layer.shiftR)) + storedZeroPoint(layer, to);
      y[at + t] = clamp(value, layer.activationMin, layer.activationMax);
    }
  });
}
