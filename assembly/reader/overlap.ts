// The data flow: every tensor a layer reads has been written, and nothing has been written over it since.

import {
  H_INPUT,
  H_LAYER_COUNT,
  H_OUTPUT,
  KIND_ADD,
  KIND_FULLY_CONNECTED,
  KIND_LOOKUP,
  KIND_MUL,
  KIND_SEMI_BINARY,
  L_DILATION_HEIGHT,
  L_KERNEL_HEIGHT,
  L_KERNEL_WIDTH,
  L_KIND,
  L_OUTPUT,
  L_PAD_LEFT,
  L_PAD_TOP,
  L_SCRATCH,
  L_SCRATCH_BYTES,
  T_ARENA,
} from "../../format/layout";
import { reach } from "../../format/rows";
import { STATUS_LAYER_TENSORS, STATUS_OK, STATUS_OVERLAP } from "../../format/status";
import { inputAt, inputCount, layerRecord, outputOf, tensorBytes, tensorRecord } from "../model";
import { fail, file, STREAMS } from "../state";
import { fetch } from "../stream";
import { sameShape } from "./geometry";

/** Byte ranges [a, a + n) and [b, b + m) share a byte; all below 2^28. */
function overlap(a: u32, n: u32, b: u32, m: u32): bool {
  return a < b + m && b < a + n;
}

function samePlace(a: usize, b: usize): bool {
  return load<u32>(a, T_ARENA) == load<u32>(b, T_ARENA) && tensorBytes(a) == tensorBytes(b);
}

/** The layer's output or scratch shares memory with the tensor. */
function overwrites(layer: usize, tensor: usize): bool {
  const output = outputOf(layer);
  const start = load<u32>(tensor, T_ARENA);
  const bytes = tensorBytes(tensor);
  return overlap(load<u32>(output, T_ARENA), tensorBytes(output), start, bytes) || usesAsScratch(layer, tensor);
}

function usesAsScratch(layer: usize, tensor: usize): bool {
  return overlap(
    load<u32>(layer, L_SCRATCH),
    load<u32>(layer, L_SCRATCH_BYTES),
    load<u32>(tensor, T_ARENA),
    tensorBytes(tensor),
  );
}

/**
 * Whether the layer has read what its output then stands on. Elementwise layers, and the Add fused into a convolution (its
 * second input), read a value before they write the one at the same place. int8 weights take the rows that a row of output
 * sees, the row at its own place among them, before they write it (kernels/rows.ts); signs, if a window is one pixel.
 */
function mayStandOn(layer: usize, i: i32, tensor: usize): bool {
  const output = outputOf(layer);
  if (!samePlace(output, tensor)) return false;
  const kind = <i32>load<u8>(layer, L_KIND);
  if (i > 0 || kind == KIND_ADD || kind == KIND_MUL || kind == KIND_LOOKUP) return true;
  if (!sameShape(output, tensor)) return false;
  const rows = reach(load<u16>(layer, L_KERNEL_HEIGHT), load<u8>(layer, L_DILATION_HEIGHT));
  const padTop = <i32>load<u8>(layer, L_PAD_TOP);
  if (kind <= KIND_FULLY_CONNECTED) return padTop < rows;
  const columns = <i32>load<u16>(layer, L_KERNEL_WIDTH);
  return kind >= KIND_SEMI_BINARY && (padTop | <i32>load<u8>(layer, L_PAD_LEFT)) == 0 && rows * columns == 1;
}

/**
 * Index of the layer before `reader` that writes the tensor last; −1 for the model's input, −2 where none does.
 * A tensor that no layer writes is a view (Reshape): it takes the last value written at its own place and size.
 */
function writer(tensor: i32, reader: i32): i32 {
  for (let j = reader - 1; j >= 0; j--) if (<i32>load<u16>(layerRecord(j), L_OUTPUT) == tensor) return j;
  const input = load<i32>(file(), H_INPUT);
  if (tensor == input) return -1;
  const view = tensorRecord(tensor);
  for (let j = reader - 1; j >= 0; j--) {
    if (samePlace(tensorRecord(load<u16>(layerRecord(j), L_OUTPUT)), view)) return j;
  }
  return samePlace(tensorRecord(input), view) ? -1 : -2;
}

/** The tensor, read at layer `reader`, still holds what was written. */
function arrives(tensor: i32, reader: i32): i32 {
  const from = writer(tensor, reader);
  if (from == -2) return STATUS_LAYER_TENSORS;
  const record = tensorRecord(tensor);
  for (let m = from + 1; m < reader; m++) if (overwrites(layerRecord(m), record)) return STATUS_OVERLAP;
  return STATUS_OK;
}

export function verifyDataFlow(): i32 {
  const count = load<i32>(file(), H_LAYER_COUNT);
  for (let i = 0; i < count; i++) {
    if (STREAMS) fetch(i); // a Concat's inputs
    const layer = layerRecord(i);
    for (let k = 0, n = inputCount(layer); k < n; k++) {
      const status = arrives(inputAt(layer, k), i);
      if (status != STATUS_OK) return fail(status, i);
      const tensor = tensorRecord(inputAt(layer, k));
      if (usesAsScratch(layer, tensor) || (overwrites(layer, tensor) && !mayStandOn(layer, k, tensor)))
        return fail(STATUS_OVERLAP, i);
    }
    if (usesAsScratch(layer, outputOf(layer))) return fail(STATUS_OVERLAP, i);
  }
  const status = arrives(load<i32>(file(), H_OUTPUT), count);
  return status == STATUS_OK ? STATUS_OK : fail(status, count);
}
