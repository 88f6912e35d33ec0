// The decompose pass: dense weights become signs, layer by layer, each seeing what the layers before it now give.

import { HalfbitError } from "../errors.ts";
import type { Conv2D, FullyConnected, Graph, PlanesWeights, SemiBinaryWeights } from "../graph/graph.ts";
import type { CompileOptions, Samples, Scheme, Steps } from "../options.ts";
import { alphaPlane, planes, signPlane } from "../solve/baselines.ts";
import { featureMapError } from "../solve/error.ts";
import { gptq } from "../solve/gptq.ts";
import { greedy } from "../solve/greedy.ts";
import { reconstruct } from "../solve/reconstruct.ts";
import { LAYER_WORK, semiBinary } from "../solve/semi-binary.ts";
import { binaryBytes, int8Bytes } from "./decompose/bytes.ts";
import { type Choice, chooseSchemes, gramFits, matrixShape, planeCount, type WeightLayer } from "./decompose/choose.ts";
import { correctable, withCorrection } from "./decompose/correct.ts";
import { addAt } from "./decompose/other-branch.ts";
import { type Activations, advance, affordable, branch } from "./decompose/prefix.ts";
import { equivalentTarget, outputError, repairedBias, varianceRatios } from "./decompose/target.ts";
import { type WantedCache, wantedOutputs } from "./decompose/wanted.ts";
import { aboutZero, type Moments, momentsAt } from "./gram.ts";
import { windowsOf } from "./windows.ts";

export interface DecomposeOptions
  extends Pick<
    CompileOptions,
    "scheme" | "rank" | "solver" | "objective" | "seed" | "calibration" | "overrides" | "steps" | "onProgress"
  > {
  /** By index into graph.layers: instead of what scheme, rank and overrides choose. */
  choices?: ReadonlyMap<number, Choice>;
  /** Makes further calls for the same graph, samples, seed and steps cheaper. */
  cache?: WantedCache;
  /** Share of the solver's rounds, 0…1, for comparing choices rather than for a result. */
  effort?: number;
  /** Multiplications that the solver may take for a layer (host/solve/semi-binary.ts). */
  work?: number;
}

/** As much for a network; layers that are too large for their part still get the least that is of use, twice it in ResNet-50. */
const NETWORK_WORK = 1e12;

/** Half of the correction, as in design section 6 item 2. */
const GREEDY_CORRECTION = 0.5;
/** The paper's method has H and the prefix correction of section 3.3 and keeps means; nothing else. */
const GREEDY_STEPS: Steps = {
  fullH: true,
  prefixCorrection: true,
  polish: false,
  outputScales: false,
  means: true,
  variances: false,
  residualTargets: false,
  int8Correction: false,
};

const ALL_STEPS: Steps = {
  fullH: true,
  prefixCorrection: true,
  polish: true,
  outputScales: true,
  means: true,
  variances: true,
  residualTargets: true,
  int8Correction: true,
};

export function stepsOf({ solver, steps }: Pick<CompileOptions, "solver" | "steps">): Steps {
  return { ...(solver === "greedy" ? GREEDY_STEPS : ALL_STEPS), ...steps };
}

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
  /** Why it is not the scheme that was asked for. */
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
  const choices = [...(options.choices ?? chooseSchemes(graph, options))];
  const work = choices.filter(([i, choice]) => choice.scheme !== "int8" && !isBinary(graph.layers[i])).map(([i]) => i);
  const steps = stepsOf(options);
  const corrected = steps.int8Correction ? correctable(graph, choices, work, options) : [];
  const samples = options.calibration && affordable(graph, options.calibration);
  if (work.length > 0 && options.objective === "feature-map" && !samples) {
    throw new HalfbitError(
      "E_CALIBRATION",
      "the feature-map objective needs calibration samples; pass --calib, or --objective weights",
    );
  }
  const result: Graph = { ...graph, layers: [...graph.layers] };
  const errors = new Map<number, Errors>();
  const solving = { ...options, work: options.work ?? Math.min(LAYER_WORK, NETWORK_WORK / Math.max(1, work.length)) };
  const order = [...work, ...corrected].sort((a, b) => a - b);
  const guided = order.filter((i) => gramFits(graph.layers[i] as WeightLayer));
  const momentsOf = samples && follow(graph, result, samples, guided, options, steps);
  for (const [done, i] of order.entries()) {
    options.onProgress?.("decompose", done, work.length + corrected.length);
    const moments = guided.includes(i) ? await momentsOf?.(i) : undefined;
    if (corrected.includes(i)) {
      result.layers[i] = withCorrection(graph.layers[i] as Conv2D | FullyConnected, moments!, steps);
      continue;
    }
    const choice = choices.find(([index]) => index === i)![1];
    const replaced = await replaceWeights(graph.layers[i] as Conv2D | FullyConnected, choice, moments, solving, steps);
    result.layers[i] = replaced.layer;
    errors.set(i, replaced.errors);
  }
  const total = work.length + corrected.length;
  options.onProgress?.("decompose", total, total);
  return { graph: result, report: choices.map(([i, choice]) => describe(result, i, choice, errors.get(i))) };
}

