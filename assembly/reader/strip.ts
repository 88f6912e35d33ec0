// The strip of a layer of signs, and the scratch that it takes (format/strip.ts).

import {
  KIND_SEMI_BINARY,
  L_BATCH,
  L_KIND,
  L_OUTPUT,
  L_PLANES,
  L_RANK,
  L_STRIP_COLUMNS,
  L_STRIP_ROWS,
} from "../../format/layout";
import { binaryPlanesScratchBytes, MAX_TERMS, semiBinaryScratchBytes } from "../../format/strip";
import { batch, groups, keptBytes, openStrip, pixelCount, rowCount, taps } from "../kernels/strip";
import { channels, tensorRecord } from "../model";
import { hasScratch } from "./data";

/** A strip of at least one pixel, an even batch, and scratch for them. The layer's geometry must agree (windowAgrees). */
export function hasStrip(layer: usize): bool {
  const batch = <i32>load<u16>(layer, L_BATCH);
  if (load<u8>(layer, L_STRIP_ROWS) < 1 || load<u8>(layer, L_STRIP_COLUMNS) < 1) return false;
  return batch >= 2 && (batch & 1) == 0 && batch <= MAX_TERMS && hasScratch(layer, stripScratchBytes(layer));
}

export function stripScratchBytes(layer: usize): f64 {
  openStrip(layer);
  const outputs = <f64>channels(tensorRecord(load<u16>(layer, L_OUTPUT)));
  const rank = <f64>load<u16>(layer, L_RANK);
  const planes = <f64>load<u8>(layer, L_PLANES);
  return load<u8>(layer, L_KIND) == KIND_SEMI_BINARY
    ? semiBinaryScratchBytes(taps, groups, batch, pixelCount, rowCount, rank, outputs, keptBytes(rank))
    : binaryPlanesScratchBytes(taps, groups, batch, pixelCount, rowCount, planes, outputs, keptBytes(planes * outputs));
}
