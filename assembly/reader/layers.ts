// One check a layer kind: after it, the kind's function in layers/ touches only memory that the check has seen.

import {
  ADD_MAX,
  ADD_MIN,
  ADD_SHIFT_1,
  ADD_SHIFT_2,
  ADD_SHIFT_OUT,
  ADD_WORDS,
  ADD_ZERO_1,
  ADD_ZERO_2,
  ADD_ZERO_OUT,
  binaryPlanesScratchBytes,
  CONCAT_AXIS,
  CONCAT_INPUTS,
  conv2DScratchBytes,
  depthwiseScratchBytes,
  H_ARENA_BYTES,
  H_DATA,
  H_DATA_BYTES,
  H_TENSOR_COUNT,
  KIND_ADD,
  KIND_AVERAGE_POOL,
  KIND_BINARY_PLANES,
  KIND_CONCAT,
  KIND_CONV_2D,
  KIND_DEPTHWISE_CONV_2D,
  KIND_FULLY_CONNECTED,
  KIND_LOOKUP,
  KIND_MAX_POOL,
  KIND_MEAN,
  KIND_MUL,
  KIND_PAD,
  KIND_SEMI_BINARY,
  KIND_SOFTMAX,
  L_ACTIVATION_MAX,
  L_ACTIVATION_MIN,
  L_BIAS,
  L_DILATION_HEIGHT,
  L_DILATION_WIDTH,
  L_GROUPS,
  L_INPUT,
  L_INPUT2,
  L_KIND,
  L_MULTIPLIERS,
  L_OUTPUT,
  L_PAD_LEFT,
  L_PAD_TOP,
  L_PARAMETER_COUNT,
  L_PARAMETERS,
  L_PLANES,
  L_RANK,
  L_RESERVED,
  L_SCRATCH,
  L_SCRATCH_BYTES,
  L_SHIFT_M,
  L_SHIFT_R,
  L_SHIFTS,
  L_WEIGHTS,
  L_WEIGHTS_U,
  MAX_CONCAT_INPUTS,
  MAX_DENSE_WINDOW,
  MAX_PLANES,
  MAX_SHIFT,
  MAX_SOFTMAX_CHANNELS,
  MAX_WINDOW,
  MEAN_SHIFT,
  MEAN_WORDS,
  MUL_SHIFT,
  MUL_WORDS,
  NO_TENSOR,
  packedRowBytes,
  SOFTMAX_SHIFT,
  SOFTMAX_WORDS,
  semiBinaryScratchBytes,
} from "../../format/layout";
import {
  STATUS_GEOMETRY,
  STATUS_LAYER_KIND,
  STATUS_LAYER_TENSORS,
  STATUS_OK,
  STATUS_PARAMETERS,
  STATUS_SCRATCH,
  STATUS_WEIGHTS,
} from "../../format/status";
import { channels, height, parameters, shifts, tensorBytes, tensorRecord, width } from "../model";
import { file } from "../state";
import { sameShape, windowAgrees, windowSize } from "./geometry";

/** True where `bytes` from `offset` lie in the data section, aligned to `alignment`. */
function inData(offset: u32, bytes: u64, alignment: u32): bool {
  const start = load<u32>(file(), H_DATA);
  const end = <u64>start + <u64>load<u32>(file(), H_DATA_BYTES);
  return offset % alignment == 0 && offset >= start && <u64>offset + bytes <= end;
}

function hasScratch(layer: usize, bytes: i32): bool {
  const offset = load<u32>(layer, L_SCRATCH);
  const have = load<u32>(layer, L_SCRATCH_BYTES);
  return offset % 16 == 0 && have >= <u32>bytes && <u64>offset + <u64>have <= <u64>load<u32>(file(), H_ARENA_BYTES);
}

function hasParameters(layer: usize, words: u32): bool {
  return load<u32>(layer, L_PARAMETER_COUNT) == words && inData(load<u32>(layer, L_PARAMETERS), <u64>words * 4, 4);
}

/** A Q31 multiplier's exponent. */
function isExponent(shift: i32): bool {
  return shift >= -31 && shift <= 30;
}

function isInt8(value: i32): bool {
  return value >= -128 && value <= 127;
}

