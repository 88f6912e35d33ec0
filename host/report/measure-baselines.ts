// Every decomposed layer beside the baselines, on what it receives in the finished network: a pass over the samples of
// its own, so that a compilation without a report does not pay for it.

import type { Compiled, LayerReport } from "../compile.ts";
import type { CompileOptions, Samples } from "../options.ts";
import { isWeightLayer } from "../passes/decompose/choose.ts";
import { type Activations, advance, affordable } from "../passes/decompose/prefix.ts";
import { equivalentTarget, outputError } from "../passes/decompose/target.ts";
import { windowMoments } from "../passes/gram.ts";
import { windowsOf } from "../passes/windows.ts";
import { reconstruct } from "../solve/reconstruct.ts";
import { baselineErrors } from "./baselines.ts";

type Progress = CompileOptions["onProgress"];

/**
 * The report of `compiled` with `baselines` and `featureMapError` of every layer that has binary weights. Each scheme
 * meets the same inputs (those the finished network gives the layer in float), the same target and the same measure.
 */
export async function measureBaselines(
  { graph, simulated, report }: Pick<Compiled, "graph" | "simulated" | "report">,
  calibration: Samples,
  seed: number,
  onProgress: Progress = () => {},
): Promise<LayerReport[]> {
  const samples = affordable(graph, calibration);
  const indices = [...graph.layers.keys()].filter((i) => isWeightLayer(graph.layers[i]));
  const measured = [...report];
  let original: Activations = new Map();
  let current: Activations = new Map();
  for (const [row, i] of indices.entries()) {
    onProgress("baselines", row, indices.length);
    const [layer, own] = [graph.layers[i], simulated.layers[i]];
    if (!("binary" in own) || !own.binary || !isWeightLayer(layer) || layer.kind === "DepthwiseConv2D") continue;
    original = await advance(graph, samples, original, i);
    current = await advance(simulated, samples, current, i);
    const [x, wanted] = [current, original].map((live) => live.get(layer.inputs[0])!);
    const { weights } = layer;
    const moments = await windowMoments(
      x,
      windowsOf(graph, layer, samples.count),
      { weights, original: wanted },
      { seed },
    );
    const { T, S, weightBytes: bytes } = report[row];
    const judge = (approximation: Float32Array) => outputError(approximation, moments);
    measured[row] = {
      ...report[row],
      featureMapError: judge(reconstruct(own.binary, T, S)),
      baselines: baselineErrors({
        weights,
        target: equivalentTarget(weights, moments),
        T,
        S,
        gram: moments.gram,
        bytes,
        seed,
        judge,
      }),
    };
  }
  onProgress("baselines", indices.length, indices.length);
  return measured;
}
