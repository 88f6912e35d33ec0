// The layers whose weights are signs, a strip of output pixels at a time.

import { L_PLANES, L_RANK } from "../../format/layout";
import { openWords } from "../kernels/output-words";
import { finishPixels, openStore, pixelTarget } from "../kernels/pixel-store";
import { openStrip, pitch, rowLength, stripColumns, stripRows } from "../kernels/strip";
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
  openScratch(layer);
  openStore(layer, outputs);
  openTaps();
  const rows = max(planes, 1);
  openSums(rows);
  const behind = streamed ? fillStream() : 0;
  openWords(layer, rank, rows, count);
  if (rank > 0) openSemiBinary(layer, rank, count, behind);
  const h = height(output);
  const w = width(output);
  for (let ox = 0; ox < w; ox += stripColumns) {
    const columns = min(stripColumns, w - ox);
    firstTurn();
    for (let oy = 0; oy < h; oy += stripRows) {
      const down = min(stripRows, h - oy);
      let pixel = oy * w + ox;
      // Where a row of sums is neighbours of the output and no more, there is nothing to move.
      const isWhole = isVector<L>() && down * columns == rowLength && (down == 1 || columns == w);
      let from = isWhole ? pixelTarget(pixel) : outputs;
      openStripSums<L>(oy, ox, h);
      if (rank > 0) semiBinary<L>(layer, count, from);
      else binaryPlanes<L>(planes, count, from);
      for (const end = pixel + down * w; pixel < end; pixel += w, from += <usize>(pitch * count))
        finishPixels(from, pixel, columns);
    }
  }
}
