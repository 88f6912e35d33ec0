// The model file's layout: offsets, codes and limits, each defined here once.
// Plain TypeScript: `asc` compiles it into the runtime and the host imports it. SPEC.md is the prose.
// All integers are little-endian; every section starts at a multiple of ALIGNMENT.

export const MAGIC: i32 = 0x54494248; // "HBIT"
export const FORMAT_VERSION: i32 = 1;
export const ALIGNMENT: i32 = 16;

// Header (u32 fields).
export const HEADER_BYTES: i32 = 64;
export const H_MAGIC: i32 = 0;
export const H_VERSION: i32 = 4;
export const H_FILE_BYTES: i32 = 8;
export const H_CRC32: i32 = 12; // IEEE CRC-32 of every byte after this field
export const H_ARENA_BYTES: i32 = 16;
export const H_TENSOR_COUNT: i32 = 20;
export const H_TENSORS: i32 = 24;
export const H_LAYER_COUNT: i32 = 28;
export const H_LAYERS: i32 = 32;
export const H_DATA: i32 = 36; // weights, biases, multipliers, parameters
export const H_DATA_BYTES: i32 = 40;
export const H_METADATA: i32 = 44; // UTF-8 JSON, skipped by the runtime
export const H_METADATA_BYTES: i32 = 48;
export const H_INPUT: i32 = 52; // tensor index
export const H_OUTPUT: i32 = 56; // tensor index
export const H_SELF_TEST: i32 = 60; // offset, 0 where the file carries none

// Self-test section: seed u32, then one CRC-32 a layer over the bytes of its output tensor.

// Tensor record: one int8 NHWC activation of batch 1.
export const TENSOR_BYTES: i32 = 20;
export const T_ARENA: i32 = 0; // u32 byte offset in the arena
export const T_HEIGHT: i32 = 4; // u16
export const T_WIDTH: i32 = 6; // u16
export const T_CHANNELS: i32 = 8; // u32
export const T_SCALE: i32 = 12; // f32, read by hosts only
export const T_ZERO_POINT: i32 = 16; // i32 in [-128, 127]

// Layer record.
export const LAYER_BYTES: i32 = 64;
export const L_KIND: i32 = 0; // u8, KIND_*
export const L_PLANES: i32 = 1; // u8, BinaryPlanes: number of planes
export const L_INPUT: i32 = 2; // u16 tensor index
export const L_INPUT2: i32 = 4; // u16 tensor index or NO_TENSOR: Add and Mul operand, residual of a fused Add
export const L_OUTPUT: i32 = 6; // u16 tensor index
export const L_KERNEL_HEIGHT: i32 = 8; // u16
export const L_KERNEL_WIDTH: i32 = 10; // u16
export const L_STRIDE_HEIGHT: i32 = 12; // u8
export const L_STRIDE_WIDTH: i32 = 13; // u8
export const L_DILATION_HEIGHT: i32 = 14; // u8
export const L_DILATION_WIDTH: i32 = 15; // u8
export const L_PAD_TOP: i32 = 16; // u8
export const L_PAD_LEFT: i32 = 17; // u8
export const L_ACTIVATION_MIN: i32 = 18; // i8
export const L_ACTIVATION_MAX: i32 = 19; // i8
export const L_GROUPS: i32 = 20; // u16
export const L_RANK: i32 = 22; // u16, SemiBinary: K
export const L_SHIFT_M: i32 = 24; // u8, SemiBinary: n of M_k·2^-n
export const L_SHIFT_R: i32 = 25; // u8, SemiBinary: r of R_t·2^-r; BinaryPlanes: the same for A_{t,i}
export const L_STRIP_ROWS: i32 = 26; // u8, SemiBinary and BinaryPlanes: output pixels that are computed at once
export const L_STRIP_COLUMNS: i32 = 27; // u8
export const L_WEIGHTS: i32 = 28; // u32, int8 weights, or packed V or planes, or the Lookup table
export const L_WEIGHTS_U: i32 = 32; // u32, SemiBinary: packed U
export const L_BIAS: i32 = 36; // u32, int32[T]; SemiBinary and BinaryPlanes: int16[T]
export const L_MULTIPLIERS: i32 = 40; // u32, int32[T] Q31; SemiBinary: u16[K] M; BinaryPlanes: i16[T·planes] A
export const L_SHIFTS: i32 = 44; // u32, int8[T]; SemiBinary: u16[T] R
export const L_SCRATCH: i32 = 48; // u32 byte offset in the arena
export const L_SCRATCH_BYTES: i32 = 52; // u32
export const L_PARAMETERS: i32 = 56; // u32, int32 words (ADD_*, MUL_*, SOFTMAX_*, CONCAT_*, MEAN_*)
export const L_PARAMETER_COUNT: i32 = 60; // u8, number of words
export const L_BIAS_SHIFT: i32 = 61; // u8, SemiBinary and BinaryPlanes: b of bias_t·2^b
export const L_BATCH: i32 = 62; // u16, SemiBinary and BinaryPlanes: groups of 4 inputs whose tables stand at once

