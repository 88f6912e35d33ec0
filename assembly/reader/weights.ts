// The checks of the layer kinds that have weights.

import {
  KIND_SEMI_BINARY,
  L_BIAS,
  L_BIAS_SHIFT,
  L_GROUPS,
  L_INPUT2,
  L_KIND,
  L_MULTIPLIERS,
  L_PARAMETER_COUNT,
  L_PLANES,
  L_RANK,
  L_SHIFT_M,
  L_SHIFT_R,
  L_SHIFTS,
  L_WEIGHTS,
  L_WEIGHTS_U,
  MAX_DENSE_WINDOW,
  MAX_PLANES,
  MAX_SHIFT,
  MAX_WINDOW,
  NO_TENSOR,
  packedRowBytes,
} from "../../format/layout";
import { STATUS_GEOMETRY, STATUS_OK, STATUS_PARAMETERS, STATUS_SCRATCH, STATUS_WEIGHTS } from "../../format/status";
import { openRows } from "../kernels/rows";
import { channels, height, shifts, tensorBytes, tensorRecord, width } from "../model";
import { addParameters, hasScratch, inData, isExponent } from "./data";
import { sameShape, windowAgrees, windowSize } from "./geometry";
import { hasStrip } from "./strip";

/** Either no second input and no parameters, or a residual of the output's shape and an Add's parameters. */
function fusedAdd(layer: usize, output: usize): i32 {
  const residual = load<u16>(layer, L_INPUT2);
  if (residual == NO_TENSOR) return load<u8>(layer, L_PARAMETER_COUNT) == 0 ? STATUS_OK : STATUS_PARAMETERS;
  if (!sameShape(tensorRecord(residual), output)) return STATUS_GEOMETRY;
  return addParameters(layer) ? STATUS_OK : STATUS_PARAMETERS;
}

/** int32 bias, Q31 multiplier and exponent for each of `count` outputs. */
function requantisation(layer: usize, count: i32): bool {
  const n = <u64>count;
  if (!inData(layer + L_BIAS, n * 4, 4) || !inData(layer + L_MULTIPLIERS, n * 4, 4) || !inData(layer + L_SHIFTS, n, 1))
    return false;
  for (let t = 0; t < count; t++) if (!isExponent(load<i8>(shifts(layer) + t))) return false;
  return true;
}

/** int8 weights, `window` for each output channel, and scratch for the rows of input. */
function ofInt8(layer: usize, output: usize, window: i64): i32 {
  const count = channels(output);
  if (!inData(layer + L_WEIGHTS, <u64>window * <u64>count, 1) || !requantisation(layer, count)) return STATUS_WEIGHTS;
  return hasScratch(layer, openRows(layer)) ? fusedAdd(layer, output) : STATUS_SCRATCH;
}

export function conv2D(layer: usize, input: usize, output: usize): i32 {
  const groups = <i32>load<u16>(layer, L_GROUPS);
  if (groups < 1 || channels(input) % groups != 0 || channels(output) % groups != 0) return STATUS_GEOMETRY;
  const inputs = channels(input) / groups;
  const window = windowSize(layer, inputs);
  if (window > MAX_DENSE_WINDOW || !windowAgrees(layer, input, output)) return STATUS_GEOMETRY;
  return ofInt8(layer, output, window);
}

export function depthwiseConv2D(layer: usize, input: usize, output: usize): i32 {
  if (channels(output) % channels(input) != 0 || !windowAgrees(layer, input, output)) return STATUS_GEOMETRY;
  const taps = windowSize(layer, 1);
  if (taps > MAX_DENSE_WINDOW) return STATUS_GEOMETRY;
  return ofInt8(layer, output, taps);
}

export function fullyConnected(layer: usize, input: usize, output: usize): i32 {
  const whole = tensorBytes(output) == channels(output);
  const window = whole ? tensorBytes(input) : channels(input);
  if (window > MAX_DENSE_WINDOW) return STATUS_GEOMETRY;
  if (!whole && (height(input) != height(output) || width(input) != width(output))) return STATUS_GEOMETRY;
  return ofInt8(layer, output, window);
}

/** SemiBinary: K and no planes; BinaryPlanes: planes and no K. */
export function ofSigns(layer: usize, input: usize, output: usize): i32 {
  const window = windowSize(layer, channels(input));
  const rank = <i32>load<u16>(layer, L_RANK);
  const planes = <i32>load<u8>(layer, L_PLANES);
  const count = channels(output);
  const shape = load<u8>(layer, L_KIND) == KIND_SEMI_BINARY ? planes == 0 && rank > 0 : rank == 0 && planes > 0;
  if (!shape || planes > MAX_PLANES || window > MAX_WINDOW || !windowAgrees(layer, input, output))
    return STATUS_GEOMETRY;
  const signs = <u64>rank + <u64>planes * <u64>count;
  if (
    <i32>load<u8>(layer, L_SHIFT_M) > MAX_SHIFT ||
    <i32>load<u8>(layer, L_SHIFT_R) > MAX_SHIFT ||
    <i32>load<u8>(layer, L_BIAS_SHIFT) > MAX_SHIFT ||
    !inData(layer + L_WEIGHTS, <u64>packedRowBytes(<i32>window) * signs, 1) ||
    !inData(layer + L_BIAS, <u64>count * 2, 2) ||
    !inData(layer + L_MULTIPLIERS, signs * 2, 2) ||
    (rank > 0 &&
      (!inData(layer + L_WEIGHTS_U, <u64>packedRowBytes(rank) * <u64>count, 1) ||
        !inData(layer + L_SHIFTS, <u64>count * 2, 2)))
  )
    return STATUS_WEIGHTS;
  if (!hasStrip(layer)) return STATUS_SCRATCH;
  return fusedAdd(layer, output);
}
