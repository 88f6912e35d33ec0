// Every decomposed layer beside the baselines, on what it receives in the finished network: a pass over the samples of
// its own, so that a compilation without a report does not pay for it.

import type { Compiled, LayerReport } from "../compile.ts";
import type { CompileOptions } from "../options.ts";
import { gramFits, isWeightLayer, type WeightLayer } from "../passes/decompose/choose.ts";
import { affordable } from "../passes/decompose/prefix.ts";
import { equivalentTarget, outputError, varianceRatios } from "../passes/decompose/target.ts";
import { follow, stepsOf } from "../passes/decompose.ts";
import { reconstruct } from "../solve/reconstruct.ts";
import { baselineErrors } from "./baselines.ts";

/**
 * The report of `compiled` with `baselines` and `featureMapError` of every layer that has binary weights and whose Gram
 * matrix fits. Each scheme meets what the solver met: the inputs that the layers before it now give in float, the wanted
 * output, and the repair of the output's variance.
 */
export async function measureBaselines(
  { graph, simulated, report }: Pick<Compiled, "graph" | "simulated" | "report">,
  options: CompileOptions & { calibration: NonNullable<CompileOptions["calibration"]> },
): Promise<LayerReport[]> {
  const steps = stepsOf(options);
  const context = { ...graph, layers: [...graph.layers] }; // final up to the layer, original behind it
  const indices = [...graph.layers.keys()].filter((i) => isWeightLayer(graph.layers[i]));
  const judged = indices.filter((i) => {
    const own = simulated.layers[i];
    return "binary" in own && own.binary && gramFits(graph.layers[i] as WeightLayer);
  });
  const momentsOf = follow(graph, context, affordable(graph, options.calibration), judged, options, steps);
  const measured = [...report];
  for (const [row, i] of indices.entries()) {
    options.onProgress?.("report: baselines", row, indices.length);
    const [layer, own] = [graph.layers[i] as WeightLayer, simulated.layers[i]];
    context.layers[i] = own;
    if (!judged.includes(i) || !("binary" in own) || !own.binary) continue;
    const moments = await momentsOf(i);
    const { T, S, weightBytes: bytes } = report[row];
    const { weights } = layer;
    const judge = (approximation: Float32Array) => outputError(approximation, moments);
    const repaired = (approximation: Float32Array) => {
      const ratios = varianceRatios(approximation, moments, moments.ownVariance ?? moments.output.variance);
      return approximation.map((value, at) => value * ratios[Math.floor((at * T) / approximation.length)]);
    };
    const repair = steps.variances && options.objective === "feature-map" ? repaired : undefined;
    const target = equivalentTarget(weights, moments);
    const how = { gram: moments.gram, seed: options.seed, judge, repair };
    measured[row] = {
      ...report[row],
      featureMapError: judge(reconstruct(own.binary, T, S)),
      baselines: baselineErrors({ weights, target, T, S, bytes, ...how }),
    };
  }
  options.onProgress?.("report: baselines", indices.length, indices.length);
  return measured;
}
