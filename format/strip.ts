// The strip of a layer of signs: the block of output pixels that it computes at once, and the scratch that takes.
// Compiled by both compilers, like layout.ts.

/** Pixels of a vector at the widest level; rows of scratch are whole vectors, whatever the level. */
export const STRIP_LANES: i32 = 8;
/** Sums of so many table entries, of at most 4·255 each, fit 16 bits; even. */
export const MAX_TERMS: i32 = 64;

/** Rows of signs that are summed up, and then requantised, together. */
export const SUM_ROWS: i32 = 8;
/** Bytes of the words of an output channel with so many rows of sums (assembly/kernels/output-words.ts). */
export function wordBytes(rows: i32): i32 {
  return 4 * rows + 8;
}

/** Residues of the taps' positions by the stride: each has a plane of its own, in which the stride is 1. */
export function stripPhases(kernel: i32, stride: i32, dilation: i32): i32 {
  const reach = (kernel - 1) * dilation + 1;
  return stride < reach ? stride : reach;
}

/** Pixels along an axis of such a plane that `outputs` windows see. */
export function stripLength(outputs: i32, kernel: i32, stride: i32, dilation: i32): i32 {
  return outputs + ((((kernel - 1) * dilation) / stride) | 0);
}

/** Tables that stand at once take no more bytes: entries are found by offsets of 16 bits. */
export const MAX_TABLE_BYTES: i32 = 65536;
/** Pixels that a kernel reaches over, at most, where taps share tables: those of a pixel of output then are within. */
export const MAX_REACH: i32 = 240;

/**
 * Whether taps share tables: groups of 4 inputs are then 4 channels of a pixel, and a tap reads the pixels beside it.
 * Otherwise they are 4 numbers of the gathered window. Groups come in pairs, the signs of one being a byte.
 */
export function sharesTaps(height: i32, width: i32, dilationHeight: i32, dilationWidth: i32, channels: i32): boolean {
  const reach = ((height - 1) * dilationHeight + 1) * ((width - 1) * dilationWidth + 1);
  return (channels & 7) === 0 && height * width <= MAX_TERMS && reach <= MAX_REACH;
}

/** Groups of 4 of so many inputs, in pairs. */
export function pairedGroups(inputs: i32): i32 {
  return ((inputs + 7) >> 3) << 1;
}

/** `count` rounded up to whole vectors. */
export function wholeVectors(count: i32): i32 {
  return (count + STRIP_LANES - 1) & -STRIP_LANES;
}

/** Pixels that a row of sums spans: the strip's rows one behind the other, `pitch` apart. */
export function rowSpan(rows: i32, columns: i32, pitch: i32): i32 {
  return (rows - 1) * pitch + columns;
}

/** Pixels that a table covers: those of all planes, and what whole vectors of a row of sums read behind the last. */
export function tablePixels(planes: i32, length: i32, pitch: i32, span: i32): i32 {
  return wholeVectors(planes * length * pitch + wholeVectors(span) - span);
}

/** Bytes of a pixel of padding where taps share tables; elsewhere of 8 numbers, a pair of groups, of every window. */
export function gatheredBytes(shares: boolean, pixels: i32, groups: i32): i32 {
  return shares ? 4 * groups : 8 * pixels;
}

/**
 * Whether the input's rows are taken in turn, each one's tables built once: a row of tables adds to the sums of all output
 * rows that see it. For strips of one row, whose tables would otherwise be built again for every tap of a column.
 */
export function inTurn(rows: i32, tapsHigh: i32, batch: i32, groups: i32): boolean {
  return rows === 1 && tapsHigh > 1 && batch >= groups;
}

/** Output rows that see an input row, at most: so many rows of sums are kept where rows are taken in turn. */
export function liveRows(kernel: i32, stride: i32, dilation: i32): i32 {
  return stripLength(1, kernel, stride, dilation);
}

/** Whether sums of so many table entries are kept in 16 bits. */
export function areNarrow(terms: i32): boolean {
  return terms <= MAX_TERMS;
}

/** Pixels for which tables of conv_u stand at once, at most: those of MAX_TERMS entries then take MAX_TABLE_BYTES. */
export const MAX_BLOCK: i32 = 32;

/** Bytes of the tables and sums of conv_u for a pixel, of so many groups of K. */
export function pixelBytesU(quads: i32): i32 {
  return 32 * quads + SUM_ROWS * (areNarrow(quads) ? 2 : 4);
}
