// A build with STREAM keeps of the file only what comes before the data, and the self-test; the data of a layer is read
// into a window before the layer is verified, and before each time it runs.

import {
  ALIGNMENT,
  H_DATA,
  H_DATA_BYTES,
  H_LAYER_COUNT,
  H_LAYERS,
  H_SELF_TEST,
  H_TENSOR_COUNT,
  H_TENSORS,
  HEADER_BYTES,
  L_BIAS,
  L_MULTIPLIERS,
  L_PARAMETERS,
  L_SHIFTS,
  L_WEIGHTS,
  L_WEIGHTS_U,
  LAYER_BYTES,
  TENSOR_BYTES,
} from "../format/layout";
import { STATUS_HEADER, STATUS_MEMORY, STATUS_OK, STATUS_WEIGHTS } from "../format/status";
import { read } from "./host";
import { layerRecord } from "./model";
import { crc32Of } from "./reader/crc32";
import { fail, file, fileRoom, setData } from "./state";

const NONE: u32 = 0xffffffff;

let window: usize = 0;
/** Behind the window: where the arena may stand. */
export let windowEnd: usize = 0;
/** What the window holds of the file. */
export let dataFrom: u32 = 0;
export let dataTo: u32 = 0;

/** Reads the header of a file of `bytes` bytes, or as much as there is of it. */
export function readHeader(bytes: i32): void {
  read(0, file(), min(bytes, HEADER_BYTES));
}

/** CRC-32 of the file's bytes from `offset` to `end`, through all of the memory behind the header. */
export function streamCrc32(offset: u32, end: u32): u32 {
  const buffer = file() + HEADER_BYTES;
  const room = <u32>fileRoom() - <u32>buffer;
  let crc: u32 = 0xffffffff;
  while (offset < end) {
    const bytes = min(room, end - offset);
    read(offset, buffer, bytes);
    crc = crc32Of(crc, buffer, bytes);
    offset += bytes;
  }
  return ~crc;
}

/** The lesser offset, 0 being none. */
function before(a: u32, b: u32): u32 {
  return b != 0 && b < a ? b : a;
}

/** Where the layer's data begins; NONE where it has none. */
function dataStart(layer: usize): u32 {
  let start = before(NONE, load<u32>(layer, L_WEIGHTS));
  start = before(start, load<u32>(layer, L_WEIGHTS_U));
  start = before(start, load<u32>(layer, L_BIAS));
  start = before(start, load<u32>(layer, L_MULTIPLIERS));
  start = before(start, load<u32>(layer, L_SHIFTS));
  return before(start, load<u32>(layer, L_PARAMETERS));
}

/** Where it ends: at the data of the next layer that has any. */
function dataEnd(index: i32): u32 {
  for (let i = index + 1, n = load<i32>(file(), H_LAYER_COUNT); i < n; i++) {
    const start = dataStart(layerRecord(i));
    if (start != NONE) return start;
  }
  return load<u32>(file(), H_DATA) + load<u32>(file(), H_DATA_BYTES);
}

/** Reads the records behind a verified header, and finds what the window must hold. */
export function openStream(): i32 {
  const memory = <u32>fileRoom();
  const records = load<u32>(file(), H_DATA);
  const layers = load<u32>(file(), H_LAYER_COUNT);
  const selfTest = load<u32>(file(), H_SELF_TEST);
  if (
    load<u32>(file(), H_TENSORS) + load<u32>(file(), H_TENSOR_COUNT) * TENSOR_BYTES > records ||
    load<u32>(file(), H_LAYERS) + layers * LAYER_BYTES > records
  )
    return fail(STATUS_HEADER, -1);
  const selfTestBytes = selfTest == 0 ? 0 : 4 + 4 * layers;
  window = align(file() + records + selfTestBytes);
  if (window > memory) return fail(STATUS_MEMORY, -1);
  read(HEADER_BYTES, file() + HEADER_BYTES, records - HEADER_BYTES);
  read(selfTest, file() + records, selfTestBytes);

  let largest: u32 = 0;
  for (let i = 0; i < <i32>layers; i++) {
    const start = dataStart(layerRecord(i));
    if (start == NONE) continue;
    const end = dataEnd(i);
    if (start < records || end < start || end > dataEnd(layers)) return fail(STATUS_WEIGHTS, i);
    largest = max(largest, end - windowStart(start));
  }
  windowEnd = window + largest;
  return windowEnd > memory ? fail(STATUS_MEMORY, -1) : STATUS_OK;
}

function align(address: usize): usize {
  return (address + ALIGNMENT - 1) & ~(<usize>ALIGNMENT - 1);
}

/** What the window begins with, so that data is aligned in it as in the file. */
function windowStart(offset: u32): u32 {
  return offset & ~(ALIGNMENT - 1);
}

/** Brings the data of a layer into the window. */
export function fetch(index: i32): void {
  const start = dataStart(layerRecord(index));
  dataFrom = start;
  dataTo = start;
  if (start == NONE) return;
  const from = windowStart(start);
  dataTo = dataEnd(index);
  read(from, window, dataTo - from);
  setData(window - from);
}
