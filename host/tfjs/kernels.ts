// float.wasm (assembly/float) on the heap of TensorFlow.js's wasm back end: tensors in and out, without a copy.

import type { DataId, KernelBackend, TensorInfo } from "@tensorflow/tfjs-core";
import { type FloatExports, loadFloat, padded8 } from "../float.ts";
import { type Activation, type Geometry, windowOutput } from "../graph/graph.ts";

/** What the kernels use of BackendWasm. */
export interface Heap extends KernelBackend {
  wasm: { asm: { memory: WebAssembly.Memory } };
  dataIdMap: { get(id: DataId): { memoryOffset: number } };
  makeOutput(shape: number[], dtype: "float32"): TensorInfo;
}

export interface Kernels {
  heap: Heap;
  float: FloatExports;
}

export async function loadKernels(heap: Heap): Promise<Kernels> {
  return { heap, float: await loadFloat(heap.wasm.asm.memory) };
}

type Shape4D = [number, number, number, number];

const CLAMP: Record<Activation, [low: number, high: number]> = {
  None: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  Relu: [0, Number.POSITIVE_INFINITY],
  Relu6: [0, 6],
};

const bytes = (numbers: number) => 4 * numbers;

const pointer = (heap: Heap, { dataId }: TensorInfo) => heap.dataIdMap.get(dataId).memoryOffset;

/** Scratch arrays on the heap for the time of `use`. */
function withScratch(heap: Heap, lengths: number[], use: (...pointers: number[]) => void): void {
  const scratch = lengths.map((length) => heap.makeOutput([length], "float32"));
  use(...scratch.map((info) => pointer(heap, info)));
  for (const { dataId } of scratch) heap.disposeData(dataId);
}

function zeros(heap: Heap, shape: number[]): TensorInfo {
  const info = heap.makeOutput(shape, "float32");
  clear(
    heap,
    pointer(heap, info),
    shape.reduce((a, b) => a * b, 1),
  );
  return info;
}

function clear(heap: Heap, at: number, length: number): void {
  new Float32Array(heap.wasm.asm.memory.buffer, at, length).fill(0);
}

/** Height and width of what the windows of height × width outputs cover. */
function covered(height: number, width: number, { kernel, stride, dilation }: Geometry): [number, number] {
  return [
    (height - 1) * stride[0] + (kernel[0] - 1) * dilation[0] + 1,
    (width - 1) * stride[1] + (kernel[1] - 1) * dilation[1] + 1,
  ];
}

/** Image i of a tensor of images. */
function imageOf(heap: Heap, info: TensorInfo, i: number): number {
  return pointer(heap, info) + bytes(i * info.shape.slice(1).reduce((a, b) => a * b));
}

/** Each image of x in turn, padded to high × wide on the heap. */
function eachPadded(
  { heap, float }: Kernels,
  x: TensorInfo,
  { padding }: Geometry,
  [high, wide]: [number, number],
  use: (image: number, i: number) => void,
): void {
  const [n, height, width, C] = x.shape as Shape4D;
  withScratch(heap, [high * wide * C], (image) => {
    for (let i = 0; i < n; i++) {
      float.pad(imageOf(heap, x, i), image, height, width, C, padding.top, padding.left, high, wide);
      use(image, i);
    }
  });
}

/** activation(conv(x, w) + bias): x n × h × w × C, w kh × kw × C × T, bias T → n × h' × w' × T. */
export function convolution(
  kernels: Kernels,
  x: TensorInfo,
  w: TensorInfo,
  bias: TensorInfo,
  geometry: Geometry,
  activation: Activation,
): TensorInfo {
  const [n, height, width, C] = x.shape as Shape4D;
  const [kh, kw, , T] = w.shape as Shape4D;
  const [outHeight, outWidth] = windowOutput([height, width, C], geometry);
  const size = covered(outHeight, outWidth, geometry);
  const { heap, float } = kernels;
  const y = heap.makeOutput([n, outHeight, outWidth, T], "float32");
  const T8 = padded8(T);
  const rows = kh * kw * C;
  withScratch(heap, [rows * T8, T8], (filter, biases) => {
    float.pack(pointer(heap, w), filter, rows, T, T, 1);
    float.copyColumns(pointer(heap, bias), biases, 1, T, T, T8);
    const { stride, dilation } = geometry;
    const shape = [size[1], C, outHeight, outWidth, T, kh, kw];
    eachPadded(kernels, x, geometry, size, (image, i) => {
      const to = imageOf(heap, y, i);
      float.convolve(image, filter, biases, to, ...shape, ...stride, ...dilation, ...CLAMP[activation]);
    });
  });
  return y;
}

/** Gradient through bias and activation: dy where y is not clamped, n × h' × w' × T8, and its sum over pixels, T8. */
export function maskGradient(
  { heap, float }: Kernels,
  dy: TensorInfo,
  y: TensorInfo,
  activation: Activation,
): [masked: TensorInfo, bias: TensorInfo] {
  const [n, height, width, T] = y.shape as Shape4D;
  const masked = heap.makeOutput([n, height, width, padded8(T)], "float32");
  const bias = zeros(heap, [padded8(T)]);
  const pointers = [dy, y, masked, bias].map((info) => pointer(heap, info));
  float.maskGradient(...pointers, n * height * width, T, ...CLAMP[activation]);
  return [masked, bias];
}

