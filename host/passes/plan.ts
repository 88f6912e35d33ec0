// The arena plan: lifetimes → offsets. Tensors that must share their bytes (views) or may (in-place layers) form one
// block; blocks are placed largest first at the lowest gap that fits, then other orders are tried.

import { ALIGNMENT, align } from "../../format/layout.ts";
import { reach } from "../../format/rows.ts";
import { HalfbitError } from "../errors.ts";
import { size } from "../graph/graph.ts";
import { FUSES_ADD, inputsOf, OF_INT8, OF_SIGNS } from "../kinds.ts";
import type { Program, ProgramLayer } from "../program.ts";
import { withRows } from "./rows.ts";
import { withStrip } from "./strip.ts";

/** A run of arena bytes, alive from layer `first` to layer `last` inclusive (−1: before the first layer). */
interface Block {
  bytes: number;
  first: number;
  last: number;
}

/**
 * Strips of signs may take so many bytes, or such a share, beyond the most that the activations need: with more they are
 * faster, but not by much.
 */
const SPARE_BYTES = 12 * 1024;
const SPARE_SHARE = 1 / 8;
/** But a strip may always take so many times what the smallest takes, which is many times as slow. */
const TIMES_SMALLEST = 1.5;
/**
 * Where fewer activations are alive a strip may take the free bytes as well. Where blocks then cannot be placed without a
 * gap, the scratch that reaches over the end is made smaller, to this share, so many times at most.
 */
const SMALLER = 0.85;
const ATTEMPTS = 24;

export interface Plan {
  program: Program;
  /** Largest sum of bytes alive at one layer: no plan can be smaller. */
  lowerBound: number;
}

/** Offsets for blocks placed in the given order, each at the smallest gap among its contemporaries that holds it. */
function place(blocks: Block[], order: number[]): { offsets: number[]; bytes: number } {
  const offsets = new Array<number>(blocks.length).fill(-1);
  let top = 0;
  for (const i of order) {
    const block = blocks[i];
    const neighbours = order
      .filter((j) => offsets[j] >= 0 && blocks[j].first <= block.last && block.first <= blocks[j].last)
      .sort((a, b) => offsets[a] - offsets[b]);
    let best = -1;
    let bestGap = Number.POSITIVE_INFINITY;
    let end = 0;
    for (const j of neighbours) {
      const gap = offsets[j] - end;
      if (gap >= block.bytes && gap < bestGap) {
        best = end;
        bestGap = gap;
      }
      end = Math.max(end, offsets[j] + blocks[j].bytes);
    }
    offsets[i] = best >= 0 ? best : end;
    top = Math.max(top, offsets[i] + block.bytes);
  }
  return { offsets, bytes: top };
}

function lowerBoundOf(blocks: Block[], layers: number): number {
  let bound = 0;
  for (let i = -1; i <= layers; i++) {
    const alive = blocks.filter((block) => block.first <= i && i <= block.last);
    bound = Math.max(
      bound,
      alive.reduce((sum, block) => sum + block.bytes, 0),
    );
  }
  return bound;
}

/**
 * Placement by falling size, by falling lifetime, and tensors, the first so many, before scratch; then moves of one block to
 * the front while that helps.
 */
function search(blocks: Block[], tensors: number, lowerBound: number): { offsets: number[]; bytes: number } {
  const indices = [...blocks.keys()];
  const span = (i: number) => blocks[i].last - blocks[i].first;
  const orders = [
    [...indices].sort((a, b) => blocks[b].bytes - blocks[a].bytes || a - b),
    [...indices].sort((a, b) => span(b) - span(a) || blocks[b].bytes - blocks[a].bytes || a - b),
    [...indices].sort(
      (a, b) => Number(a >= tensors) - Number(b >= tensors) || blocks[b].bytes - blocks[a].bytes || a - b,
    ),
    [...indices].sort((a, b) => blocks[b].bytes * (span(b) + 1) - blocks[a].bytes * (span(a) + 1) || a - b),
  ];
  let best = place(blocks, orders[0]);
  for (const start of orders) {
    let order = start;
    let current = place(blocks, order);
    for (let improved = true; improved && current.bytes > lowerBound; ) {
      improved = false;
      for (const i of indices) {
        const moved = [i, ...order.filter((j) => j !== i)];
        const candidate = place(blocks, moved);
        if (candidate.bytes >= current.bytes) continue;
        [order, current, improved] = [moved, candidate, true];
      }
    }
    if (current.bytes < best.bytes) best = current;
  }
  return best;
}

