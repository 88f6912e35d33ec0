import { H_ARENA_BYTES, H_TENSOR_COUNT, MAX_CHANNELS, T_ARENA } from "../../format/layout";
import { STATUS_OK, STATUS_TENSOR } from "../../format/status";
import { channels, height, tensorRecord, width, zeroPoint } from "../model";
import { fail, file } from "../state";
import { isInt8 } from "./data";

/** Every tensor lies inside the arena. Sizes are formed in 64 bits: 2^16 · 2^16 · 2^22 < 2^64. */
export function verifyTensors(): i32 {
  const arenaBytes = <u64>load<u32>(file(), H_ARENA_BYTES);
  for (let i = 0, n = load<i32>(file(), H_TENSOR_COUNT); i < n; i++) {
    const t = tensorRecord(i);
    if (<u32>channels(t) > <u32>MAX_CHANNELS || !isInt8(zeroPoint(t))) return fail(STATUS_TENSOR, i);
    const bytes = <u64>height(t) * <u64>width(t) * <u64>channels(t);
    if (bytes == 0 || bytes + <u64>load<u32>(t, T_ARENA) > arenaBytes) return fail(STATUS_TENSOR, i);
  }
  return STATUS_OK;
}
