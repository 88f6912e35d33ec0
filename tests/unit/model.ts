// Lays a small model file out by hand, record by record, and loads it: the material of the specs of layers and reader.
// The file is built in the runtime's reserved memory, which the unit build keeps below as-pect's heap (MODEL_BASE).

import { lastError, load as loadModel, output, reserve, run } from "../../assembly/index";
import { layerRecord, tensorBytes, tensorRecord, values } from "../../assembly/model";
import { crc32 } from "../../assembly/reader/crc32";
import { file, placeArena } from "../../assembly/state";
import {
  align,
  FORMAT_VERSION,
  H_ARENA_BYTES,
  H_CRC32,
  H_DATA,
  H_DATA_BYTES,
  H_FILE_BYTES,
  H_INPUT,
  H_LAYER_COUNT,
  H_LAYERS,
  H_MAGIC,
  H_METADATA,
  H_OUTPUT,
  H_TENSOR_COUNT,
  H_TENSORS,
  H_VERSION,
  HEADER_BYTES,
  L_ACTIVATION_MAX,
  L_ACTIVATION_MIN,
  L_BATCH,
  L_BIAS,
  L_DILATION_HEIGHT,
  L_DILATION_WIDTH,
  L_GROUPS,
  L_INPUT,
  L_INPUT2,
  L_KERNEL_HEIGHT,
  L_KERNEL_WIDTH,
  L_KIND,
  L_MULTIPLIERS,
  L_OUTPUT,
  L_PAD_LEFT,
  L_PAD_TOP,
  L_PARAMETER_COUNT,
  L_PARAMETERS,
  L_SCRATCH,
  L_SCRATCH_BYTES,
  L_SHIFTS,
  L_STRIDE_HEIGHT,
  L_STRIDE_WIDTH,
  L_STRIP_COLUMNS,
  L_STRIP_ROWS,
  LAYER_BYTES,
  MAGIC,
  NO_TENSOR,
  T_ARENA,
  T_CHANNELS,
  T_HEIGHT,
  T_WIDTH,
  T_ZERO_POINT,
  TENSOR_BYTES,
} from "../../format/layout";

export const FILE_BYTES: i32 = 8192;
const LAYERS: i32 = HEADER_BYTES + align(12 * TENSOR_BYTES);
export const DATA: i32 = LAYERS + 6 * LAYER_BYTES;

let dataEnd: i32 = DATA;
let arenaEnd: i32 = 0;

/** An empty file with sections of fixed place: room for 12 tensors and 6 layers. */
export function begin(): void {
  const f = reserve(FILE_BYTES);
  memory.fill(f, 0, FILE_BYTES);
  dataEnd = DATA;
  arenaEnd = 0;
  store<i32>(f, MAGIC, H_MAGIC);
  store<i32>(f, FORMAT_VERSION, H_VERSION);
  store<i32>(f, FILE_BYTES, H_FILE_BYTES);
  store<i32>(f, HEADER_BYTES, H_TENSORS);
  store<i32>(f, LAYERS, H_LAYERS);
  store<i32>(f, DATA, H_DATA);
  store<i32>(f, FILE_BYTES - DATA, H_DATA_BYTES);
  store<i32>(f, HEADER_BYTES, H_METADATA);
}

/** Adds to a header count and returns what it was. */
function next(count: i32): i32 {
  const index = load<i32>(file() + count);
  store<i32>(file() + count, index + 1);
  return index;
}

/** `bytes` of arena that nothing else has: their offset. */
function place(bytes: i32): i32 {
  const at = arenaEnd;
  arenaEnd += align(bytes);
  store<i32>(file(), arenaEnd, H_ARENA_BYTES);
  return at;
}

/** A tensor with memory of its own; its index. */
export function tensor(height: i32, width: i32, channels: i32, zeroPoint: i32 = 0): i32 {
  const index = next(H_TENSOR_COUNT);
  const record = tensorRecord(index);
  store<i32>(record, place(height * width * channels), T_ARENA);
  store<u16>(record, height, T_HEIGHT);
  store<u16>(record, width, T_WIDTH);
  store<i32>(record, channels, T_CHANNELS);
  store<i32>(record, zeroPoint, T_ZERO_POINT);
  return index;
}

/** A layer whose fields are neutral: kernel, stride and dilation 1, no padding, no second input. Its record. */
export function layer(kind: i32, input: i32, output: i32): usize {
  const record = layerRecord(next(H_LAYER_COUNT));
  store<u8>(record, kind, L_KIND);
  store<u16>(record, input, L_INPUT);
  store<u16>(record, NO_TENSOR, L_INPUT2);
  store<u16>(record, output, L_OUTPUT);
  store<i8>(record, -128, L_ACTIVATION_MIN);
  store<i8>(record, 127, L_ACTIVATION_MAX);
  store<u16>(record, 1, L_GROUPS);
  window(record, 1, 1, 1, 1, 0);
  return record;
}