function addParameters(layer: usize): bool {
  if (!hasParameters(layer, ADD_WORDS)) return false;
  const p = parameters(layer);
  return (
    // |q − zero| ≤ 255: with 20 extra bits an operand stays in int32.
    isInt8(load<i32>(p, ADD_ZERO_1 * 4)) &&
    isInt8(load<i32>(p, ADD_ZERO_2 * 4)) &&
    isInt8(load<i32>(p, ADD_ZERO_OUT * 4)) &&
    isInt8(load<i32>(p, ADD_MIN * 4)) &&
    isInt8(load<i32>(p, ADD_MAX * 4)) &&
    load<i32>(p, ADD_MIN * 4) <= load<i32>(p, ADD_MAX * 4) &&
    isExponent(load<i32>(p, ADD_SHIFT_1 * 4)) &&
    isExponent(load<i32>(p, ADD_SHIFT_2 * 4)) &&
    isExponent(load<i32>(p, ADD_SHIFT_OUT * 4))
  );
}

/** Either no second input and no parameters, or a residual of the output's shape and an Add's parameters. */
function fusedAdd(layer: usize, output: usize): i32 {
  const residual = load<u16>(layer, L_INPUT2);
  if (residual == NO_TENSOR) return load<u32>(layer, L_PARAMETER_COUNT) == 0 ? STATUS_OK : STATUS_PARAMETERS;
  if (!sameShape(tensorRecord(residual), output)) return STATUS_GEOMETRY;
  return addParameters(layer) ? STATUS_OK : STATUS_PARAMETERS;
}

/** int32 bias, Q31 multiplier and exponent for each of `count` outputs. */
function requantisation(layer: usize, count: i32): bool {
  const n = <u64>count;
  if (
    !inData(load<u32>(layer, L_BIAS), n * 4, 4) ||
    !inData(load<u32>(layer, L_MULTIPLIERS), n * 4, 4) ||
    !inData(load<u32>(layer, L_SHIFTS), n, 1)
  )
    return false;
  for (let t = 0; t < count; t++) if (!isExponent(load<i8>(shifts(layer) + t))) return false;
  return true;
}

function conv2D(layer: usize, input: usize, output: usize): i32 {
  const groups = <i32>load<u16>(layer, L_GROUPS);
  if (groups < 1 || channels(input) % groups != 0 || channels(output) % groups != 0) return STATUS_GEOMETRY;
  const window = windowSize(layer, channels(input) / groups);
  if (window > MAX_DENSE_WINDOW || !windowAgrees(layer, input, output)) return STATUS_GEOMETRY;
  const count = channels(output);
  if (!inData(load<u32>(layer, L_WEIGHTS), <u64>window * <u64>count, 1) || !requantisation(layer, count))
    return STATUS_WEIGHTS;
  if (!hasScratch(layer, conv2DScratchBytes(<i32>window, count))) return STATUS_SCRATCH;
  return fusedAdd(layer, output);
}

function depthwiseConv2D(layer: usize, input: usize, output: usize): i32 {
  const count = channels(output);
  if (count % channels(input) != 0 || !windowAgrees(layer, input, output)) return STATUS_GEOMETRY;
  const taps = windowSize(layer, 1);
  if (taps > MAX_DENSE_WINDOW) return STATUS_GEOMETRY;
  if (!inData(load<u32>(layer, L_WEIGHTS), <u64>taps * <u64>count, 1) || !requantisation(layer, count))
    return STATUS_WEIGHTS;
  if (!hasScratch(layer, depthwiseScratchBytes(count))) return STATUS_SCRATCH;
  return fusedAdd(layer, output);
}

function fullyConnected(layer: usize, input: usize, output: usize): i32 {
  const count = channels(output);
  const whole = tensorBytes(output) == count;
  const window = whole ? tensorBytes(input) : channels(input);
  if (window > MAX_DENSE_WINDOW) return STATUS_GEOMETRY;
  if (!whole && (height(input) != height(output) || width(input) != width(output))) return STATUS_GEOMETRY;
  if (!inData(load<u32>(layer, L_WEIGHTS), <u64>window * <u64>count, 1) || !requantisation(layer, count))
    return STATUS_WEIGHTS;
  return hasScratch(layer, conv2DScratchBytes(window, count)) ? STATUS_OK : STATUS_SCRATCH;
}

