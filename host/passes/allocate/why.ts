// Why a layer got what it got, in a line.

import type { Choice } from "../decompose/choose.ts";
import { choiceBytes } from "./candidates.ts";
import type { Choices } from "./file-bytes.ts";
import type { Sensitivity } from "./sensitivity.ts";

/** By layer index, for allocations of `sensitivities`: what bytes are worth here, and where else they are worth most. */
export function reasons(choices: Choices, sensitivities: readonly Sensitivity[]): Map<number, string> {
  return new Map(
    sensitivities.map((own): [number, string] => {
      const { index } = own.layer;
      const choice = choices.get(index)!;
      const less = smaller(own, choice);
      if (!less) return [index, `${named(choice)}: the smallest that this layer can take`];
      const others = sensitivities
        .filter((other) => other !== own)
        .map((other) => larger(other, choices.get(other.layer.index)!));
      const best = others.filter((step) => step !== undefined).reduce<Step | undefined>(better, undefined);
      const cost = `${named(choice)}: ${less.bytes} bytes less here would cost ${digits(less.gain)} of divergence`;
      if (!best) return [index, `${cost}; no other layer gains by them`];
      return [index, `${cost}; ${best.bytes} more at ${best.name} would save ${digits(best.gain)}`];
    }),
  );
}

function named({ scheme, rank }: Choice): string {
  return scheme === "semi-binary" ? `K = ${rank}` : scheme;
}

interface Step {
  name: string;
  bytes: number;
  /** Of loss. */
  gain: number;
}

const better = (a: Step | undefined, b: Step): Step => (a && a.gain / a.bytes >= b.gain / b.bytes ? a : b);

/** From the choice that loses least of those with fewer bytes, a byte, to `choice`. */
function smaller({ layer, loss }: Sensitivity, choice: Choice): Step | undefined {
  const steps = steppingFrom(layer, choice, (bytes) => bytes > 0).map(({ to, bytes }) => ({
    name: layer.name,
    bytes,
    gain: loss(to) - loss(choice),
  }));
  return steps
    .filter(({ gain }) => Number.isFinite(gain))
    .reduce<Step | undefined>((a, b) => (a && a.gain / a.bytes <= b.gain / b.bytes ? a : b), undefined);
}

/** To the choice that gains most of those with more bytes, a byte. */
function larger({ layer, loss }: Sensitivity, choice: Choice): Step | undefined {
  const steps = steppingFrom(layer, choice, (bytes) => bytes < 0).map(({ to, bytes }) => ({
    name: layer.name,
    bytes: -bytes,
    gain: loss(choice) - loss(to),
  }));
  return steps.filter(({ gain }) => gain > 0).reduce<Step | undefined>(better, undefined);
}

/** The layer's other choices with the bytes that they save. */
function steppingFrom(layer: Sensitivity["layer"], choice: Choice, wanted: (saved: number) => boolean) {
  const own = choiceBytes(layer, choice);
  return layer.choices.map((to) => ({ to, bytes: own - choiceBytes(layer, to) })).filter(({ bytes }) => wanted(bytes));
}

/** Two digits that count. */
function digits(x: number): string {
  return String(Number(x.toPrecision(2)));
}
