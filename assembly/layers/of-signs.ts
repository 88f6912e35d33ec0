// The layers whose weights are signs, a strip of output pixels at a time.

import { L_OUTPUT, L_PLANES, L_RANK } from "../../format/layout";
import { SUM_ROWS } from "../../format/strip";
import { openStore, storeStrip } from "../kernels/pixel-store";
import { openStrip, pitch, stripColumns, stripRows, tapOffsets } from "../kernels/strip";
import { offsets, openScratch, outputs, streamed } from "../kernels/strip-scratch";
import { fillStream } from "../kernels/strip-stream";
import { openStripSums, openSums } from "../kernels/strip-sums";
import { firstTurn } from "../kernels/turns";
import { channels, height, tensorRecord, width } from "../model";
import { binaryPlanes } from "./binary-planes";
import { openSemiBinary, semiBinary } from "./semi-binary";

/** A SemiBinary layer has K and no planes, a BinaryPlanes layer planes and no K. */
export function ofSigns<L>(layer: usize): void {
  const output = tensorRecord(load<u16>(layer, L_OUTPUT));
  const count = channels(output);
  const rank = <i32>load<u16>(layer, L_RANK);
  const planes = <i32>load<u8>(layer, L_PLANES);
  openStrip(layer);
  openStore(layer, 0);
  openScratch(layer);
  tapOffsets(offsets);
  openSums(rank > 0 ? SUM_ROWS : max(1, SUM_ROWS / planes) * planes);
  const behind = streamed ? fillStream() : 0;
  if (rank > 0) openSemiBinary(layer, rank, count, behind);
  const h = height(output);
  const w = width(output);
  for (let ox = 0; ox < w; ox += stripColumns) {
    firstTurn();
    for (let oy = 0; oy < h; oy += stripRows) {
      openStripSums<L>(oy, ox, h);
      if (rank > 0) semiBinary<L>(layer, count);
      else binaryPlanes<L>(layer, planes, count);
      storeStrip(oy, ox, min(stripRows, h - oy), min(stripColumns, w - ox), w, pitch, outputs);
    }
  }
}
