// The judge of training: how far the outputs are from the original's on samples that it does not train on.

import { execute } from "../execute.ts";
import { type Graph, size, type TensorId } from "../graph/graph.ts";
import { highestOf } from "../report/agreement.ts";
import type { Objective } from "./objective.ts";

/**
 * A function that gives a network's loss against `original` on the samples x, n × H × W × C: the mean KL divergence of
 * the original's probabilities from its own, or, where outputs are no classes, the share of their variance missed.
 * Labels, one a sample, or the original's first choices, count as they do in the objective. given: tensors of its
 * prefix that are known already.
 */
export async function judgeOn(
  original: Graph,
  { output, classifies, labelWeight }: Objective,
  x: Float32Array,
  labels?: Uint8Array,
): Promise<(graph: Graph, given?: ReadonlyMap<TensorId, Float32Array>) => Promise<number>> {
  const count = x.length / size(original.tensors[original.input].shape);
  const outputs = async (graph: Graph, given?: ReadonlyMap<TensorId, Float32Array>) =>
    (await execute(graph, x, count, [output], given)).get(output)!;
  const wanted = await outputs(original);
  const width = wanted.length / count;
  const chosen = labelWeight > 0 && classifies && !labels ? highestOf(wanted, count) : labels;
  return async (graph, given) => {
    const found = await outputs(graph, given);
    const distance = classifies ? divergence(wanted, found, width) : missed(wanted, found);
    if (!chosen || labelWeight === 0) return distance;
    return (1 - labelWeight) * distance + labelWeight * crossEntropy(chosen, found, width);
  };
}

function crossEntropy(labels: Uint8Array | number[], found: Float32Array, classes: number): number {
  let sum = 0;
  for (const [i, label] of labels.entries())
    sum -= logProbabilities(found.subarray(i * classes, (i + 1) * classes))[label];
  return sum / labels.length;
}

export function divergence(wanted: Float32Array, found: Float32Array, classes: number): number {
  let sum = 0;
  for (let at = 0; at < wanted.length; at += classes) {
    const [p, q] = [wanted, found].map((logits) => logProbabilities(logits.subarray(at, at + classes)));
    for (let c = 0; c < classes; c++) sum += Math.exp(p[c]) * (p[c] - q[c]);
  }
  return (sum * classes) / wanted.length;
}

function logProbabilities(logits: Float32Array): number[] {
  const top = Math.max(...logits);
  const norm = Math.log(logits.reduce((sum, value) => sum + Math.exp(value - top), 0));
  return Array.from(logits, (value) => value - top - norm);
}

export function missed(wanted: Float32Array, found: Float32Array): number {
  const mean = wanted.reduce((sum, value) => sum + value, 0) / wanted.length;
  let [error, variance] = [0, 1e-12];
  for (let i = 0; i < wanted.length; i++) {
    error += (found[i] - wanted[i]) ** 2;
    variance += (wanted[i] - mean) ** 2;
  }
  return error / variance;
}
