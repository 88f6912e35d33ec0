// One check a layer kind: after it, the kind's function in layers/ touches only memory that the check has seen.

import {
  CONCAT_AXIS,
  CONCAT_INPUTS,
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
  L_BATCH,
  L_INPUT,
  L_INPUT2,
  L_KIND,
  L_OUTPUT,
  L_PAD_LEFT,
  L_PAD_TOP,
  L_PARAMETER_COUNT,
  L_STRIP_ROWS,
  L_WEIGHTS,
  MAX_CONCAT_INPUTS,
  MAX_POOLED_PIXELS,
  MAX_SOFTMAX_CHANNELS,
  MEAN_SHIFT,
  MEAN_WORDS,
  MUL_SHIFT,
  MUL_WORDS,
  NO_TENSOR,
  SOFTMAX_SHIFT,
  SOFTMAX_WORDS,
} from "../../format/layout";
import {
  STATUS_GEOMETRY,
  STATUS_LAYER_KIND,
  STATUS_LAYER_TENSORS,
  STATUS_OK,
  STATUS_PARAMETERS,
  STATUS_WEIGHTS,
} from "../../format/status";
import {
  BUILT,
  HAS_ADD,
  HAS_AVERAGE_POOL,
  HAS_BINARY_PLANES,
  HAS_CONCAT,
  HAS_CONV_2D,
  HAS_DEPTHWISE_CONV_2D,
  HAS_FULLY_CONNECTED,
  HAS_LOOKUP,
  HAS_MAX_POOL,
  HAS_MEAN,
  HAS_MUL,
  HAS_PAD,
  HAS_SEMI_BINARY,
  HAS_SOFTMAX,
  PROFILED,
} from "../kinds";
import { channels, height, inputOf, outputOf, parameters, tensorBytes, tensorRecord, width } from "../model";
import { file } from "../state";
import { addParameters, hasParameters, inData, isExponent, isRange } from "./data";
import { length, sameShape, windowAgrees, windowSize, windowsMeetImage } from "./geometry";
import { conv2D, depthwiseConv2D, fullyConnected, ofSigns } from "./weights";

function pool(layer: usize, input: usize, output: usize): i32 {
  return channels(input) == channels(output) &&
    windowSize(layer, 1) <= MAX_POOLED_PIXELS &&
    windowAgrees(layer, input, output) &&
    windowsMeetImage(layer, input, output)
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
  const words = <u32>load<u8>(layer, L_PARAMETER_COUNT);
  const tensors = load<u32>(file(), H_TENSOR_COUNT);
  if (words <= <u32>CONCAT_INPUTS || words > <u32>(CONCAT_INPUTS + MAX_CONCAT_INPUTS) || !hasParameters(layer, words))
    return STATUS_PARAMETERS;
  const p = parameters(layer);
  const axis = load<i32>(p, CONCAT_AXIS * 4);
  if (<u32>axis > 2 || load<u32>(p, CONCAT_INPUTS * 4) != load<u16>(layer, L_INPUT)) return STATUS_PARAMETERS;
  let total: i64 = 0;
  for (let i: u32 = CONCAT_INPUTS; i < words; i++) {
    const index = load<u32>(p + i * 4);
    if (index >= tensors) return STATUS_LAYER_TENSORS;
    const t = tensorRecord(index);
    for (let other = 0; other < 3; other++)
      if (other != axis && length(t, other) != length(output, other)) return STATUS_GEOMETRY;
    total += <i64>length(t, axis);
  }
  return total == <i64>length(output, axis) ? STATUS_OK : STATUS_GEOMETRY;
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
  if (height(input) * width(input) > MAX_POOLED_PIXELS) return STATUS_GEOMETRY;
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
  return inData(layer + L_WEIGHTS, 256, 1) ? STATUS_OK : STATUS_WEIGHTS;
}

/** The kinds that can have a second input, a bit each. */
const TAKES_SECOND: i32 =
  (1 << KIND_ADD) |
  (1 << KIND_MUL) |
  (1 << KIND_CONV_2D) |
  (1 << KIND_DEPTHWISE_CONV_2D) |
  (1 << KIND_SEMI_BINARY) |
  (1 << KIND_BINARY_PLANES);

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
  const kind = <i32>load<u8>(layer, L_KIND);
  if (PROFILED && ((BUILT >> kind) & 1) == 0) return STATUS_LAYER_KIND;
  if (second != NO_TENSOR && ((TAKES_SECOND >> kind) & 1) == 0) return STATUS_LAYER_TENSORS;
  if (!isRange(load<i8>(layer, L_ACTIVATION_MIN), load<i8>(layer, L_ACTIVATION_MAX))) return STATUS_PARAMETERS;
  const hasStrip = kind == KIND_SEMI_BINARY || kind == KIND_BINARY_PLANES;
  if (!hasStrip && (load<u16>(layer, L_STRIP_ROWS) != 0 || load<u16>(layer, L_BATCH) != 0)) return STATUS_LAYER_KIND;
  const input = inputOf(layer);
  const output = outputOf(layer);
  switch (kind) {
    case KIND_CONV_2D:
      return HAS_CONV_2D ? conv2D(layer, input, output) : STATUS_LAYER_KIND;
    case KIND_DEPTHWISE_CONV_2D:
      return HAS_DEPTHWISE_CONV_2D ? depthwiseConv2D(layer, input, output) : STATUS_LAYER_KIND;
    case KIND_FULLY_CONNECTED:
      return HAS_FULLY_CONNECTED ? fullyConnected(layer, input, output) : STATUS_LAYER_KIND;
    case KIND_ADD:
      return HAS_ADD ? add(layer, input, output) : STATUS_LAYER_KIND;
    case KIND_MUL:
      return HAS_MUL ? mul(layer, input, output) : STATUS_LAYER_KIND;
    case KIND_CONCAT:
      return HAS_CONCAT ? concat(layer, output) : STATUS_LAYER_KIND;
    case KIND_PAD:
      return HAS_PAD ? pad(layer, input, output) : STATUS_LAYER_KIND;
    case KIND_AVERAGE_POOL:
    case KIND_MAX_POOL:
      return HAS_AVERAGE_POOL || HAS_MAX_POOL ? pool(layer, input, output) : STATUS_LAYER_KIND;
    case KIND_MEAN:
      return HAS_MEAN ? mean(layer, input, output) : STATUS_LAYER_KIND;
    case KIND_SOFTMAX:
      return HAS_SOFTMAX ? softmax(layer, input, output) : STATUS_LAYER_KIND;
    case KIND_LOOKUP:
      return HAS_LOOKUP ? lookup(layer, input, output) : STATUS_LAYER_KIND;
    case KIND_SEMI_BINARY:
    case KIND_BINARY_PLANES:
      return HAS_SEMI_BINARY || HAS_BINARY_PLANES ? ofSigns(layer, input, output) : STATUS_LAYER_KIND;
    default:
      return STATUS_LAYER_KIND;
  }
}
