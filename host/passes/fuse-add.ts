// An Add whose one operand is a convolution's output moves into that convolution's store: the operand never exists as
// a whole in the arena, and the sum is formed from the same int8 values, so no bit changes.

import * as f from "../../format/layout.ts";
import { FUSES_ADD, inputsOf } from "../kinds.ts";
import type { Program, ProgramLayer } from "../program.ts";

/** The Add's parameter words with its operands exchanged. */
function exchange(p: Int32Array): Int32Array {
  const words = p.slice();
  const pairs = [
    [f.ADD_ZERO_1, f.ADD_ZERO_2],
    [f.ADD_MULTIPLIER_1, f.ADD_MULTIPLIER_2],
    [f.ADD_SHIFT_1, f.ADD_SHIFT_2],
  ];
  for (const [a, b] of pairs) {
    words[a] = p[b];
    words[b] = p[a];
  }
  return words;
}

/** Index of the layer that produces `tensor`; −1 for the model's input (or a view). */
function producer(layers: ProgramLayer[], tensor: number): number {
  return layers.findIndex((layer) => layer.output === tensor);
}

/**
 * Fuses every Add it can, into the operand that is produced last. The other operand must exist by then; the fused
 * one must have no other reader and be no view's source nor the model's output.
 */
export function fuseAdd(program: Program, views: ReadonlyMap<number, number>): Program {
  let layers = program.layers;
  for (const add of program.layers) {
    if (add.kind !== "Add" || add.input === add.input2) continue;
    const operands = [
      { tensor: add.input, residual: add.input2, parameters: add.parameters },
      { tensor: add.input2, residual: add.input, parameters: exchange(add.parameters) },
    ].sort((a, b) => producer(layers, b.tensor) - producer(layers, a.tensor));
    const { tensor, residual, parameters } = operands[0];
    const at = producer(layers, tensor);
    const conv = layers[at];
    const readers = layers.filter((layer) => inputsOf(layer).includes(tensor)).length;
    const viewed = [...views.values()].includes(tensor) || views.has(residual);
    if (at < 0 || !FUSES_ADD.has(conv.kind) || conv.input2 >= 0) continue;
    if (readers !== 1 || viewed || tensor === program.output) continue;
    const fused: ProgramLayer = {
      ...conv,
      name: `${conv.name}+${add.name}`,
      input2: residual,
      output: add.output,
      parameters,
    };
    layers = layers.filter((layer) => layer !== add).map((layer) => (layer === conv ? fused : layer));
  }
  return { ...program, layers };
}
