// int8 layers behind decomposed ones: they make up for the error that reaches them, which costs no byte.

import type { Conv2D, FullyConnected, Graph } from "../../graph/graph.ts";
import type { CompileOptions, Steps } from "../../options.ts";
import { aboutZero, type Moments } from "../gram.ts";
import { type Choice, gramFits } from "./choose.ts";
import { equivalentTarget, repairedBias } from "./target.ts";

/**
 * Half of the correction: a classifier sees one window a sample, too few for all of it. On ResNet-8 at 12.5 kB, 400
 * images: 65.9 % without, 69.3 % with half, 68.0 % with all of it.
 */
const SHARE = 0.5;

/** Indices of layers that stay int8 although some layer before them is decomposed. */
export function correctable(
  { layers }: Graph,
  choices: readonly [number, Choice][],
  decomposed: readonly number[],
  { objective }: Pick<CompileOptions, "objective">,
): number[] {
  if (objective !== "feature-map") return [];
  const dense = ([i, { scheme }]: readonly [number, Choice]) => {
    const layer = layers[i];
    const whole = layer.kind === "FullyConnected" || (layer.kind === "Conv2D" && layer.groups === 1);
    return scheme === "int8" && whole && gramFits(layer) && decomposed.some((before) => before < i);
  };
  return choices.filter(dense).map(([i]) => i);
}

/** The layer with the equivalent target as its weights, and the bias that keeps each output channel's mean. */
export function withCorrection<L extends Conv2D | FullyConnected>(layer: L, moments: Moments, steps: Steps): L {
  const guide = steps.means ? moments : aboutZero(moments);
  const weights = steps.prefixCorrection
    ? new Float32Array(equivalentTarget(layer.weights, guide, SHARE))
    : layer.weights;
  return {
    ...layer,
    weights,
    bias: steps.means ? repairedBias(layer.bias, weights, guide) : layer.bias,
    int8: undefined,
  };
}
