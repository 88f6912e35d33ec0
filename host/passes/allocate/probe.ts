// Single layers under several choices, in a network whose other layers stay as they are: what each does to the output.

import type { Conv2D, FullyConnected, Graph, Layer } from "../../graph/graph.ts";
import { type Choice, isWeightLayer } from "../decompose/choose.ts";
import { withCorrection } from "../decompose/correct.ts";
import { type Activations, advance } from "../decompose/prefix.ts";
import { outputError } from "../decompose/target.ts";
import { follow, type Guidance, replaceWeights, stepsOf } from "../decompose.ts";
import { judgeOf, type SolveJob } from "./trial.ts";

export interface ProbeQuestion {
  /** An approximation of the network. */
  context: Graph;
  /** Layers of it, in order, and the choices to try for each. */
  layers: { index: number; choices: readonly Choice[] }[];
}

export interface Probe {
  choice: Choice;
  /** Share of the wanted output's variance that is missed, as LayerDecomposition.featureMapError. */
  error: number;
  /** Of the whole network with the layer so changed (train/judge.ts). */
  loss: number;
}

/** A function that solves the layers alone, each from what those before it give in the context, and judges. */
export async function prepareProbes(job: SolveJob): Promise<(question: ProbeQuestion) => Promise<Probe[][]>> {
  const { graph, options, held } = job;
  const steps = stepsOf(options);
  const judge = await judgeOf(job);
  const solve = async (layer: Conv2D | FullyConnected, choice: Choice, moments: Guidance) => {
    if (choice.scheme === "int8") {
      const corrected = withCorrection(layer, moments, steps);
      return { layer: corrected, error: outputError(corrected.weights, moments) };
    }
    const { layer: solved, errors } = await replaceWeights(layer, choice, moments, options, steps);
    return { layer: solved, error: errors.featureMapError! };
  };
  return async ({ context, layers }) => {
    const momentsOf = follow(
      graph,
      context,
      options.calibration,
      layers.map(({ index }) => index),
      options,
      steps,
    );
    let before: Activations = new Map();
    const probes: Probe[][] = [];
    for (const { index, choices } of layers) {
      const layer = graph.layers[index];
      if (!isWeightLayer(layer) || layer.kind === "DepthwiseConv2D")
        throw new Error(`layer ${layer.name} has no choice`);
      const moments = await momentsOf(index);
      before = await advance(context, held, before, index);
      const lossWith = (changed: Layer) => judge({ ...context, layers: context.layers.with(index, changed) }, before);
      const own: Probe[] = [];
      for (const choice of choices) {
        const solved = await solve(layer, choice, moments);
        own.push({ choice, error: solved.error, loss: await lossWith(solved.layer) });
      }
      probes.push(own);
    }
    return probes;
  };
}
