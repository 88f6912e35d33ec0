// Who holds which bytes of the arena, and when: the plan (host/passes/plan.ts) read back from a finished program.

import { align } from "../../format/layout.ts";
import { size } from "../graph/graph.ts";
import { inputsOf } from "../kinds.ts";
import type { Program } from "../program.ts";

/** Arena bytes [offset, offset + bytes), held from layer `first` to layer `last` inclusive. */
export interface MemoryBlock {
  /** Layers whose outputs stand here one on the other, or whose scratch it is; "input" for the network's input. */
  names: string[];
  use: "tensor" | "scratch";
  offset: number;
  bytes: number;
  /** −1: written before the first layer. */
  first: number;
  /** layers.length: read after the last layer. */
  last: number;
}

export interface MemoryMap {
  arenaBytes: number;
  /** Largest sum of bytes alive at one layer: no plan of this order of layers can be smaller. */
  lowerBound: number;
  /** In the order in which they run. */
  layers: string[];
  blocks: MemoryBlock[];
}

const overlap = (a: number, aEnd: number, b: number, bEnd: number) => a < bEnd && b < aEnd;

/** Bytes in common at one layer: only tensors that the plan lets share their bytes (views, in-place) have any. */
function shares(a: MemoryBlock, b: MemoryBlock): boolean {
  return (
    overlap(a.first, a.last + 1, b.first, b.last + 1) &&
    overlap(a.offset, a.offset + a.bytes, b.offset, b.offset + b.bytes)
  );
}

function merged(a: MemoryBlock, b: MemoryBlock): MemoryBlock {
  const offset = Math.min(a.offset, b.offset);
  return {
    names: [...a.names, ...b.names],
    use: a.use,
    offset,
    bytes: Math.max(a.offset + a.bytes, b.offset + b.bytes) - offset,
    first: Math.min(a.first, b.first),
    last: Math.max(a.last, b.last),
  };
}

/** A block a tensor, and a block a layer's scratch, before tensors are joined that share their bytes. */
function singleBlocks({ layers, tensors, input, output }: Program): MemoryBlock[] {
  const writer = new Map(layers.map((layer, i) => [layer.output, i]));
  const readers = (t: number) => layers.flatMap((layer, i) => (inputsOf(layer).includes(t) ? [i] : []));
  const held = tensors.flatMap((tensor, t): MemoryBlock[] => {
    const written = t === input ? -1 : writer.get(t);
    if (written === undefined) return [];
    return [
      {
        names: [t === input ? "input" : layers[written].name],
        use: "tensor",
        offset: tensor.arenaOffset,
        bytes: align(size(tensor.shape)),
        first: written,
        last: t === output ? layers.length : Math.max(written, ...readers(t)),
      },
    ];
  });
  const scratch = layers.flatMap((layer, i): MemoryBlock[] =>
    layer.scratchBytes === 0
      ? []
      : [
          {
            names: [layer.name],
            use: "scratch",
            offset: layer.scratchOffset,
            bytes: align(layer.scratchBytes),
            first: i,
            last: i,
          },
        ],
  );
  return [...held.sort((a, b) => a.first - b.first), ...scratch];
}

export function memoryMap(program: Program, lowerBound: number): MemoryMap {
  let blocks: MemoryBlock[] = [];
  for (const block of singleBlocks(program)) {
    const joined = blocks.filter((other) => shares(other, block));
    blocks = [...blocks.filter((other) => !joined.includes(other)), [...joined, block].reduce(merged)];
  }
  return {
    arenaBytes: program.arenaBytes,
    lowerBound,
    layers: program.layers.map((layer) => layer.name),
    blocks: blocks.sort((a, b) => a.first - b.first || a.offset - b.offset),
  };
}
