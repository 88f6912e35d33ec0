// Where a layer record may point.

import {
  ADD_MAX,
  ADD_MIN,
  ADD_MULTIPLIER_1,
  ADD_MULTIPLIER_2,
  ADD_MULTIPLIER_OUT,
  ADD_WORDS,
  ADD_ZERO_1,
  ADD_ZERO_2,
  ADD_ZERO_OUT,
  H_ARENA_BYTES,
  H_DATA,
  H_DATA_BYTES,
  L_PARAMETER_COUNT,
  L_PARAMETERS,
  L_SCRATCH,
  L_SCRATCH_BYTES,
} from "../../format/layout";
import { parameters } from "../model";
import { file, STREAMS } from "../state";
import { dataFrom, dataTo } from "../stream";

/** True where `bytes` from `offset` lie in the data section (with STREAM, in the layer's part of it), aligned. */
export function inData(offset: u32, bytes: u64, alignment: u32): bool {
  const start = STREAMS ? dataFrom : load<u32>(file(), H_DATA);
  const end = STREAMS ? <u64>dataTo : <u64>start + <u64>load<u32>(file(), H_DATA_BYTES);
  return offset % alignment == 0 && offset >= start && <u64>offset + bytes <= end;
}

export function hasScratch(layer: usize, bytes: i64): bool {
  const offset = load<u32>(layer, L_SCRATCH);
  const have = load<u32>(layer, L_SCRATCH_BYTES);
  return offset % 16 == 0 && <i64>have >= bytes && <u64>offset + <u64>have <= <u64>load<u32>(file(), H_ARENA_BYTES);
}

export function hasParameters(layer: usize, words: u32): bool {
  return <u32>load<u8>(layer, L_PARAMETER_COUNT) == words && inData(load<u32>(layer, L_PARAMETERS), <u64>words * 4, 4);
}

/** A Q31 multiplier's exponent. */
export function isExponent(shift: i32): bool {
  return shift >= -31 && shift <= 30;
}

export function isInt8(value: i32): bool {
  return value >= -128 && value <= 127;
}

/** A multiplier, not negative, and its exponent: at most 1. */
function isFraction(words: usize): bool {
  const shift = load<i32>(words, 4);
  return load<i32>(words) >= 0 && shift <= 0 && shift >= -31;
}

export function addParameters(layer: usize): bool {
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
    isFraction(p + ADD_MULTIPLIER_1 * 4) &&
    isFraction(p + ADD_MULTIPLIER_2 * 4) &&
    isFraction(p + ADD_MULTIPLIER_OUT * 4)
  );
}