/**
 * Whether a layer with weights has read what its output may then stand on: int8 weights the rows that a row of output sees,
 * signs only if a window is one pixel (overlap.ts, mayStandOn).
 */
function readsFirst(layer: ProgramLayer, from: readonly number[], to: readonly number[]): boolean {
  if (from.some((length, axis) => length !== to[axis])) return false;
  const rows = reach(layer.kernel[0], layer.dilation[0]);
  if (OF_INT8.has(layer.kind)) return layer.padTop < rows;
  return OF_SIGNS.has(layer.kind) && layer.padTop === 0 && layer.padLeft === 0 && rows * layer.kernel[1] === 1;
}

/** The operands on whose bytes the layer may write its output. */
function inPlaceOperands(layer: ProgramLayer, ownInput: boolean): number[] {
  if (layer.kind === "Lookup") return [layer.input];
  if (layer.kind === "Add" || layer.kind === "Mul") return [layer.input, layer.input2];
  const residual = FUSES_ADD.has(layer.kind) && layer.input2 >= 0 ? [layer.input2] : [];
  return ownInput ? [...residual, layer.input] : residual;
}

/** Blocks of tensors that stand on the same bytes, and what is alive at each layer. */
interface Activations {
  blocks: Block[];
  /** A tensor of each block. */
  roots: number[];
  /** That of the block that a tensor is in. */
  find: (tensor: number) => number;
  /** Bytes, for each layer, and where they are most. */
  alive: number[];
  peak: number;
}

function activations(program: Program, views: ReadonlyMap<number, number>): Activations {
  const { tensors, layers } = program;
  const bytes = tensors.map((tensor) => size(tensor.shape));
  const root = [...tensors.keys()]; // root[t]: the tensor whose block t lives in
  const find = (t: number): number => (root[t] === t ? t : find(root[t]));
  for (const [view, of] of views) root[find(view)] = find(of);

  const first = new Map<number, number>();
  const last = new Map<number, number>();
  const touch = (t: number, at: number) => {
    first.set(t, Math.min(first.get(t) ?? at, at));
    last.set(t, Math.max(last.get(t) ?? at, at));
  };
  touch(find(program.input), -1);
  touch(find(program.output), layers.length);
  layers.forEach((layer, i) => {
    for (const t of [...inputsOf(layer), layer.output]) touch(find(t), i);
  });
  layers.forEach((layer, i) => {
    const output = find(layer.output);
    if (first.get(output) !== i) return;
    const ownInput = readsFirst(layer, tensors[layer.input].shape, tensors[layer.output].shape);
    // A residual that is also the convolution's input, or seen by it through a view, is still read by later pixels.
    const readLater = FUSES_ADD.has(layer.kind) && !ownInput ? find(layer.input) : -1;
    const operand = inPlaceOperands(layer, ownInput)
      .map(find)
      .find((t) => t !== output && t !== readLater && last.get(t) === i && bytes[t] === bytes[output]);
    if (operand === undefined) return;
    root[output] = operand;
    last.set(operand, last.get(output)!);
  });

  const roots = [...first.keys()].filter((t) => find(t) === t);
  const blocks: Block[] = roots.map((t) => ({ bytes: align(bytes[t]), first: first.get(t)!, last: last.get(t)! }));
  const alive = layers.map((_, i) =>
    blocks.filter((block) => block.first <= i && i <= block.last).reduce((sum, block) => sum + block.bytes, 0),
  );
  return { blocks, roots, find, alive, peak: Math.max(0, ...alive) };
}