/** dL/dw, in the shape of w, for masked dy: n × h' × w' × T8. */
export function filterGradient(
  kernels: Kernels,
  x: TensorInfo,
  dy: TensorInfo,
  shape: number[],
  geometry: Geometry,
): TensorInfo {
  const { heap, float } = kernels;
  const C = x.shape[3] as number;
  const [, outHeight, outWidth, T8] = dy.shape as Shape4D;
  const [kh, kw, , T] = shape;
  const size = covered(outHeight, outWidth, geometry);
  const wideGradient = zeros(heap, [kh, kw, C, T8]);
  const sums = pointer(heap, wideGradient);
  const { stride, dilation } = geometry;
  const sizes = [size[1], C, outHeight, outWidth, T8, kh, kw];
  eachPadded(kernels, x, geometry, size, (image, i) => {
    float.filterGradient(image, imageOf(heap, dy, i), sums, ...sizes, ...stride, ...dilation);
  });
  if (T === T8) return wideGradient;
  const dw = heap.makeOutput(shape, "float32");
  float.copyColumns(sums, pointer(heap, dw), kh * kw * C, T, T8, T);
  heap.disposeData(wideGradient.dataId);
  return dw;
}

/** dL/dx, in the shape of x, for masked dy: n × h' × w' × T8. */
export function inputGradient(
  { heap, float }: Kernels,
  dy: TensorInfo,
  w: TensorInfo,
  shape: number[],
  geometry: Geometry,
): TensorInfo {
  const [n, height, width, C] = shape as Shape4D;
  const [, outHeight, outWidth, T8] = dy.shape as Shape4D;
  const [kh, kw, , T] = w.shape as Shape4D;
  const C8 = padded8(C);
  const [high, wide] = covered(outHeight, outWidth, geometry);
  const dx = heap.makeOutput(shape, "float32");
  withScratch(heap, [high * wide * C8, kh * kw * T8 * C8], (image, filter) => {
    const { padding, stride, dilation } = geometry;
    clear(heap, filter, kh * kw * T8 * C8);
    for (let tap = 0; tap < kh * kw; tap++) {
      // C × T of a tap, transposed: T rows of C; those up to T8 meet zeros of dy.
      float.pack(pointer(heap, w) + bytes(tap * C * T), filter + bytes(tap * T8 * C8), T8, C, 1, T);
    }
    for (let i = 0; i < n; i++) {
      clear(heap, image, high * wide * C8);
      const size = [wide, C8, outHeight, outWidth, T8, kh, kw];
      float.inputGradient(imageOf(heap, dy, i), filter, image, ...size, ...stride, ...dilation);
      float.crop(image, imageOf(heap, dx, i), height, width, C, padding.top, padding.left, high, wide, C8);
    }
  });
  return dx;
}

/** activation(conv(x, w) + bias) a channel: x n × h × w × C, w kh × kw × C × 1, bias C → n × h' × w' × C. */
export function depthwise(
  kernels: Kernels,
  x: TensorInfo,
  w: TensorInfo,
  bias: TensorInfo,
  geometry: Geometry,
  activation: Activation,
): TensorInfo {
  const [n, height, width, C] = x.shape as Shape4D;
  const [outHeight, outWidth] = windowOutput([height, width, C], geometry);
  const { heap, float } = kernels;
  const size = covered(outHeight, outWidth, geometry);
  const y = heap.makeOutput([n, outHeight, outWidth, C], "float32");
  const { kernel, stride, dilation } = geometry;
  const sizes = [size[1], C, outHeight, outWidth, ...kernel];
  eachPadded(kernels, x, geometry, size, (image, i) => {
    const pointers = [image, pointer(heap, w), pointer(heap, bias), imageOf(heap, y, i)];
    float.depthwise(...pointers, ...sizes, ...stride, ...dilation, ...CLAMP[activation]);
  });
  return y;
}

/** dL/dx and dL/dw of a depthwise convolution, for masked dy: n × h' × w' × C8. */
export function depthwiseGradient(
  kernels: Kernels,
  x: TensorInfo,
  w: TensorInfo,
  dy: TensorInfo,
  geometry: Geometry,
): [dx: TensorInfo, dw: TensorInfo] {
  const { heap, float } = kernels;
  const [, height, width, C] = x.shape as Shape4D;
  const [, outHeight, outWidth, C8] = dy.shape as Shape4D;
  const [high, wide] = covered(outHeight, outWidth, geometry);
  const dx = heap.makeOutput(x.shape, "float32");
  const dw = zeros(heap, w.shape);
  const { kernel, padding, stride, dilation } = geometry;
  const sizes = [wide, C, C8, outHeight, outWidth, ...kernel];
  withScratch(heap, [high * wide * C], (slope) => {
    eachPadded(kernels, x, geometry, [high, wide], (image, i) => {
      clear(heap, slope, high * wide * C);
      const pointers = [image, pointer(heap, w), imageOf(heap, dy, i), slope, pointer(heap, dw)];
      float.depthwiseGradient(...pointers, ...sizes, ...stride, ...dilation);
      float.crop(slope, imageOf(heap, dx, i), height, width, C, padding.top, padding.left, high, wide, C);
    });
  });
  return [dx, dw];
}
