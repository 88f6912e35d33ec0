// The runtime's exports (format/SPEC.md, "Calling the runtime"). No imports; nothing is allocated after load.

import { H_ARENA_BYTES, H_INPUT, H_LAYER_COUNT, H_OUTPUT, L_OUTPUT } from "../format/layout";
import { STATUS_MEMORY, STATUS_NO_MODEL, STATUS_OK, STATUS_STEP, STATUS_TRUNCATED } from "../format/status";
import { layerRecord, tensorBytes, tensorRecord, values } from "./model";
import { verify } from "./reader/index";
import { runLayer } from "./run";
import { compareSelfTest } from "./self-test";
import { accept, error, fail, file, fileRoom, model, placeArena, reserveFile, STREAMS } from "./state";
import { windowEnd } from "./stream";

/**
 * Room for a model file of `bytes` bytes: its address, or 0 where memory cannot be had. Forgets the earlier model. With
 * STREAM `bytes` is all the memory that the runtime may use, and nothing is to be written there.
 */
export function reserve(bytes: i32): usize {
  return reserveFile(bytes);
}

/** Verifies the file of `bytes` bytes at reserve's address (with STREAM, the host's), and prepares to run it. 0 is success. */
function loadModel(bytes: i32): i32 {
  fail(STATUS_OK, -1);
  const room = fileRoom();
  reserveFile(room);
  if (STREAMS && room == 0) return fail(STATUS_MEMORY, -1);
  if (bytes < 0 || (!STREAMS && bytes > room)) return fail(STATUS_TRUNCATED, -1);
  const status = verify(bytes);
  if (status != STATUS_OK) return status;
  const kept = STREAMS ? <i32>(windowEnd - file()) : bytes;
  if (!placeArena(kept, load<i32>(file(), H_ARENA_BYTES))) return fail(STATUS_MEMORY, -1);
  accept();
  return STATUS_OK;
}

export { loadModel as load };

/** Address and size of the input tensor, int8 NHWC; 0 before a model is loaded. Layers may overwrite it. */
export function input(): usize {
  return model == 0 ? 0 : values(tensorRecord(load<i32>(model, H_INPUT)));
}
export function inputBytes(): i32 {
  return model == 0 ? 0 : tensorBytes(tensorRecord(load<i32>(model, H_INPUT)));
}

/** Address and size of the output tensor, int8. */
export function output(): usize {
  return model == 0 ? 0 : values(tensorRecord(load<i32>(model, H_OUTPUT)));
}
export function outputBytes(): i32 {
  return model == 0 ? 0 : tensorBytes(tensorRecord(load<i32>(model, H_OUTPUT)));
}

/** One inference: reads the input tensor, leaves the output tensor. */
export function run(): i32 {
  if (model == 0) return fail(STATUS_NO_MODEL, -1);
  for (let i = 0, n = layerCount(); i < n; i++) runLayer(i);
  return STATUS_OK;
}

/** Layer `i` of an inference; calling it for 0 … layerCount() − 1 in order equals run. */
export function step(i: i32): i32 {
  if (model == 0) return fail(STATUS_NO_MODEL, -1);
  if (<u32>i >= <u32>layerCount()) return fail(STATUS_STEP, i);
  runLayer(i);
  return STATUS_OK;
}

export function layerCount(): i32 {
  return model == 0 ? 0 : load<i32>(model, H_LAYER_COUNT);
}

/** Address and size of layer `i`'s output, valid right after that layer ran; 0 where there is no such layer. */
export function layerOutput(i: i32): usize {
  return <u32>i >= <u32>layerCount() ? 0 : values(tensorRecord(load<u16>(layerRecord(i), L_OUTPUT)));
}
export function layerOutputBytes(i: i32): i32 {
  return <u32>i >= <u32>layerCount() ? 0 : tensorBytes(tensorRecord(load<u16>(layerRecord(i), L_OUTPUT)));
}

/** Proves that this engine computes the bits that the compiler did; overwrites input and output. */
export function selfTest(): i32 {
  return model == 0 ? fail(STATUS_NO_MODEL, -1) : compareSelfTest();
}

/** What was refused last: the status in the low 32 bits, the record's index (−1: none) in the high 32. */
export function lastError(): i64 {
  return error();
}
