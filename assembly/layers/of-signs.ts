// The layers whose weights are signs, a strip of output pixels at a time.

import { L_PLANES, L_RANK } from "../../format/layout";
import { openWords } from "../kernels/output-words";
import { openStore, storeStrip } from "../kernels/pixel-store";
import { openStrip, pitch, stripColumns, stripRows } from "../kernels/strip";
import { openScratch, outputs, streamed } from "../kernels/strip-scratch";
import { fillStream, openTaps } from "../kernels/strip-stream";
import { openStripSums, openSums } from "../kernels/strip-sums";
import { firstTurn } from "../kernels/turns";
import { channels, height, outputOf, width } from "../model";
import { binaryPlanes } from "./binary-planes";
import { openSemiBinary, semiBinary } from "./semi-binary";

/** A SemiBinary layer has K and no planes, a BinaryPlanes layer planes and no K. */
export function ofSigns<L>(layer: usize): void {
  const output = outputOf(layer);
  const count = channels(output);
  const rank = <i32>load<u16>(layer, L_RANK);
  const planes = <i32>load<u8>(layer, L_PLANES);
  openStrip(layer);
  openStore(layer, 0);
  openScratch(layer);
  openTaps();
  openSums(max(planes, 1));
  const behind = streamed ? fillStream() : 0;
  openWords(layer, rank, planes, count);
  if (rank > 0) openSemiBinary(layer, rank, count, behind);
  const h = height(output);
  const w = width(output);
  for (let ox = 0; ox < w; ox += stripColumns) {
    firstTurn();
    for (let oy = 0; oy < h; oy += stripRows) {
      openStripSums<L>(oy, ox, h);
      if (rank > 0) semiBinary<L>(layer, count);
      else binaryPlanes<L>(planes, count);
      storeStrip(oy, ox, min(stripRows, h - oy), min(stripColumns, w - ox), w, pitch, outputs);
    }
  }
}
