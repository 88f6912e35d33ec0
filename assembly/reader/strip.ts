// The strip of a layer of signs, and the scratch that it takes.

import { L_BATCH, L_STRIP_COLUMNS, L_STRIP_ROWS } from "../../format/layout";
import { MAX_TABLE_BYTES, MAX_TERMS } from "../../format/strip";
import { openStrip, pixels } from "../kernels/strip";
import { openScratch } from "../kernels/strip-scratch";
import { hasScratch } from "./data";

/** A strip of at least one pixel, an even batch, and scratch for them. The layer's geometry must agree (windowAgrees). */
export function hasStrip(layer: usize): bool {
  if (load<u8>(layer, L_STRIP_ROWS) < 1 || load<u8>(layer, L_STRIP_COLUMNS) < 1) return false;
  const batch = <i32>load<u16>(layer, L_BATCH);
  if (batch < 2 || (batch & 1) != 0 || batch > MAX_TERMS) return false;
  openStrip(layer);
  // Then no table has more than 1,024 pixels, and openScratch overflows nowhere.
  return <i64>(32 * batch) * pixels <= MAX_TABLE_BYTES && hasScratch(layer, openScratch(layer));
}