export interface Guidance extends Moments {
  /** Of the layer's own original output, where what is wanted makes up for the other branch's error as well. */
  ownVariance?: Float64Array;
}

/**
 * Moments of each of the layers `indices` for what the layers before it now give. To be called for them in order: the
 * activations of the result so far are carried along.
 */
export function follow(
  graph: Graph,
  result: Graph,
  samples: Samples,
  indices: readonly number[],
  { seed, cache }: DecomposeOptions,
  { residualTargets }: Steps,
): (index: number) => Promise<Guidance> {
  const known: WantedCache = cache ?? new Map();
  let current: Activations = new Map();
  return async (i) => {
    if (!known.has(i)) {
      const missing = indices.filter((index) => index >= i && !known.has(index));
      const found = await wantedOutputs(graph, samples, missing, { seed, residualTargets });
      for (const [index, wanted] of found) known.set(index, wanted);
    }
    const { positions, rows, variance, other } = known.get(i)!;
    if (!cache) known.delete(i);
    const wanted = rows.slice();
    current = await advance(result, samples, current, i);
    if (other !== undefined) addAt(wanted, await branch(result, samples, current, other), positions, -1);
    const layer = graph.layers[i] as Conv2D | FullyConnected;
    const windows = windowsOf(graph, layer, samples.count);
    const moments = await momentsAt(current.get(layer.inputs[0])!, windows, positions, wanted);
    return other === undefined ? moments : { ...moments, ownVariance: variance };
  };
}

type Errors = Pick<LayerDecomposition, "weightError" | "featureMapError">;

export async function replaceWeights(
  layer: Conv2D | FullyConnected,
  choice: Choice,
  moments: Guidance | undefined,
  { objective, seed, solver, effort, work }: DecomposeOptions,
  steps: Steps,
): Promise<{ layer: Conv2D | FullyConnected; errors: Errors }> {
  const { T, S } = matrixShape(layer);
  const known = objective === "feature-map" ? moments : undefined; // else they serve the report only
  const guide = known && !steps.means ? aboutZero(known) : known;
  const target =
    guide && steps.prefixCorrection
      ? equivalentTarget(layer.weights, guide, solver === "greedy" ? GREEDY_CORRECTION : 1)
      : new Float64Array(layer.weights);
  const solved = await solve(target, T, S, choice, { gram: guide?.gram, seed, solver, steps, effort, work });
  const repair = guide && steps.variances && choice.scheme !== "sign";
  // Not the variance of what is wanted there: that of a shortcut is many times its own, and no scale makes up for it.
  const variance = moments?.ownVariance ?? guide?.output.variance;
  const ratios = repair && varianceRatios(reconstruct(solved, T, S), guide, variance!);
  const binary = ratios ? rescaled(solved, ratios) : solved;
  const dense = reconstruct(binary, T, S);
  const bias = guide && steps.means ? repairedBias(layer.bias, dense, guide) : layer.bias;
  return {
    layer: { ...layer, binary, bias, int8: undefined },
    errors: {
      weightError: featureMapError(layer.weights, dense, S),
      featureMapError: moments && outputError(dense, moments),
    },
  };
}

/** Row t of the dense weights times ratios[t]. */
function rescaled<W extends SemiBinaryWeights | PlanesWeights>(binary: W, ratios: Float64Array): W {
  if (binary.scheme === "semi-binary") return { ...binary, r: binary.r.map((x, t) => x * ratios[t]) };
  return { ...binary, alpha: binary.alpha.map((x, i) => x * ratios[Math.floor(i / binary.planes)]) };
}

interface Guide {
  gram: Float64Array | undefined;
  seed: number;
  solver: CompileOptions["solver"];
  steps: Steps;
  effort?: number;
  work?: number;
}

async function solve(
  target: Float64Array,
  T: number,
  S: number,
  { scheme, rank }: Choice,
  { gram, seed, solver, steps, effort, work }: Guide,
): Promise<SemiBinaryWeights | PlanesWeights> {
  if (scheme === "semi-binary" && solver === "greedy") return greedy(target, T, S, rank!, { gram, seed });
  if (scheme === "semi-binary") return semiBinary(target, T, S, rank!, { gram, seed, steps, effort, work });
  if (scheme === "sign") return signPlane(target, T);
  if (scheme === "alpha") return alphaPlane(target, T, S, gram);
  if (scheme.startsWith("bits:")) return gptq(target, T, S, planeCount(scheme), { gram, polish: steps.polish });
  return planes(target, T, S, planeCount(scheme), gram);
}

const isBinary = (layer: Graph["layers"][number]) => "binary" in layer && layer.binary !== undefined;

function describe(graph: Graph, index: number, choice: Choice, errors: Errors | undefined): LayerDecomposition {
  const layer = graph.layers[index] as WeightLayer;
  const { T, S } = matrixShape(layer);
  const dense = int8Bytes(T, S);
  const weightBytes = layer.kind !== "DepthwiseConv2D" && layer.binary ? binaryBytes(layer.binary, T, S) : dense;
  return { name: layer.name, kind: layer.kind, ...choice, T, S, weightBytes, int8Bytes: dense, ...errors };
}