function semiBinary(layer: usize, input: usize, output: usize): i32 {
  const window = windowSize(layer, channels(input));
  const rank = <i32>load<u16>(layer, L_RANK);
  const count = channels(output);
  if (window > MAX_WINDOW || rank < 1 || !windowAgrees(layer, input, output)) return STATUS_GEOMETRY;
  if (
    <i32>load<u8>(layer, L_SHIFT_M) > MAX_SHIFT ||
    <i32>load<u8>(layer, L_SHIFT_R) > MAX_SHIFT ||
    !inData(load<u32>(layer, L_WEIGHTS), <u64>packedRowBytes(<i32>window) * <u64>rank, 1) ||
    !inData(load<u32>(layer, L_WEIGHTS_U), <u64>packedRowBytes(rank) * <u64>count, 1) ||
    !inData(load<u32>(layer, L_BIAS), <u64>count * 4, 4) ||
    !inData(load<u32>(layer, L_MULTIPLIERS), <u64>rank * 2, 2) ||
    !inData(load<u32>(layer, L_SHIFTS), <u64>count * 2, 2)
  )
    return STATUS_WEIGHTS;
  if (!hasScratch(layer, semiBinaryScratchBytes(<i32>window, rank, count))) return STATUS_SCRATCH;
  return fusedAdd(layer, output);
}

function binaryPlanes(layer: usize, input: usize, output: usize): i32 {
  const window = windowSize(layer, channels(input));
  const planes = <i32>load<u8>(layer, L_PLANES);
  const count = channels(output);
  if (window > MAX_WINDOW || planes < 1 || planes > MAX_PLANES || !windowAgrees(layer, input, output))
    return STATUS_GEOMETRY;
  if (
    <i32>load<u8>(layer, L_SHIFT_R) > MAX_SHIFT ||
    !inData(load<u32>(layer, L_WEIGHTS), <u64>packedRowBytes(<i32>window) * <u64>planes * <u64>count, 1) ||
    !inData(load<u32>(layer, L_BIAS), <u64>count * 4, 4) ||
    !inData(load<u32>(layer, L_MULTIPLIERS), <u64>planes * <u64>count * 2, 2)
  )
    return STATUS_WEIGHTS;
  if (!hasScratch(layer, binaryPlanesScratchBytes(<i32>window, count))) return STATUS_SCRATCH;
  return fusedAdd(layer, output);
}

function pool(layer: usize, input: usize, output: usize): i32 {
  // Only taps that are neighbours are sure to meet the image, so that an average never divides by zero.
  const dense = load<u8>(layer, L_DILATION_HEIGHT) == 1 && load<u8>(layer, L_DILATION_WIDTH) == 1;
  return dense && channels(input) == channels(output) && windowAgrees(layer, input, output)
    ? STATUS_OK
    : STATUS_GEOMETRY;
}

function add(layer: usize, input: usize, output: usize): i32 {
  const second = load<u16>(layer, L_INPUT2);
  if (second == NO_TENSOR) return STATUS_LAYER_TENSORS;
  if (!sameShape(input, output) || !sameShape(tensorRecord(second), output)) return STATUS_GEOMETRY;
  return addParameters(layer) ? STATUS_OK : STATUS_PARAMETERS;
}

function mul(layer: usize, input: usize, output: usize): i32 {
  const index = load<u16>(layer, L_INPUT2);
  if (index == NO_TENSOR) return STATUS_LAYER_TENSORS;
  const second = tensorRecord(index);
  const perChannel = tensorBytes(second) == channels(output) && channels(second) == channels(output);
  if (!sameShape(input, output) || (!perChannel && !sameShape(second, output))) return STATUS_GEOMETRY;
  return hasParameters(layer, MUL_WORDS) && isExponent(load<i32>(parameters(layer), MUL_SHIFT * 4))
    ? STATUS_OK
    : STATUS_PARAMETERS;
}

function concat(layer: usize, output: usize): i32 {
  const words = load<u32>(layer, L_PARAMETER_COUNT);
  const tensors = load<u32>(file(), H_TENSOR_COUNT);
  if (words <= <u32>CONCAT_INPUTS || words > <u32>(CONCAT_INPUTS + MAX_CONCAT_INPUTS) || !hasParameters(layer, words))
    return STATUS_PARAMETERS;
  const p = parameters(layer);
  const axis = load<u32>(p, CONCAT_AXIS * 4);
  if (axis > 2 || load<u32>(p, CONCAT_INPUTS * 4) != load<u16>(layer, L_INPUT)) return STATUS_PARAMETERS;
  let total: i64 = 0;
  for (let i: u32 = CONCAT_INPUTS; i < words; i++) {
    const index = load<u32>(p + i * 4);
    if (index >= tensors) return STATUS_LAYER_TENSORS;
    const t = tensorRecord(index);
    if (axis != 0 && height(t) != height(output)) return STATUS_GEOMETRY;
    if (axis != 1 && width(t) != width(output)) return STATUS_GEOMETRY;
    if (axis != 2 && channels(t) != channels(output)) return STATUS_GEOMETRY;
    total += <i64>(axis == 0 ? height(t) : axis == 1 ? width(t) : channels(t));
  }
  const whole = axis == 0 ? height(output) : axis == 1 ? width(output) : channels(output);
  return total == <i64>whole ? STATUS_OK : STATUS_GEOMETRY;
}

