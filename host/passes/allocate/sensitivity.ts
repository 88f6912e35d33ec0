// What a smaller or a larger choice of each layer does to the network's output, in the network that is to be improved.

import type { Graph } from "../../graph/graph.ts";
import type { Samples } from "../../options.ts";
import type { Choice } from "../decompose/choose.ts";
import type { DecomposeOptions } from "../decompose.ts";
import { soloist, type Trial } from "./alone.ts";
import { choiceBytes, type FreeLayer, rankStep } from "./candidates.ts";
import { errorCurve } from "./curve.ts";
import type { Choices } from "./file-bytes.ts";

/** How the loss of the whole network depends on one layer's choice, about a context. */
export interface Sensitivity {
  layer: FreeLayer;
  /** Loss, less a constant, that the choice is predicted to cost. */
  loss(choice: Choice): number;
}

/** Mean loss of a network on held-back samples. */
export type Judge = (graph: Graph) => Promise<number>;

/** K tried, as shares of the context's (or of the K that takes as many bytes). */
const PROBES = [0.6, 1, 1.6];
/** N-bit weights are tried where they take so many times the context's bytes. */
const SPAN = [0.4, 2.5];

/**
 * Sensitivities of the free layers about `context`, a solved network with the given choices and loss. Each layer is
 * solved alone under a few choices, the others staying as they are. Its error e falls with its bytes along a curve
 * (curve.ts), and the loss is taken as linear in e: its slope is that of the measured losses, by least squares.
 */
export async function sensitivities(
  graph: Graph,
  context: { graph: Graph; choices: Choices; loss: number },
  free: readonly FreeLayer[],
  judge: Judge,
  options: DecomposeOptions & { calibration: Samples },
): Promise<Sensitivity[]> {
  const solve = soloist(graph, context.graph, options);
  const result: Sensitivity[] = [];
  for (const layer of free) {
    const trials = await solve(layer.index, probes(layer, context.choices.get(layer.index)!));
    const losses: { error: number; loss: number }[] = [];
    for (const trial of trials) {
      if (trial.choice.scheme !== "semi-binary") continue;
      const layers = context.graph.layers.with(layer.index, trial.layer);
      losses.push({ error: trial.error, loss: await judge({ ...context.graph, layers }) });
    }
    const slope = slopeOf(losses);
    const error = errorsOf(layer, trials);
    result.push({ layer, loss: (choice) => slope * error(choice) });
  }
  return result;
}

function probes(layer: FreeLayer, current: Choice): Choice[] {
  const bytes = choiceBytes(layer, current);
  const same = layer.choices
    .filter(({ scheme }) => scheme === "semi-binary")
    .reduce<Choice | undefined>((a, b) => (a && distance(a) <= distance(b) ? a : b), undefined);
  function distance(choice: Choice): number {
    return Math.abs(choiceBytes(layer, choice) - bytes);
  }
  const rank = current.scheme === "semi-binary" ? current.rank : same?.rank;
  const step = rankStep(layer);
  const ranks =
    rank === undefined ? [] : PROBES.map((share) => Math.max(step, step * Math.round((share * rank) / step)));
  const others = layer.choices.filter(
    (choice) =>
      choice.scheme === "int8" ||
      (choice.scheme !== "semi-binary" &&
        choiceBytes(layer, choice) >= SPAN[0] * bytes &&
        choiceBytes(layer, choice) <= SPAN[1] * bytes),
  );
  return [...[...new Set(ranks)].map((K): Choice => ({ scheme: "semi-binary", rank: K })), ...others];
}

/** Least squares of the losses over the errors; at least 0, for what seems to gain by an error is noise. */
function slopeOf(points: readonly { error: number; loss: number }[]): number {
  const mean = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / Math.max(1, values.length);
  const [error, loss] = [mean(points.map((p) => p.error)), mean(points.map((p) => p.loss))];
  let [shared, own] = [0, 0];
  for (const point of points) {
    shared += (point.error - error) * (point.loss - loss);
    own += (point.error - error) ** 2;
  }
  return own > 0 ? Math.max(0, shared / own) : 0;
}

/** Error of any choice: as measured, or for K between those measured along the curve; infinite where nothing is known. */
function errorsOf(layer: FreeLayer, trials: readonly Trial[]): (choice: Choice) => number {
  const ranks = trials.filter(({ choice }) => choice.scheme === "semi-binary");
  const curve = errorCurve(ranks.map(({ choice, error }) => ({ bytes: choiceBytes(layer, choice), error })));
  return (choice) => {
    if (choice.scheme === "semi-binary")
      return ranks.length > 0 ? curve(choiceBytes(layer, choice)) : Number.POSITIVE_INFINITY;
    return trials.find(({ choice: { scheme } }) => scheme === choice.scheme)?.error ?? Number.POSITIVE_INFINITY;
  };
}
