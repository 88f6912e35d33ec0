// TensorFlow.js → graph: a Layers model (layers-model.ts) or a graph model (graph-model.ts).

import { HalfbitError } from "../../errors.ts";
import type { Graph } from "../../graph/graph.ts";
import type { Source } from "../source.ts";
import { importGraphModel } from "./graph-model.ts";
import { importLayersModel } from "./layers-model.ts";
import { line, readModel } from "./model.ts";
import type { Draft } from "./values.ts";
import { readWeights } from "./weights.ts";

/**
 * Reads a model.json and the weight shards beside it. Throws E_SOURCE_FORMAT for other JSON, E_SOURCE_CORRUPT for a model
 * that is damaged or lacks a shard, E_UNSUPPORTED_OPERATOR and E_UNSUPPORTED for what halfbit lacks.
 */
export async function importTfjs(source: Source): Promise<Graph> {
  const draft: Draft = { file: source.name, tensors: [], layers: [], names: new Set() };
  try {
    const model = readModel(source);
    const weights = await readWeights(model, source);
    const importer = model.format === "layers-model" ? importLayersModel : importGraphModel;
    const { input, output } = await importer(model, weights, draft);
    if (draft.layers.length === 0) {
      throw new HalfbitError("E_UNSUPPORTED", `${source.name}: no layer computes the output`);
    }
    const { tensors, layers } = draft;
    const name = source.name
      .split(/[\\/]/)
      .at(-1)!
      .replace(/\.json$/i, "");
    return { name, tensors, layers, input: input.tensor, output: output.tensor };
  } catch (cause) {
    if (cause instanceof HalfbitError) throw cause;
    // JSON can hold anything where the code above takes a number or a list.
    const why = line(cause instanceof Error ? cause.message : String(cause));
    const what = `inconsistent TensorFlow.js model (${why}); export it again`;
    throw new HalfbitError("E_SOURCE_CORRUPT", `${source.name}: ${what}`, { cause });
  }
}
