// The decompose pass: dense weights become signs, layer by layer, each seeing what the layers before it now give.

import { HalfbitError } from "../errors.ts";
import type { Conv2D, FullyConnected, Graph, PlanesWeights, SemiBinaryWeights } from "../graph/graph.ts";
import type { CompileOptions, Scheme } from "../options.ts";
import { alphaPlane, planes, signPlane } from "../solve/baselines.ts";
import { featureMapError } from "../solve/error.ts";
import { greedy } from "../solve/greedy.ts";
import type { Numbers } from "../solve/products.ts";
import { reconstruct } from "../solve/reconstruct.ts";
import { binaryBytes, int8Bytes } from "./decompose/bytes.ts";
import { type Choice, chooseSchemes, matrixShape, planeCount, type WeightLayer } from "./decompose/choose.ts";
import { type Activations, advance, affordable } from "./decompose/prefix.ts";
import { equivalentTarget, outputError, repairedBias } from "./decompose/target.ts";
import { type Moments, windowMoments } from "./gram.ts";
import { windowsOf } from "./windows.ts";

export type DecomposeOptions = Pick<
  CompileOptions,
  "scheme" | "rank" | "solver" | "objective" | "seed" | "calibration" | "overrides" | "onProgress"
>;

/** What became of one layer with weights. */
export interface LayerDecomposition {
  name: string;
  kind: WeightLayer["kind"];
  scheme: Scheme;
  /** K of a semi-binary layer. */
  rank?: number;
  /** Channels of output, and weights a channel. */
  T: number;
  S: number;
  /** Bytes of the layer's weights, scales and bias in the model file, and of the same as int8. */
  weightBytes: number;
  int8Bytes: number;
  /** ‖W − Ŵ‖² / ‖W‖². */
  weightError?: number;
  /** Share of the original network's output variance that the layer misses on the calibration samples. */
  featureMapError?: number;
  /** Why the layer was left alone. */
  reason?: string;
}

/**
 * Gives every chosen layer `binary` weights (decompose/choose.ts says which), in a new graph.
 *
 * objective "weights": ‖W − Ŵ‖ is minimised and nothing else is touched.
 * objective "feature-map" (section 3.3 of the paper): H is the Gram matrix of what the layer receives from the
 * already decomposed prefix, the target is the original network's output (decompose/target.ts). Beyond the plain
 * paper, H is centred and the bias repaired so that each output channel keeps its mean: a bias takes up any constant
 * error for nothing, so only the variance is the solver's concern.
 */
export async function decompose(
  graph: Graph,
  options: DecomposeOptions,
): Promise<{ graph: Graph; report: LayerDecomposition[] }> {
  const choices = [...chooseSchemes(graph, options)];
  const work = choices.filter(([, choice]) => choice.scheme !== "int8" && !choice.reason).map(([i]) => i);
  const samples = options.calibration && affordable(graph, options.calibration);
  if (work.length > 0 && options.objective === "feature-map" && !samples) {
    throw new HalfbitError(
      "E_CALIBRATION",
      "the feature-map objective needs calibration samples; pass --calib, or --objective weights",
    );
  }
  const result: Graph = { ...graph, layers: [...graph.layers] };
  const errors = new Map<number, Errors>();
  let original: Activations = new Map();
  let current: Activations = original;
  for (const [done, i] of work.entries()) {
    options.onProgress?.("decompose", done, work.length);
    const layer = graph.layers[i] as Conv2D | FullyConnected;
    const choice = choices.find(([index]) => index === i)![1];
    let moments: Moments | undefined;
    if (samples) {
      original = await advance(graph, samples, original, i);
      current = done === 0 ? original : await advance(result, samples, current, i);
      const [x, wanted] = [current, original].map((live) => live.get(layer.inputs[0])!);
      moments = await windowMoments(
        x,
        windowsOf(graph, layer, samples.count),
        { weights: layer.weights, original: wanted },
        { seed: options.seed },
      );
    }
    const replaced = replaceWeights(layer, choice, moments, options);
    result.layers[i] = replaced.layer;
    errors.set(i, replaced.errors);
  }
  options.onProgress?.("decompose", work.length, work.length);
  return { graph: result, report: choices.map(([i, choice]) => describe(result, i, choice, errors.get(i))) };
}

type Errors = Pick<LayerDecomposition, "weightError" | "featureMapError">;

function replaceWeights(
  layer: Conv2D | FullyConnected,
  choice: Choice,
  moments: Moments | undefined,
  { objective, seed }: DecomposeOptions,
): { layer: Conv2D | FullyConnected; errors: Errors } {
  const { T, S } = matrixShape(layer);
  const guide = objective === "feature-map" ? moments : undefined; // else they serve the report only
  const target = guide ? equivalentTarget(layer.weights, guide) : layer.weights;
  const binary = solve(target, T, S, choice, seed, guide?.gram);
  const dense = reconstruct(binary, T, S);
  const bias = guide ? repairedBias(layer.bias, dense, guide) : layer.bias;
  return {
    layer: { ...layer, binary, bias, int8: undefined },
    errors: {
      weightError: featureMapError(layer.weights, dense, S),
      featureMapError: moments && outputError(dense, moments),
    },
  };
}

function solve(
  target: Numbers,
  T: number,
  S: number,
  { scheme, rank }: Choice,
  seed: number,
  gram: Float64Array | undefined,
): SemiBinaryWeights | PlanesWeights {
  if (scheme === "semi-binary") return greedy(target, T, S, rank!, { gram, seed });
  if (scheme === "sign") return signPlane(target, T);
  if (scheme === "alpha") return alphaPlane(target, T, S, gram);
  return planes(target, T, S, planeCount(scheme), gram);
}

function describe(graph: Graph, index: number, choice: Choice, errors: Errors | undefined): LayerDecomposition {
  const layer = graph.layers[index] as WeightLayer;
  const { T, S } = matrixShape(layer);
  const dense = int8Bytes(T, S);
  const weightBytes = layer.kind !== "DepthwiseConv2D" && layer.binary ? binaryBytes(layer.binary, T, S) : dense;
  return { name: layer.name, kind: layer.kind, ...choice, T, S, weightBytes, int8Bytes: dense, ...errors };
}
