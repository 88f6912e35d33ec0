// The strip of output pixels that a layer of signs computes at once, chosen for speed within some scratch.

import {
  binaryPlanesScratchBytes,
  inputGroups,
  inTurn,
  liveRows,
  MAX_TERMS,
  pairedGroups,
  rowSpan,
  semiBinaryScratchBytes,
  semiBinaryTableBytes,
  sharesTaps,
  stripLength,
  stripPhases,
  tablePixels,
  turnBytes,
  wholeVectors,
} from "../../format/strip.ts";
import type { ProgramLayer } from "../program.ts";

type Shape = readonly number[];

interface Strip {
  rows: number;
  columns: number;
  /** Groups of 4 inputs whose tables stand at once. */
  batch: number;
}

const MAX_COLUMNS = 64;

/** A layer of signs, from shape `from` to shape `to` (height, width, channels), with its strip and scratch. */
export function withStrip(layer: ProgramLayer, from: Shape, to: Shape, room: number): ProgramLayer {
  const strip = chooseStrip(layer, from, to, room);
  const scratch = scratchBytes(layer, from, to, strip);
  return { ...layer, stripRows: strip.rows, stripColumns: strip.columns, batch: strip.batch, scratchBytes: scratch };
}

/** Bytes of scratch of a layer that is computed in such strips. */
function scratchBytes(layer: ProgramLayer, from: Shape, to: Shape, strip: Strip): number {
  const { taps, groups, pixels, row, live } = measures(layer, from, strip);
  const kept = turnBytes(live, signsOf(layer, to), row, taps * groups);
  return layer.kind === "SemiBinary"
    ? semiBinaryScratchBytes(taps, groups, strip.batch, pixels, row, layer.rank, to[2], kept)
    : binaryPlanesScratchBytes(taps, groups, strip.batch, pixels, row, layer.planes, to[2], kept);
}

/** Rows of signs of the convolution over the input. */
const signsOf = (layer: ProgramLayer, to: Shape) => (layer.kind === "SemiBinary" ? layer.rank : layer.planes * to[2]);

function measures({ kernel, stride, dilation }: ProgramLayer, from: Shape, { rows, columns, batch }: Strip) {
  const window = kernel[0] * kernel[1];
  const [high, wide] = sharesTaps(window, from[2]) ? kernel : [1, 1];
  const groups = inputGroups(window, from[2]);
  const turns = inTurn(rows, high, batch, groups);
  const down = turns ? 1 : high; // taps whose rows of tables stand together
  const length = stripLength(rows, down, stride[0], dilation[0]);
  const pitch = stripLength(columns, wide, stride[1], dilation[1]);
  const planes = stripPhases(down, stride[0], dilation[0]) * stripPhases(wide, stride[1], dilation[1]);
  const span = rowSpan(rows, columns, pitch);
  return {
    taps: high * wide,
    groups,
    pixels: tablePixels(planes, length, pitch, span),
    row: wholeVectors(span),
    live: turns ? liveRows(high, stride[0], dilation[0]) : 0,
    high,
  };
}

/**
 * The strip of least cost an output pixel whose scratch is within `room`, or the smallest. Cost, in instructions: about 12
 * a pixel of a table, 7 of those of conv_u, which are not staged; sumCost for each group, tap and row of signs; 6 a vector
 * of a row of sums that another batch or row adds to.
 */
function chooseStrip(layer: ProgramLayer, from: Shape, to: Shape, room: number): Strip {
  const semiBinary = layer.kind === "SemiBinary";
  const signs = signsOf(layer, to);
  const { groups } = measures(layer, from, { rows: 1, columns: 1, batch: 2 });
  let best: { strip: Strip; cost: number; bytes: number } | undefined;
  for (const rows of sizes(Math.min(to[0], 255))) {
    for (const columns of sizes(Math.min(to[1], MAX_COLUMNS))) {
      for (const batch of sizes(Math.min(groups, MAX_TERMS)).slice(1)) {
        const strip = { rows, columns, batch };
        const { taps, pixels, row, live, high } = measures(layer, from, strip);
        const bytes = scratchBytes(layer, from, to, strip);
        const batches = Math.ceil(groups / batch);
        const perRow = live > 0 ? layer.stride[0] : 1; // tables of so many input rows for one of the output
        const again = live > 0 ? (high - 1) * signs * 2 * (row / 8) : (batches - 1) * signs * 6 * (row / 8);
        let cost = 12 * groups * pixels * perRow + signs * groups * taps * sumCost(row) + again;
        if (semiBinary) {
          const quads = pairedGroups(layer.rank);
          const block = Math.min(row, 8 * Math.floor(semiBinaryTableBytes(batch, pixels, layer.rank) / (256 * quads)));
          cost += 7 * quads * row + to[2] * quads * sumCost(block) * (row / block);
        }
        cost /= Math.min(rows * columns, to[0] * to[1]);
        const better = !best || (bytes <= room ? best.bytes > room || cost < best.cost : bytes < best.bytes);
        if (better) best = { strip, cost, bytes };
      }
    }
  }
  return best!.strip;
}

/**
 * Of one group, tap and row of signs, for a row of pixels: 5 to find the entry for a block of up to 5 vectors, and a load
 * and an addition, mostly one instruction, for each (kernels/sign-sums.ts).
 */
function sumCost(pixels: number): number {
  const vectors = pixels / 8;
  return 5 * Math.ceil(vectors / 5) + 1.3 * vectors;
}

/** 1, 2, 4 … and `most` itself. */
function sizes(most: number): number[] {
  const powers = Array.from({ length: Math.floor(Math.log2(most)) + 1 }, (_, i) => 2 ** i);
  return powers.at(-1) === most ? powers : [...powers, most];
}