export const NO_TENSOR: i32 = 0xffff;

export const KIND_CONV_2D: i32 = 1;
export const KIND_DEPTHWISE_CONV_2D: i32 = 2;
export const KIND_FULLY_CONNECTED: i32 = 3;
export const KIND_ADD: i32 = 4;
export const KIND_MUL: i32 = 5;
export const KIND_CONCAT: i32 = 6;
export const KIND_PAD: i32 = 7;
export const KIND_AVERAGE_POOL: i32 = 8;
export const KIND_MAX_POOL: i32 = 9;
export const KIND_MEAN: i32 = 10;
export const KIND_SOFTMAX: i32 = 11;
export const KIND_LOOKUP: i32 = 12;
export const KIND_SEMI_BINARY: i32 = 13;
export const KIND_BINARY_PLANES: i32 = 14;
export const KIND_COUNT: i32 = 15;

// Parameter words of Add, alone or fused into the store of a convolution.
export const ADD_ZERO_1: i32 = 0;
export const ADD_MULTIPLIER_1: i32 = 1;
export const ADD_SHIFT_1: i32 = 2;
export const ADD_ZERO_2: i32 = 3;
export const ADD_MULTIPLIER_2: i32 = 4;
export const ADD_SHIFT_2: i32 = 5;
export const ADD_ZERO_OUT: i32 = 6;
export const ADD_MULTIPLIER_OUT: i32 = 7;
export const ADD_SHIFT_OUT: i32 = 8;
export const ADD_MIN: i32 = 9;
export const ADD_MAX: i32 = 10;
export const ADD_WORDS: i32 = 11;

export const MUL_MULTIPLIER: i32 = 0;
export const MUL_SHIFT: i32 = 1;
export const MUL_WORDS: i32 = 2;

// Mean over height and width.
export const MEAN_MULTIPLIER: i32 = 0;
export const MEAN_SHIFT: i32 = 1;
export const MEAN_WORDS: i32 = 2;

export const SOFTMAX_MULTIPLIER: i32 = 0;
export const SOFTMAX_SHIFT: i32 = 1;
export const SOFTMAX_DIFF_MIN: i32 = 2;
export const SOFTMAX_WORDS: i32 = 3;

export const CONCAT_AXIS: i32 = 0; // 0 height, 1 width, 2 channels
export const CONCAT_INPUTS: i32 = 1; // from here on: tensor indices

// Limits. They bound every product the verifier and the kernels form:
// 255 · MAX_WINDOW < 2^31, so an int32 accumulator of ±x cannot overflow, and 127·255·MAX_WINDOW needs
// MAX_DENSE_WINDOW for int8 weights: 128 · 255 · 65,536 < 2^31.
// MAX_CHANNELS keeps 4-byte accumulators and the scratch formulas below in int32 as well.
export const MAX_FILE_BYTES: i32 = 0x10000000;
export const MAX_CHANNELS: i32 = 0x400000;
export const MAX_ARENA_BYTES: i32 = 0x10000000;
export const MAX_TENSORS: i32 = 4096;
export const MAX_LAYERS: i32 = 2048;
export const MAX_WINDOW: i32 = 0x400000;
export const MAX_DENSE_WINDOW: i32 = 0x10000;
export const MAX_PLANES: i32 = 8;
export const MAX_SHIFT: i32 = 47;
export const MAX_PADDING: i32 = 255;
export const MAX_CONCAT_INPUTS: i32 = 64;
export const MAX_POOLED_PIXELS: i32 = 0x800000; // 255 · 2^23 < 2^31: sums of pools and means stay in int32
export const MAX_SOFTMAX_CHANNELS: i32 = 4095; // the Q12.19 sum of exponentials stays below 2^31

/** Bytes of a packed row of `count` signs: bit s of the row is 1 for +1 and 0 for -1, least significant first. */
export function packedRowBytes(count: i32): i32 {
  return (count + 7) >> 3;
}

/** `value` rounded up to a multiple of ALIGNMENT. */
export function align(value: i32): i32 {
  return (value + 15) & ~15;
}