function pad(layer: usize, input: usize, output: usize): i32 {
  return channels(input) == channels(output) &&
    <i32>load<u8>(layer, L_PAD_TOP) + height(input) <= height(output) &&
    <i32>load<u8>(layer, L_PAD_LEFT) + width(input) <= width(output)
    ? STATUS_OK
    : STATUS_GEOMETRY;
}

function mean(layer: usize, input: usize, output: usize): i32 {
  if (channels(input) != channels(output) || tensorBytes(output) != channels(output)) return STATUS_GEOMETRY;
  return hasParameters(layer, MEAN_WORDS) && isExponent(load<i32>(parameters(layer), MEAN_SHIFT * 4))
    ? STATUS_OK
    : STATUS_PARAMETERS;
}

function softmax(layer: usize, input: usize, output: usize): i32 {
  if (!sameShape(input, output) || channels(input) > MAX_SOFTMAX_CHANNELS) return STATUS_GEOMETRY;
  if (!hasParameters(layer, SOFTMAX_WORDS)) return STATUS_PARAMETERS;
  const shift = load<i32>(parameters(layer), SOFTMAX_SHIFT * 4);
  return shift >= 0 && shift <= 31 ? STATUS_OK : STATUS_PARAMETERS;
}

function lookup(layer: usize, input: usize, output: usize): i32 {
  if (!sameShape(input, output)) return STATUS_GEOMETRY;
  return inData(load<u32>(layer, L_WEIGHTS), 256, 1) ? STATUS_OK : STATUS_WEIGHTS;
}

function takesSecond(kind: i32): bool {
  return (
    kind == KIND_ADD ||
    kind == KIND_MUL ||
    kind == KIND_CONV_2D ||
    kind == KIND_DEPTHWISE_CONV_2D ||
    kind == KIND_SEMI_BINARY ||
    kind == KIND_BINARY_PLANES
  );
}

/** Status of one layer record on its own; what it shares with others is checked in overlap.ts. */
export function verifyLayer(layer: usize): i32 {
  const tensors = load<u32>(file(), H_TENSOR_COUNT);
  const second = <u32>load<u16>(layer, L_INPUT2);
  if (
    <u32>load<u16>(layer, L_INPUT) >= tensors ||
    <u32>load<u16>(layer, L_OUTPUT) >= tensors ||
    (second != NO_TENSOR && second >= tensors)
  )
    return STATUS_LAYER_TENSORS;
  if (second != NO_TENSOR && !takesSecond(load<u8>(layer, L_KIND))) return STATUS_LAYER_TENSORS;
  if (load<i8>(layer, L_ACTIVATION_MIN) > load<i8>(layer, L_ACTIVATION_MAX)) return STATUS_PARAMETERS;
  if (load<u16>(layer, L_RESERVED) != 0) return STATUS_LAYER_KIND;
  const input = tensorRecord(load<u16>(layer, L_INPUT));
  const output = tensorRecord(load<u16>(layer, L_OUTPUT));
  switch (<i32>load<u8>(layer, L_KIND)) {
    case KIND_CONV_2D:
      return conv2D(layer, input, output);
    case KIND_DEPTHWISE_CONV_2D:
      return depthwiseConv2D(layer, input, output);
    case KIND_FULLY_CONNECTED:
      return fullyConnected(layer, input, output);
    case KIND_ADD:
      return add(layer, input, output);
    case KIND_MUL:
      return mul(layer, input, output);
    case KIND_CONCAT:
      return concat(layer, output);
    case KIND_PAD:
      return pad(layer, input, output);
    case KIND_AVERAGE_POOL:
    case KIND_MAX_POOL:
      return pool(layer, input, output);
    case KIND_MEAN:
      return mean(layer, input, output);
    case KIND_SOFTMAX:
      return softmax(layer, input, output);
    case KIND_LOOKUP:
      return lookup(layer, input, output);
    case KIND_SEMI_BINARY:
      return semiBinary(layer, input, output);
    case KIND_BINARY_PLANES:
      return binaryPlanes(layer, input, output);
    default:
      return STATUS_LAYER_KIND;
  }
}
