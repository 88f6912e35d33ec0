// The strip of output pixels that a layer of signs computes at once, chosen for speed within some scratch.

import { align } from "../../format/layout.ts";
import {
  areNarrow,
  gatheredBytes,
  inTurn,
  liveRows,
  MAX_BLOCK,
  MAX_TABLE_BYTES,
  MAX_TERMS,
  pairedGroups,
  pixelBytesU,
  rowSpan,
  STRIP_LANES,
  SUM_ROWS,
  sharesTaps,
  stripLength,
  stripPhases,
  tablePixels,
  wholeVectors,
  wordBytes,
} from "../../format/strip.ts";
import type { ProgramLayer } from "../program.ts";

type Shape = readonly number[];

interface Strip {
  rows: number;
  columns: number;
  /** Groups of 4 inputs whose tables stand at once. */
  batch: number;
  /** Whether the offsets of all rows' entries stand, or are found again for each strip. */
  streamed: boolean;
}

/** What one row of signs is summed up over. */
interface Sums {
  /** Groups of all taps. */
  terms: number;
  pixels: number;
  /** Times that the sums are begun, or taken up again. */
  passes: number;
  wide: boolean;
  streamed: boolean;
}

const MAX_COLUMNS = 64;

/** A layer of signs, from shape `from` to shape `to` (height, width, channels), with its strip and scratch. */
export function withStrip(layer: ProgramLayer, from: Shape, to: Shape, room: number): ProgramLayer {
  const strip = chooseStrip(layer, from, to, room);
  const scratch = scratchBytes(layer, from, to, strip);
  return { ...layer, stripRows: strip.rows, stripColumns: strip.columns, batch: strip.batch, scratchBytes: scratch };
}

/** Bytes of scratch of a layer that is computed in such strips (assembly/kernels/strip-scratch.ts). */
function scratchBytes(layer: ProgramLayer, from: Shape, to: Shape, strip: Strip): number {
  const { shares, taps, groups, pixels, row, live } = measures(layer, from, strip);
  const { batch, streamed } = strip;
  const signs = signsOf(layer, to);
  const quads = pairedGroups(layer.rank);
  const whole = 2 * (signs * taps * groups + to[2] * quads);
  const gathered = gatheredBytes(shares, pixels, groups);
  const chunk = 2 * SUM_ROWS * Math.max(taps * Math.min(batch, groups), quads);
  return (
    align(to[2] * wordBytes(Math.max(layer.planes, 1)) + 4 * (layer.rank + taps + pixels) + gathered) +
    workBytes(layer, from, to, strip) +
    sumBytes(live * signs, row, taps * groups) +
    8 * row * quads +
    align(to[2] * row) +
    align(streamed ? whole : Math.min(whole, chunk))
  );
}

/** Of conv_v's tables and sums, and afterwards of conv_u's, over a vector of pixels at least. */
function workBytes(layer: ProgramLayer, from: Shape, to: Shape, strip: Strip): number {
  const { taps, groups, pixels, row } = measures(layer, from, strip);
  const rows = strip.batch >= groups ? SUM_ROWS : signsOf(layer, to);
  const own = 32 * strip.batch * pixels + sumBytes(rows, row, taps * groups);
  return Math.max(own, STRIP_LANES * pixelBytesU(pairedGroups(layer.rank)));
}

const sumBytes = (rows: number, row: number, terms: number) => rows * row * (areNarrow(terms) ? 2 : 4);

/** Rows of signs of the convolution over the input. */
const signsOf = (layer: ProgramLayer, to: Shape) => (layer.kind === "SemiBinary" ? layer.rank : layer.planes * to[2]);

function measures(
  { kernel, stride, dilation }: ProgramLayer,
  from: Shape,
  { rows, columns, batch }: Omit<Strip, "streamed">,
) {
  const shares = sharesTaps(kernel[0], kernel[1], dilation[0], dilation[1], from[2]);
  const [high, wide] = shares ? kernel : [1, 1];
  const groups = pairedGroups((shares ? 1 : kernel[0] * kernel[1]) * from[2]);
  const turns = inTurn(rows, high, batch, groups);
  const down = turns ? 1 : high; // taps whose rows of tables stand together
  const length = stripLength(rows, down, stride[0], dilation[0]);
  const pitch = stripLength(columns, wide, stride[1], dilation[1]);
  const planes = stripPhases(down, stride[0], dilation[0]) * stripPhases(wide, stride[1], dilation[1]);
  const span = rowSpan(rows, columns, pitch);
  return {
    shares,
    taps: high * wide,
    groups,
    pixels: tablePixels(planes, length, pitch, span),
    row: wholeVectors(span),
    live: turns ? liveRows(high, stride[0], dilation[0]) : 0,
    high,
  };
}

