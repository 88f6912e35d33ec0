import { H_DATA, H_INPUT, H_LAYER_COUNT, H_SELF_TEST, L_OUTPUT } from "../format/layout";
import { STATUS_NO_SELF_TEST, STATUS_OK, STATUS_SELF_TEST } from "../format/status";
import { layerRecord, tensorBytes, tensorRecord, values } from "./model";
import { crc32 } from "./reader/crc32";
import { runLayer } from "./run";
import { fail, file, STREAMS } from "./state";

/** Runs the model on the input that the file's seed generates (xorshift32, high byte) and compares every layer's CRC-32. */
export function compareSelfTest(): i32 {
  const section = load<u32>(file(), H_SELF_TEST);
  if (section == 0) return fail(STATUS_NO_SELF_TEST, -1);
  const expected = file() + (STREAMS ? load<u32>(file(), H_DATA) : section);
  let state = load<u32>(expected);
  const input = tensorRecord(load<i32>(file(), H_INPUT));
  for (let p = values(input), end = p + tensorBytes(input); p < end; p++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    store<u8>(p, state >>> 24);
  }
  for (let i = 0, n = load<i32>(file(), H_LAYER_COUNT); i < n; i++) {
    runLayer(i);
    const output = tensorRecord(load<u16>(layerRecord(i), L_OUTPUT));
    if (crc32(values(output), tensorBytes(output)) != load<u32>(expected + ((i + 1) << 2)))
      return fail(STATUS_SELF_TEST, i);
  }
  return STATUS_OK;
}
