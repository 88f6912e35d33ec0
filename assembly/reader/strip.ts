// The strip of a layer of signs, and the scratch that it takes (format/strip.ts).

import {
  KIND_SEMI_BINARY,
  L_BATCH,
  L_DILATION_HEIGHT,
  L_DILATION_WIDTH,
  L_INPUT,
  L_KERNEL_HEIGHT,
  L_KERNEL_WIDTH,
  L_KIND,
  L_OUTPUT,
  L_PLANES,
  L_RANK,
  L_STRIDE_HEIGHT,
  L_STRIDE_WIDTH,
  L_STRIP_COLUMNS,
  L_STRIP_ROWS,
} from "../../format/layout";
import {
  binaryPlanesScratchBytes,
  inputGroups,
  inTurn,
  liveRows,
  MAX_TERMS,
  rowSpan,
  semiBinaryScratchBytes,
  sharesTaps,
  stripLength,
  stripPhases,
  tablePixels,
  turnBytes,
  wholeVectors,
} from "../../format/strip";
import { channels, tensorRecord } from "../model";
import { hasScratch } from "./data";

/** A strip of at least one pixel, an even batch, and scratch for them. The layer's geometry must agree (windowAgrees). */
export function hasStrip(layer: usize): bool {
  const batch = <i32>load<u16>(layer, L_BATCH);
  if (load<u8>(layer, L_STRIP_ROWS) < 1 || load<u8>(layer, L_STRIP_COLUMNS) < 1) return false;
  return batch >= 2 && (batch & 1) == 0 && batch <= MAX_TERMS && hasScratch(layer, stripScratchBytes(layer));
}

export function stripScratchBytes(layer: usize): f64 {
  const rows = <i32>load<u8>(layer, L_STRIP_ROWS);
  const columns = <i32>load<u8>(layer, L_STRIP_COLUMNS);
  const batch = <i32>load<u16>(layer, L_BATCH);
  const kernelHeight = <i32>load<u16>(layer, L_KERNEL_HEIGHT);
  const kernelWidth = <i32>load<u16>(layer, L_KERNEL_WIDTH);
  const strideHeight = <i32>load<u8>(layer, L_STRIDE_HEIGHT);
  const strideWidth = <i32>load<u8>(layer, L_STRIDE_WIDTH);
  const dilationHeight = <i32>load<u8>(layer, L_DILATION_HEIGHT);
  const dilationWidth = <i32>load<u8>(layer, L_DILATION_WIDTH);
  const inputs = channels(tensorRecord(load<u16>(layer, L_INPUT)));
  const outputs = channels(tensorRecord(load<u16>(layer, L_OUTPUT)));
  const window = kernelHeight * kernelWidth; // with the channels at most MAX_WINDOW
  const shares = sharesTaps(window, inputs);
  const high = shares ? kernelHeight : 1;
  const wide = shares ? kernelWidth : 1;
  const groups = inputGroups(window, inputs);
  const turns = inTurn(rows, high, batch, groups);
  const down = turns ? 1 : high; // taps whose rows of tables stand together
  const pitch = stripLength(columns, wide, strideWidth, dilationWidth);
  const length = stripLength(rows, down, strideHeight, dilationHeight);
  const planes = stripPhases(down, strideHeight, dilationHeight) * stripPhases(wide, strideWidth, dilationWidth);
  const taps = high * wide;
  const span = rowSpan(rows, columns, pitch);
  const pixels = tablePixels(planes, length, pitch, span);
  const row = wholeVectors(span);
  const rank = <i32>load<u16>(layer, L_RANK);
  const count = <i32>load<u8>(layer, L_PLANES);
  const semiBinary = load<u8>(layer, L_KIND) == KIND_SEMI_BINARY;
  const signs = semiBinary ? <f64>rank : <f64>count * <f64>outputs;
  const live = liveRows(high, strideHeight, dilationHeight);
  const kept = turns ? turnBytes(live, signs, row, <f64>taps * groups) : 0;
  return semiBinary
    ? semiBinaryScratchBytes(taps, groups, batch, pixels, row, rank, outputs, kept)
    : binaryPlanesScratchBytes(taps, groups, batch, pixels, row, count, outputs, kept);
}