/**
 * The strips of least cost whose scratch is within `room`, or that of the smallest. Cost, in instructions: about 9
 * a pixel of a table, 7 of those of conv_u, which are not staged; those of the sums, and those to requantise them.
 */
function chooseStrip(layer: ProgramLayer, from: Shape, to: Shape, room: number): Strip {
  const { groups } = measures(layer, from, { rows: 1, columns: 1, batch: 2 });
  const candidates: { strip: Strip; cost: number; bytes: number }[] = [];
  for (const rows of sizes(to[0], 255)) {
    for (const columns of sizes(to[1], MAX_COLUMNS)) {
      for (const batch of batches(Math.min(groups, MAX_TERMS))) {
        for (const streamed of [false, true]) {
          const strip = { rows, columns, batch, streamed };
          const { pixels } = measures(layer, from, strip);
          if (32 * batch * pixels > MAX_TABLE_BYTES) continue;
          const cost = costOf(layer, from, to, strip) * Math.ceil(to[0] / rows) * Math.ceil(to[1] / columns);
          candidates.push({ strip, cost, bytes: scratchBytes(layer, from, to, strip) });
        }
      }
    }
  }
  const least = candidates.reduce((bytes, candidate) => Math.min(bytes, candidate.bytes), Number.POSITIVE_INFINITY);
  const within = candidates.filter(({ bytes }) => bytes <= Math.max(room, least));
  return within.reduce((a, b) => (b.cost < a.cost ? b : a)).strip;
}

/** Of a strip. */
function costOf(layer: ProgramLayer, from: Shape, to: Shape, strip: Strip): number {
  const { batch, streamed } = strip;
  const { groups, taps, pixels, row, live, high } = measures(layer, from, strip);
  const tables = live > 0 ? layer.stride[0] : 1; // of so many rows of input for a strip
  const passes = live > 0 ? high : Math.ceil(groups / batch) * Math.ceil((taps * batch) / MAX_TERMS);
  const wide = !areNarrow(taps * groups);
  const sums = signsOf(layer, to) * sumCost({ terms: taps * groups, pixels: row, passes, wide, streamed });
  const inner = 9 * groups * pixels * tables + sums + requantiseCost(row) * signsOf(layer, to);
  if (layer.kind !== "SemiBinary") return inner;
  const quads = pairedGroups(layer.rank);
  const most = workBytes(layer, from, to, strip) / pixelBytesU(quads);
  const block = Math.min(row, MAX_BLOCK, STRIP_LANES * Math.floor(most / STRIP_LANES));
  const outer = sumCost({ terms: quads, pixels: block, passes: 1, wide: false, streamed });
  return inner + 7 * quads * row + to[2] * (outer + requantiseCost(block)) * (row / block);
}

/**
 * Of the sums of one row of signs, in blocks of up to 5 vectors of pixels (kernels/sign-sums.ts): for each entry 3
 * to find it, or 7 where the offsets do not stand, and a load and an addition a vector; for each pass 12, and 3 a vector, or 10
 * where it is widened.
 */
function sumCost({ terms, pixels, passes, wide, streamed }: Sums): number {
  const vectors = pixels / 8;
  const blocks = Math.ceil(vectors / 5);
  return terms * ((streamed ? 3 : 7) * blocks + 2 * vectors) + passes * (12 * blocks + (wide ? 10 : 3) * vectors);
}

/** Of so many sums of one row. */
const requantiseCost = (pixels: number) => 20 + 13 * (pixels / STRIP_LANES);

/** Lengths of strips that take fewer of them than any shorter does: length / 1, length / 2 …, rounded up; `most` at most. */
function sizes(length: number, most: number): number[] {
  const parts = Array.from({ length }, (_, i) => Math.ceil(length / (i + 1)));
  return [...new Set(parts)].filter((size) => size <= most).reverse();
}

/** 2, 4, 8 … and all of `groups`. */
function batches(groups: number): number[] {
  const powers = Array.from({ length: Math.floor(Math.log2(groups)) }, (_, i) => 2 ** (i + 1));
  return powers.at(-1) === groups ? powers : [...powers, groups];
}