/** Bytes of the activations where most are alive: what no arena can be smaller than. */
export function activationBytes(program: Program, views: ReadonlyMap<number, number>): number {
  return activations(program, views).peak;
}

/**
 * Gives layers of signs their strips, and places every tensor and every layer's scratch in one arena; a tensor that
 * nothing touches is left at 0. With an arena budget, in bytes, strips take what it leaves them. Throws E_BUDGET.
 */
export function plan(program: Program, views: ReadonlyMap<number, number>, arenaBudget?: number): Plan {
  const { tensors, layers } = program;
  const { blocks, roots, find, alive, peak } = activations(program, views);
  const shapeOf = (t: number) => tensors[t].shape;
  const inRoom = (layer: ProgramLayer, room: number) => {
    if (OF_INT8.has(layer.kind)) return withRows(layer, shapeOf(layer.input), shapeOf(layer.output));
    if (!OF_SIGNS.has(layer.kind) || layer.stripRows > 0) return layer;
    return withStrip(layer, shapeOf(layer.input), shapeOf(layer.output), room);
  };
  const wished = layers.map((layer, i) => alive[i] + TIMES_SMALLEST * inRoom(layer, 0).scratchBytes);
  const most = arenaBudget ?? Math.max(peak + SPARE_BYTES, (1 + SPARE_SHARE) * peak, ...wished);
  const planWith = (rooms: readonly number[]): Plan => {
    const planned = layers.map((layer, i) => inRoom(layer, rooms[i]));
    const scratches = planned.map(({ scratchBytes }, i): Block => ({ bytes: align(scratchBytes), first: i, last: i }));
    const all = [...blocks, ...scratches.filter((block) => block.bytes > 0)];
    const lowerBound = lowerBoundOf(all, layers.length);
    const { offsets, bytes: arenaBytes } = search(all, blocks.length, lowerBound);
    const offsetOf = new Map(all.map((block, at) => [block, offsets[at]]));
    return {
      lowerBound,
      program: {
        ...program,
        arenaBytes: Math.max(arenaBytes, ALIGNMENT),
        tensors: tensors.map((tensor, t) => ({ ...tensor, arenaOffset: offsets[roots.indexOf(find(t))] ?? 0 })),
        layers: planned.map((layer, i) => ({ ...layer, scratchOffset: offsetOf.get(scratches[i]) ?? 0 })),
      },
    };
  };
  let rooms = layers.map((_, i) => most - alive[i]);
  let best = planWith(rooms);
  for (let attempt = 0, plan = best; attempt < ATTEMPTS && best.program.arenaBytes > most; attempt++) {
    const planned = plan.program.layers;
    const reaches = planned.map(({ scratchOffset, scratchBytes }) => scratchOffset + scratchBytes > most);
    if (!reaches.includes(true)) {
      // A tensor was pushed over the end, by a large scratch at most.
      const largest = planned.reduce((a, { scratchBytes }, i) => (scratchBytes > planned[a].scratchBytes ? i : a), 0);
      reaches[largest] = true;
    }
    rooms = rooms.map((room, i) => (reaches[i] ? SMALLER * Math.min(room, planned[i].scratchBytes) : room));
    plan = planWith(rooms);
    if (plan.program.arenaBytes < best.program.arenaBytes) best = plan;
  }
  if (arenaBudget === undefined || best.program.arenaBytes <= arenaBudget) return best;
  const smallest = planWith(layers.map(() => 0));
  const { arenaBytes } = smallest.program;
  if (arenaBytes <= arenaBudget) return smallest;
  throw new HalfbitError(
    "E_BUDGET",
    `the arena does not fit ${arenaBudget} bytes; the smallest possible is --arena-budget ${arenaBytes}`,
  );
}
