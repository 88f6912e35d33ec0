// The order of the layers. A source names the branches of a network one after another; which goes first decides how much
// is alive beside each layer, and so the room of its tables.

import { size } from "../graph/graph.ts";
import { inputsOf } from "../kinds.ts";
import type { Program, ProgramLayer } from "../program.ts";

/** Bytes alive beside each layer of an order, its inputs and output included, and after it. */
function bytesAlive({ tensors, input, output }: Program, source: (tensor: number) => number, layers: ProgramLayer[]) {
  const read = layers.map((layer) => new Set(inputsOf(layer).map(source)));
  const alive = new Set([source(input)]);
  const bytes = () => [...alive].reduce((sum, tensor) => sum + size(tensors[tensor].shape), 0);
  return layers.map((layer, i) => {
    alive.add(source(layer.output));
    const during = bytes();
    for (const tensor of alive) {
      const later = tensor === source(output) || read.slice(i + 1).some((inputs) => inputs.has(tensor));
      if (!later) alive.delete(tensor);
    }
    return { during, after: bytes() };
  });
}

/**
 * Of the layers whose inputs are there, the one goes next after which the fewest bytes are alive; of equals the first. The
 * source's order stays where that would need more bytes at their most. No value changes.
 */
export function schedule(program: Program, views: ReadonlyMap<number, number>): Program {
  const source = (tensor: number): number => (views.has(tensor) ? source(views.get(tensor)!) : tensor);
  const ordered: ProgramLayer[] = [];
  const there = new Set([source(program.input)]);
  for (let left = program.layers; left.length > 0; left = left.filter((layer) => !ordered.includes(layer))) {
    const after = (layer: ProgramLayer) => {
      const rest = left.filter((other) => other !== layer);
      return bytesAlive(program, source, [...ordered, layer, ...rest])[ordered.length].after;
    };
    const ready = left.filter((layer) => inputsOf(layer).every((tensor) => there.has(source(tensor))));
    const next = ready.length > 1 ? ready.reduce((a, b) => (after(b) < after(a) ? b : a)) : ready[0];
    ordered.push(next);
    there.add(source(next.output));
  }
  const most = (layers: ProgramLayer[]) => Math.max(...bytesAlive(program, source, layers).map(({ during }) => during));
  return most(ordered) <= most(program.layers) ? { ...program, layers: ordered } : program;
}
