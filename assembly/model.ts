// Reading the records of the model file in place.

import {
  CONCAT_INPUTS,
  H_LAYERS,
  H_TENSORS,
  KIND_CONCAT,
  L_BIAS,
  L_INPUT,
  L_INPUT2,
  L_KIND,
  L_MULTIPLIERS,
  L_OUTPUT,
  L_PARAMETER_COUNT,
  L_PARAMETERS,
  L_SCRATCH,
  L_SHIFTS,
  L_WEIGHTS,
  L_WEIGHTS_U,
  LAYER_BYTES,
  NO_TENSOR,
  T_ARENA,
  T_CHANNELS,
  T_HEIGHT,
  T_WIDTH,
  T_ZERO_POINT,
  TENSOR_BYTES,
} from "../format/layout";
import { arena, data, file } from "./state";

export function layerRecord(index: i32): usize {
  return file() + load<u32>(file(), H_LAYERS) + <usize>index * LAYER_BYTES;
}

export function tensorRecord(index: i32): usize {
  return file() + load<u32>(file(), H_TENSORS) + <usize>index * TENSOR_BYTES;
}

/** Records of the tensors that the layer reads first and writes. */
export function inputOf(layer: usize): usize {
  return tensorRecord(load<u16>(layer, L_INPUT));
}
export function outputOf(layer: usize): usize {
  return tensorRecord(load<u16>(layer, L_OUTPUT));
}

export function height(tensor: usize): i32 {
  return load<u16>(tensor, T_HEIGHT);
}

export function width(tensor: usize): i32 {
  return load<u16>(tensor, T_WIDTH);
}

export function channels(tensor: usize): i32 {
  return load<i32>(tensor, T_CHANNELS);
}

export function zeroPoint(tensor: usize): i32 {
  return load<i32>(tensor, T_ZERO_POINT);
}

export function tensorBytes(tensor: usize): i32 {
  return height(tensor) * width(tensor) * channels(tensor);
}

/** Number of tensors the layer reads. */
export function inputCount(layer: usize): i32 {
  if (load<u8>(layer, L_KIND) == KIND_CONCAT) return <i32>load<u8>(layer, L_PARAMETER_COUNT) - CONCAT_INPUTS;
  return load<u16>(layer, L_INPUT2) == NO_TENSOR ? 1 : 2;
}

/** Index of the i-th tensor the layer reads. */
export function inputAt(layer: usize, i: i32): i32 {
  if (load<u8>(layer, L_KIND) == KIND_CONCAT) return load<i32>(parameters(layer) + ((CONCAT_INPUTS + i) << 2));
  return i == 0 ? load<u16>(layer, L_INPUT) : load<u16>(layer, L_INPUT2);
}

/** Address of the tensor's first value. */
export function values(tensor: usize): usize {
  return arena + load<u32>(tensor, T_ARENA);
}

export function weights(layer: usize): usize {
  return data() + load<u32>(layer, L_WEIGHTS);
}

export function weightsU(layer: usize): usize {
  return data() + load<u32>(layer, L_WEIGHTS_U);
}

export function bias(layer: usize): usize {
  return data() + load<u32>(layer, L_BIAS);
}

export function multipliers(layer: usize): usize {
  return data() + load<u32>(layer, L_MULTIPLIERS);
}

export function shifts(layer: usize): usize {
  return data() + load<u32>(layer, L_SHIFTS);
}

export function parameters(layer: usize): usize {
  return data() + load<u32>(layer, L_PARAMETERS);
}

export function scratch(layer: usize): usize {
  return arena + load<u32>(layer, L_SCRATCH);
}
