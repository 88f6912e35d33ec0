// What every reader of samples returns, and the conversions to what networks take.
import { HalfbitError } from "../errors.ts";
import { type Quantisation, size } from "../graph/graph.ts";
import type { Metadata } from "../program.ts";

export type Preprocessing = NonNullable<Metadata["preprocessing"]>;

/**
 * Numbers of a sample file, C order.
 * float32: real values. uint8: pixels, 0…255. int8: values in the model's input quantisation.
 * shape: [count, …] or one sample's own; raw files are one row of bytes.
 */
export interface SampleArray {
  file: string;
  shape: number[];
  data: Float32Array | Uint8Array | Int8Array;
}

/** The network input that samples are meant for: shape H × W × C, and its quantisation where it has one. */
export interface InputSpec {
  shape: readonly [number, number, number];
  quantisation?: Quantisation;
  preprocessing?: Preprocessing;
}

type Layout = "flat" | "H × W × C" | "C × H × W";

/** How the last dimensions lay out a sample; dimensions of 1 say nothing. Undefined: in no way the network knows. */
function layout(array: readonly number[], [h, w, c]: readonly [number, number, number]): Layout | undefined {
  const wide = (shape: readonly number[]) => shape.filter((n) => n !== 1);
  const own = wide(array);
  const ends = (shape: number[]) => wide(shape).every((n, i, all) => own[own.length - all.length + i] === n);
  if (array.length < 2 || ends([h * w * c])) return "flat";
  if (ends([h, w, c])) return "H × W × C";
  return ends([c, h, w]) ? "C × H × W" : undefined;
}

/**
 * How many samples of the input's size the file holds. E_INPUT_SIZE where that is not a whole number, or an array's
 * dimensions are not the input's.
 */
export function sampleCount(samples: SampleArray, shape: readonly [number, number, number]): number {
  const each = size(shape);
  const values = samples.data.length;
  const wanted = `${shape.join("x")} = ${each}`;
  if (values === 0 || values % each !== 0) {
    throw new HalfbitError(
      "E_INPUT_SIZE",
      `${samples.file}: ${values} values (${samples.shape.join("x")}), but the model's input has ${wanted} a sample`,
    );
  }
  if (layout(samples.shape, shape) === undefined) {
    throw new HalfbitError(
      "E_INPUT_SIZE",
      `${samples.file}: an array of ${samples.shape.join("x")} holds no samples of ${wanted}; give it N x H x W x C or N x C x H x W`,
    );
  }
  return values / each;
}

/** q = round(real / scale) + zeroPoint, halves away from zero as in TFLite, clamped to int8. */
export function quantise(real: number, { scale, zeroPoint }: Quantisation): number {
  const steps = real / scale;
  const rounded = Math.sign(steps) * Math.floor(Math.abs(steps) + 0.5);
  return Math.max(-128, Math.min(127, rounded + zeroPoint));
}

/** Real values, count × H × W × C. int8 samples need the input's quantisation. */
export function toReal(samples: SampleArray, input: InputSpec): Float32Array {
  sampleCount(samples, input.shape);
  const data = toNhwc(samples, input.shape);
  if (data instanceof Float32Array) return data;
  if (data instanceof Uint8Array) {
    const channels = input.shape[2];
    return Float32Array.from(data, (pixel, i) => preprocess(pixel, i % channels, input.preprocessing));
  }
  const quantisation = input.quantisation;
  if (quantisation === undefined) {
    throw new HalfbitError("E_INPUT_FORMAT", `${samples.file}: int8 samples, but the network's input is not int8`);
  }
  return Float32Array.from(data, (q) => quantisation.scale * (q - quantisation.zeroPoint));
}

/**
 * int8 values for the model's input, count × H × W × C.
 * Pixels go through the model's preprocessing; without one, pixel p becomes p − 128, which is right for every network
 * whose int8 input spans the pixels' range, whatever the reals are called.
 */
export function toInt8(samples: SampleArray, input: InputSpec & { quantisation: Quantisation }): Int8Array {
  sampleCount(samples, input.shape);
  const data = toNhwc(samples, input.shape);
  if (data instanceof Int8Array) return data;
  if (data instanceof Uint8Array && input.preprocessing === undefined) return Int8Array.from(data, (p) => p - 128);
  const at = samples.data.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) {
    throw new HalfbitError(
      "E_INPUT_FORMAT",
      `${samples.file}: value ${at} is ${samples.data[at]}, not a finite number`,
    );
  }
  return Int8Array.from(toReal(samples, input), (real) => quantise(real, input.quantisation));
}

function preprocess(pixel: number, channel: number, preprocessing: Preprocessing | undefined): number {
  if (preprocessing === undefined) return pixel;
  return (pixel - one(preprocessing.mean, channel)) * one(preprocessing.scale, channel);
}

/** A list holds a value for all channels or one each. */
function one(values: number[], channel: number): number {
  return values[values.length === 1 ? 0 : channel];
}

/** PyTorch's arrays are count × C × H × W: recognised by a shape that fits so and not as H × W × C. */
function toNhwc({ shape, data }: SampleArray, input: readonly [number, number, number]): SampleArray["data"] {
  if (layout(shape, input) !== "C × H × W") return data;
  const [h, w, c] = input;
  const moved = data.slice();
  const each = h * w * c;
  for (let i = 0; i < data.length; i++) {
    const channel = i % c;
    const pixel = Math.floor((i % each) / c);
    moved[i] = data[i - (i % each) + channel * h * w + pixel];
  }
  return moved;
}
