// Where a layer record may point.

import {
  ADD_MIN,
  ADD_MULTIPLIER_1,
  ADD_WORDS,
  ADD_ZERO_2,
  H_ARENA_BYTES,
  H_DATA,
  H_DATA_BYTES,
  L_PARAMETER_COUNT,
  L_PARAMETERS,
  L_SCRATCH,
  L_SCRATCH_BYTES,
} from "../../format/layout";
import { INT8_RANGE_ONLY } from "../kinds";
import { parameters } from "../model";
import { file, STREAMS } from "../state";
import { dataFrom, dataTo } from "../stream";

/**
 * True where `bytes` from the offset at `field` on lie in the data section (with STREAM, in the layer's part of it),
 * aligned to `alignment`.
 */
export function inData(field: usize, bytes: u64, alignment: u32): bool {
  const offset = load<u32>(field);
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
  return <u32>load<u8>(layer, L_PARAMETER_COUNT) == words && inData(layer + L_PARAMETERS, <u64>words * 4, 4);
}

/** A Q31 multiplier's exponent. */
export function isExponent(shift: i32): bool {
  return shift >= -31 && shift <= 30;
}

export function isInt8(value: i32): bool {
  return value == <i32>(<i8>value);
}

/** A multiplier, not negative, and its exponent: at most 1. */
function isFraction(words: usize): bool {
  const shift = load<i32>(words, 4);
  return load<i32>(words) >= 0 && shift <= 0 && shift >= -31;
}

/** Whether the build clamps to it. */
export function isRange(low: i32, high: i32): bool {
  return INT8_RANGE_ONLY ? low == i8.MIN_VALUE && high == i8.MAX_VALUE : low <= high;
}

export function addParameters(layer: usize): bool {
  if (!hasParameters(layer, ADD_WORDS)) return false;
  let p = parameters(layer);
  // Of both operands and of the sum. |q − zero| ≤ 255: with 20 extra bits an operand stays in int32.
  for (const end = p + ADD_MIN * 4; p < end; p += ADD_ZERO_2 * 4)
    if (!isInt8(load<i32>(p)) || !isFraction(p + ADD_MULTIPLIER_1 * 4)) return false;
  const low = load<i32>(p);
  const high = load<i32>(p, 4);
  return isInt8(low) && isInt8(high) && isRange(low, high);
}
