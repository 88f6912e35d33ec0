// The strip of a layer of signs, and the scratch that it takes (format/strip.ts).

import { L_BATCH, L_OUTPUT, L_PLANES, L_RANK, L_STRIP_COLUMNS, L_STRIP_ROWS } from "../../format/layout";
import { MAX_TABLE_BYTES, MAX_TERMS, streamBytes, stripScratchBytes } from "../../format/strip";
import { batch, groups, keptBytes, openStrip, pixelCount, rowCount, taps } from "../kernels/strip";
import { channels, tensorRecord } from "../model";
import { hasScratch } from "./data";

/** A strip of at least one pixel, an even batch, and scratch for them. The layer's geometry must agree (windowAgrees). */
export function hasStrip(layer: usize): bool {
  if (load<u8>(layer, L_STRIP_ROWS) < 1 || load<u8>(layer, L_STRIP_COLUMNS) < 1) return false;
  const batch = <i32>load<u16>(layer, L_BATCH);
  if (batch < 2 || (batch & 1) != 0 || batch > MAX_TERMS || !hasScratch(layer, scratchBytes(layer))) return false;
  return 32 * <f64>batch * pixelCount <= <f64>MAX_TABLE_BYTES;
}

/** rank: 0 in a BinaryPlanes layer, which has planes; they are 0 in a SemiBinary one. */
export function scratchBytes(layer: usize): f64 {
  openStrip(layer);
  const outputs = <f64>channels(tensorRecord(load<u16>(layer, L_OUTPUT)));
  const rank = <f64>load<u16>(layer, L_RANK);
  const signs = rank + <f64>load<u8>(layer, L_PLANES) * outputs;
  const stream = streamBytes(taps, groups, batch, signs, rank, outputs, false);
  return stripScratchBytes(taps, groups, batch, pixelCount, rowCount, signs, rank, outputs, keptBytes(signs), stream);
}
