// One layer at a time under several choices, in a network whose other layers stay as they are.

import type { Graph, Layer } from "../../graph/graph.ts";
import type { Samples } from "../../options.ts";
import { type Choice, isWeightLayer } from "../decompose/choose.ts";
import { withCorrection } from "../decompose/correct.ts";
import { outputError } from "../decompose/target.ts";
import { type DecomposeOptions, follow, replaceWeights, stepsOf } from "../decompose.ts";

export interface Solo {
  choice: Choice;
  layer: Layer;
  /** Share of the wanted output's variance that is missed, as LayerDecomposition.featureMapError. */
  error: number;
}

/**
 * A function that solves layer `index` of `graph` for each of `choices`, from what the layers before it give in
 * `context`, an approximation of graph. To be called for layers in order.
 */
export function soloist(
  graph: Graph,
  context: Graph,
  options: DecomposeOptions & { calibration: Samples },
): (index: number, choices: readonly Choice[]) => Promise<Solo[]> {
  const steps = stepsOf(options);
  const momentsOf = follow(graph, context, options.calibration, options, steps);
  return async (index, choices) => {
    const layer = graph.layers[index];
    if (!isWeightLayer(layer) || layer.kind === "DepthwiseConv2D") return [];
    const moments = await momentsOf(index);
    const solos: Solo[] = [];
    for (const choice of choices) {
      if (choice.scheme === "int8") {
        const corrected = withCorrection(layer, moments, steps);
        solos.push({ choice, layer: corrected, error: outputError(corrected.weights, moments) });
        continue;
      }
      const { layer: solved, errors } = await replaceWeights(layer, choice, moments, options, steps);
      solos.push({ choice, layer: solved, error: errors.featureMapError! });
    }
    return solos;
  };
}
