// The float network, run with TensorFlow.js: what accuracy is measured against, and where calibration data come from.

import type { Tensor4D } from "@tensorflow/tfjs-core";
import { HalfbitError } from "./errors.ts";
import { type Graph, type Layer, size, type TensorId } from "./graph/graph.ts";
import { startTfjs } from "./tfjs/backend.ts";
import { type PreparedLayer, prepareLayer } from "./tfjs/layers.ts";

/** Samples are run in chunks whose largest activation stays below this, so that memory does not grow with `count`. */
const CHUNK_BYTES = 8 * 1024 * 1024;

/**
 * Runs the float network with TensorFlow.js's wasm back end.
 * input: count × H × W × C float32, real values. Returns the wanted tensors, each count × h × w × c.
 * A layer with `binary` weights runs with their dense reconstruction.
 * given: tensors (count × h × w × c) that are known already, such as a prefix computed before: they are read instead
 * of being computed. Only the layers that the wanted tensors depend on run.
 */
export async function execute(
  graph: Graph,
  input: Float32Array,
  count: number,
  wanted: readonly TensorId[],
  given: ReadonlyMap<TensorId, Float32Array> = new Map(),
): Promise<Map<TensorId, Float32Array>> {
  const known = new Map(given).set(graph.input, input);
  for (const [id, values] of known) {
    const expected = count * size(graph.tensors[id].shape);
    if (values.length !== expected) {
      const name = graph.tensors[id].name;
      throw new HalfbitError(
        "E_INPUT_SIZE",
        `"${name}" takes ${expected} values for ${count} samples, got ${values.length}`,
      );
    }
  }
  const layers = neededLayers(graph, wanted, known);
  const lastUse = new Map(layers.flatMap((layer, i) => layer.inputs.map((id) => [id, i] as const)));
  const tf = await startTfjs();
  // The wasm back end copies what it is given; the other keeps views, and the caller may change its arrays.
  const own = (values: Float32Array) => (tf.getBackend() === "wasm" ? values : values.slice());
  const results = new Map(wanted.map((id) => [id, new Float32Array(count * size(graph.tensors[id].shape))]));
  const chunk = chunkSize(graph, layers);
  // Where there is one chunk, the weights of one layer at a time are enough: those of large networks fill gigabytes.
  const keeps = count > chunk;
  const uploaded = new Map<Layer, PreparedLayer>();
  const prepared = (layer: Layer) => uploaded.get(layer) ?? prepareLayer(graph, layer);
  try {
    for (let first = 0; first < count; first += chunk) {
      const samples = Math.min(chunk, count - first);
      const slice = (id: TensorId, values: Float32Array) => {
        const n = size(graph.tensors[id].shape);
        return values.subarray(first * n, (first + samples) * n);
      };
      const live = new Map<TensorId, Tensor4D>();
      for (const id of new Set([...lastUse.keys(), ...wanted])) {
        const values = known.get(id);
        if (values) live.set(id, tf.tensor4d(own(slice(id, values)), [samples, ...graph.tensors[id].shape]));
      }
      layers.forEach((layer, i) => {
        const { apply, weights } = prepared(layer);
        if (keeps) uploaded.set(layer, { layer, apply, weights });
        live.set(
          layer.output,
          tf.tidy(() => apply(layer.inputs.map((id) => live.get(id) as Tensor4D))),
        );
        if (!keeps) tf.dispose(weights);
        for (const id of [...layer.inputs, layer.output]) {
          if ((lastUse.get(id) ?? -1) > i || results.has(id)) continue;
          live.get(id)?.dispose();
          live.delete(id);
        }
      });
      for (const [id, tensor] of live) {
        const result = results.get(id);
        if (result) slice(id, result).set(tensor.dataSync<"float32">());
        tensor.dispose();
      }
    }
  } finally {
    for (const { weights } of uploaded.values()) tf.dispose(weights);
  }
  return results;
}

/** The layers that the wanted tensors depend on, in order, stopping at what is known. */
function neededLayers(graph: Graph, wanted: readonly TensorId[], known: ReadonlyMap<TensorId, unknown>): Layer[] {
  const needed = new Set(wanted);
  return graph.layers
    .toReversed()
    .filter((layer) => {
      const runs = needed.has(layer.output) && !known.has(layer.output);
      if (runs) for (const id of layer.inputs) needed.add(id);
      return runs;
    })
    .reverse();
}

function chunkSize(graph: Graph, layers: readonly Layer[]): number {
  const ids = layers.flatMap((layer) => [...layer.inputs, layer.output]);
  const largest = Math.max(1, ...ids.map((id) => size(graph.tensors[id].shape)));
  return Math.max(1, Math.floor(CHUNK_BYTES / (4 * largest)));
}
