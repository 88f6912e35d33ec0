// The strip of output pixels that a layer of signs computes at once, chosen for speed within some scratch.

import {
  areNarrow,
  inputGroups,
  inTurn,
  liveRows,
  MAX_TERMS,
  pairedGroups,
  rowSpan,
  sharesTaps,
  stripLength,
  stripPhases,
  stripScratchBytes,
  stripTableBytes,
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

/** What one row of signs is summed up over. */
interface Sums {
  /** In all, and at once. */
  groups: number;
  batch: number;
  taps: number;
  pixels: number;
  /** Times that the sums are begun, or taken up again. */
  passes: number;
  wide: boolean;
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
  const signs = signsOf(layer, to);
  const rank = layer.kind === "SemiBinary" ? layer.rank : 0;
  const kept = turnBytes(live, signs, row, taps * groups);
  return stripScratchBytes(taps, groups, strip.batch, pixels, row, signs, rank, to[2], kept);
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
 * a pixel of a table, 7 of those of conv_u, which are not staged; and those of the sums.
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
        const tables = live > 0 ? layer.stride[0] : 1; // of so many rows of input for a strip
        const passes = live > 0 ? high : Math.ceil(groups / batch) * Math.ceil(taps / Math.floor(MAX_TERMS / batch));
        const sums = { groups, taps, batch, pixels: row, passes };
        let cost = 12 * groups * pixels * tables + signs * sumCost({ ...sums, wide: !areNarrow(taps * groups) });
        if (semiBinary) {
          const quads = pairedGroups(layer.rank);
          const block = Math.min(row, 8 * Math.floor(stripTableBytes(batch, pixels, layer.rank) / (256 * quads)));
          const outer = { groups: quads, taps: 1, batch: quads, pixels: block, passes: 1, wide: false };
          cost += 7 * quads * row + to[2] * sumCost(outer) * (row / block);
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
 * Of the sums of one row of signs, in blocks of up to 5 vectors of pixels (kernels/sign-sums.ts). For each group and tap 6
 * to find the entry, and a load and an addition a vector; 10 for each tap and batch of groups; for each pass 12, and 3 a
 * vector, or 10 where it is widened.
 */
function sumCost({ groups, taps, batch, pixels, passes, wide }: Sums): number {
  const vectors = pixels / 8;
  const blocks = Math.ceil(vectors / 5);
  const lookups = groups * taps * (6 * blocks + 2 * vectors);
  return lookups + Math.ceil(groups / batch) * taps * 10 * blocks + passes * (12 * blocks + (wide ? 10 : 3) * vectors);
}

/** 1, 2, 4 … and `most` itself. */
function sizes(most: number): number[] {
  const powers = Array.from({ length: Math.floor(Math.log2(most)) + 1 }, (_, i) => 2 ** i);
  return powers.at(-1) === most ? powers : [...powers, most];
}