/** The geometry, with one stride, dilation and padding for both axes; single fields may be stored over it. */
export function window(
  record: usize,
  height: i32,
  width: i32,
  stride: i32 = 1,
  dilation: i32 = 1,
  padding: i32 = 0,
): void {
  store<u16>(record, height, L_KERNEL_HEIGHT);
  store<u16>(record, width, L_KERNEL_WIDTH);
  store<u8>(record, stride, L_STRIDE_HEIGHT);
  store<u8>(record, stride, L_STRIDE_WIDTH);
  store<u8>(record, dilation, L_DILATION_HEIGHT);
  store<u8>(record, dilation, L_DILATION_WIDTH);
  store<u8>(record, padding, L_PAD_TOP);
  store<u8>(record, padding, L_PAD_LEFT);
}

/** Puts numbers of type T into the data section and their offset into the record's field. */
export function put<T>(record: usize, field: usize, numbers: StaticArray<i32>): void {
  dataEnd = (dataEnd + <i32>sizeof<T>() - 1) & ~(<i32>sizeof<T>() - 1);
  store<i32>(record + field, dataEnd);
  for (let i = 0; i < numbers.length; i++, dataEnd += <i32>sizeof<T>()) store<T>(file() + dataEnd, <T>numbers[i]);
}

/** `count` numbers of one value, for put. */
export function repeat(value: i32, count: i32): StaticArray<i32> {
  const numbers = new StaticArray<i32>(count);
  for (let i = 0; i < count; i++) numbers[i] = value;
  return numbers;
}

export function parameters(record: usize, words: StaticArray<i32>): void {
  put<i32>(record, L_PARAMETERS, words);
  store<u8>(record, words.length, L_PARAMETER_COUNT);
}

/** Bias 0 and a requantisation that leaves a sum as it is, for `count` channels: 2^30 · 2^(1 − 31) = 1. */
export function exact(record: usize, count: i32): void {
  put<i32>(record, L_BIAS, repeat(0, count));
  put<i32>(record, L_MULTIPLIERS, repeat(1 << 30, count));
  put<i8>(record, L_SHIFTS, repeat(1, count));
}

export function scratch(record: usize, bytes: i32): void {
  store<i32>(record, place(bytes), L_SCRATCH);
  store<i32>(record, bytes, L_SCRATCH_BYTES);
}

/** A strip of a layer of signs, and scratch enough for it and more. */
export function strip(record: usize, rows: i32 = 1, columns: i32 = 1, batch: i32 = 64): void {
  store<u8>(record, rows, L_STRIP_ROWS);
  store<u8>(record, columns, L_STRIP_COLUMNS);
  store<u16>(record, batch, L_BATCH);
  scratch(record, 1 << 17);
}

/** Places the arena of a file that is not to be verified: for kernels, whose records need not make a model. */
export function unverified(): void {
  placeArena(FILE_BYTES, arenaEnd);
}

/** Seals and loads what stands in the reserved memory. The runtime's status. */
export function reload(bytes: i32 = FILE_BYTES): i32 {
  const after = H_CRC32 + 4;
  store<u32>(file(), crc32(file() + after, bytes - after), H_CRC32);
  return loadModel(bytes);
}

/** Says which tensors are input and output, then seals and loads. The runtime's status. */
export function finish(input: i32, output: i32): i32 {
  store<i32>(file(), input, H_INPUT);
  store<i32>(file(), output, H_OUTPUT);
  return reload();
}

/** Writes the values of a loaded model's tensor. */
export function write(index: i32, numbers: StaticArray<i32>): void {
  const at = values(tensorRecord(index));
  for (let i = 0; i < numbers.length; i++) store<i8>(at + i, numbers[i]);
}

/** Asserts that the loaded model makes `expected` of `input`. */
export function expectRun(input: StaticArray<i32>, expected: StaticArray<i32>): void {
  expect(<i32>(lastError() & 0xffffffff)).toBe(0, "the model is accepted");
  write(load<i32>(file(), H_INPUT), input);
  expect(run()).toBe(0);
  expect(tensorBytes(tensorRecord(load<i32>(file(), H_OUTPUT)))).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) expect(<i32>load<i8>(output() + i)).toBe(expected[i], `value ${i}`);
}

/** Record index of the last refusal; −1: none. */
export function refusedRecord(): i32 {
  return <i32>(lastError() >> 32);
}
