// Calibration: what int8 step and zero point every tensor gets, from the real values it takes on samples.

import { HalfbitError } from "../errors.ts";
import type { Graph, Layer, Quantisation, TensorId } from "../graph/graph.ts";
import type { Samples } from "../options.ts";
import { innerScale } from "./calibrate/inner-scale.ts";
import { activationRanges, type Range } from "./calibrate/ranges.ts";
import { int8Weights } from "./calibrate/weights.ts";
import { isWeightLayer } from "./decompose/choose.ts";
import { type Activations, advance } from "./decompose/prefix.ts";
import { SHARES_QUANTISATION } from "./edges.ts";
import { windowsOf } from "./windows.ts";

/** Outputs whose range is known beforehand (TFLite's fixed quantisations). */
function fixedQuantisation(layer: Layer): Quantisation | undefined {
  if (layer.kind === "Softmax") return { scale: 1 / 256, zeroPoint: -128 };
  if (layer.kind !== "Elementwise") return undefined;
  if (layer.function === "Logistic") return { scale: 1 / 256, zeroPoint: -128 };
  return layer.function === "Tanh" ? { scale: 1 / 128, zeroPoint: 0 } : undefined;
}

/** The int8 quantisation of a range that includes 0: 255 steps, and 0 exactly on one. */
function asymmetric({ min, max }: Range): Quantisation {
  const scale = Math.fround((max - min) / 255) || 1;
  return { scale, zeroPoint: Math.max(-128, Math.min(127, Math.round(-128 - min / scale))) };
}

/** For every tensor, the first of those it shares a quantisation with. */
function sharing(graph: Graph): (tensor: TensorId) => TensorId {
  const root = graph.tensors.map((_, id) => id);
  const find = (id: TensorId): TensorId => (root[id] === id ? id : find(root[id]));
  for (const layer of graph.layers)
    if (SHARES_QUANTISATION.has(layer.kind)) for (const input of layer.inputs) root[find(input)] = find(layer.output);
  return find;
}

/**
 * The fixed quantisation of every group of sharing tensors that has one: where its writers agree. Logistic and Tanh,
 * being tables, can follow other writers of a Concat; Softmax computes in its own steps only.
 */
function fixedQuantisations(graph: Graph, find: (tensor: TensorId) => TensorId): Map<TensorId, Quantisation> {
  const writers = graph.layers.filter((layer) => !SHARES_QUANTISATION.has(layer.kind));
  const fixed = new Map<TensorId, Quantisation>();
  for (const layer of writers) {
    const own = fixedQuantisation(layer);
    const group = find(layer.output);
    const others = writers.filter((other) => find(other.output) === group && other !== layer).map(fixedQuantisation);
    const mixed = find(graph.input) === group || others.some((other) => other?.scale !== own?.scale);
    if (own && !mixed) fixed.set(group, own);
    else if (own && layer.kind === "Softmax")
      throw new HalfbitError(
        "E_UNSUPPORTED",
        `layer ${layer.name} (Softmax): its output is concatenated with values of other scales; take it out of the network`,
      );
  }
  return fixed;
}

/** Quantisation of every tensor on the samples: shared where values are copied. */
async function tensorQuantisations(graph: Graph, samples: Samples): Promise<Map<TensorId, Quantisation>> {
  const find = sharing(graph);
  const shared = new Map<TensorId, Range>();
  for (const [tensor, range] of await activationRanges(graph, samples)) {
    const { min, max } = shared.get(find(tensor)) ?? range;
    shared.set(find(tensor), { min: Math.min(min, range.min), max: Math.max(max, range.max) });
  }
  const fixed = fixedQuantisations(graph, find);
  return new Map(
    [...graph.tensors.keys()]
      .filter((id) => shared.has(find(id)))
      .map((id) => [id, fixed.get(find(id)) ?? asymmetric(shared.get(find(id))!)]),
  );
}

/** Samples that inner scales are chosen on. */
const INNER_SAMPLES = 64;

/** The layers, s_m set where it is missing. */
async function withInnerScales(graph: Graph, { data, count }: Samples): Promise<Layer[]> {
  const samples = {
    data: data.subarray(0, Math.min(INNER_SAMPLES, count) * (data.length / count)),
    count: Math.min(INNER_SAMPLES, count),
  };
  const layers = [...graph.layers];
  let live: Activations = new Map();
  for (const [i, layer] of layers.entries()) {
    if ((layer.kind !== "Conv2D" && layer.kind !== "FullyConnected") || layer.binary?.scheme !== "semi-binary")
      continue;
    live = await advance(graph, samples, live, i);
    const x = live.get(layer.inputs[0])!;
    const mScale = await innerScale(layer.binary, x, windowsOf(graph, layer, samples.count));
    layers[i] = { ...layer, binary: { ...layer.binary, mScale } };
  }
  return layers;
}

/**
 * The graph with a quantisation on every tensor, int8 weights on the layers that have no binary ones, and s_m on the
 * semi-binary layers, from the float execution of `graph` on `samples`.
 */
export async function calibrate(graph: Graph, samples: Samples | undefined): Promise<Graph> {
  if (!samples || samples.count === 0) {
    throw new HalfbitError(
      "E_CALIBRATION",
      `${graph.name}: the ranges of its activations are not known; pass --calib with samples of its input`,
    );
  }
  const quantisations = await tensorQuantisations(graph, samples);
  const layers = (await withInnerScales(graph, samples)).map((layer): Layer => {
    if (!isWeightLayer(layer) || (layer.kind !== "DepthwiseConv2D" && layer.binary)) return layer;
    return { ...layer, int8: int8Weights(layer, quantisations.get(layer.inputs[0])!.scale) };
  });
  const tensors = graph.tensors.map((tensor, id) => ({ ...tensor, quantisation: quantisations.get(id) }));
  return { ...graph, tensors, layers };
}
