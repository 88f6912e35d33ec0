// What training brings together: the outputs of the network and of the one it was made from, at the end and between.

import * as tf from "@tensorflow/tfjs-core";
import type { Graph, TensorId } from "../graph/graph.ts";

/** Shares of the block losses, and of the labels, in the whole. */
export interface ObjectiveWeights {
  blockWeight: number;
  /** Without labels, of the classes that the original finds the most probable. */
  labelWeight: number;
}

export interface Objective extends ObjectiveWeights {
  /** The network's output, before its Softmax where it ends in one. */
  output: TensorId;
  /** Whether outputs are compared as probabilities. */
  classifies: boolean;
  /** Outputs of blocks, in order. */
  blocks: TensorId[];
}

/**
 * Outputs of blocks are where the network is one tensor wide: everything after depends on nothing before but that
 * tensor. Of those, the ones that some layer with weights comes before and after.
 */
export function blockOutputs(graph: Graph): TensorId[] {
  const lastRead = new Map<TensorId, number>();
  graph.layers.forEach((layer, i) => {
    for (const id of layer.inputs) lastRead.set(id, i);
  });
  const weights = graph.layers.map((layer) => "weights" in layer);
  const live = new Set<TensorId>([graph.input]);
  return graph.layers.flatMap((layer, i) => {
    live.add(layer.output);
    for (const id of [...live]) if ((lastRead.get(id) ?? -1) <= i) live.delete(id);
    const inside = weights.slice(0, i + 1).includes(true) && weights.slice(i + 1).includes(true);
    return live.size === 1 && live.has(layer.output) && inside ? [layer.output] : [];
  });
}

export function objectiveOf(graph: Graph, { blockWeight, labelWeight }: ObjectiveWeights): Objective {
  const last = graph.layers.find((layer) => layer.output === graph.output);
  const classifies = last?.kind === "Softmax" && last.beta === 1;
  return {
    output: classifies ? last.inputs[0] : graph.output,
    classifies,
    blocks: blockWeight > 0 ? blockOutputs(graph) : [],
    blockWeight,
    labelWeight,
  };
}

/** Tensors that the loss reads, the output first. */
export const compared = ({ output, blocks }: Objective): TensorId[] => [output, ...blocks];

/**
 * Mean loss over n samples: KL divergence from the original's probabilities to the student's (of squared differences,
 * as a share of the original's variance, where outputs are no classes), plus blockWeight × the mean share of the
 * variance of a block's output that is missed, plus labelWeight × cross-entropy to the labels, or, where there
 * are none, to the class that the original finds the most probable.
 */
export function loss(
  { classifies, blocks, blockWeight, labelWeight }: Objective,
  student: readonly tf.Tensor4D[],
  teacher: readonly tf.Tensor4D[],
  labels: tf.Tensor1D | undefined,
): tf.Scalar {
  const [y, wanted] = [student[0], teacher[0]].map((t) => tf.reshape<tf.Rank.R2>(t, [t.shape[0], -1]));
  let sum = classifies ? divergence(y, wanted) : missed(y, wanted);
  if (labelWeight > 0 && (labels || classifies)) {
    const targets = tf.oneHot(labels ?? tf.argMax(wanted, 1), y.shape[1]);
    const entropy = tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(y)), 1)));
    sum = tf.add(tf.mul(sum, 1 - labelWeight), tf.mul(entropy, labelWeight));
  }
  for (let i = 1; i <= blocks.length; i++)
    sum = tf.add(sum, tf.mul(missed(student[i], teacher[i]), blockWeight / blocks.length));
  return tf.reshape(sum, []);
}

/** Σ p·(log p − log q), mean over rows. */
function divergence(y: tf.Tensor2D, wanted: tf.Tensor2D): tf.Tensor {
  const log = tf.logSoftmax(wanted);
  return tf.mean(tf.sum(tf.mul(tf.exp(log), tf.sub(log, tf.logSoftmax(y))), 1));
}

/** Σ (y − wanted)² / Σ (wanted − its mean)². */
function missed(y: tf.Tensor, wanted: tf.Tensor): tf.Tensor {
  const variance = tf.add(tf.mean(tf.square(tf.sub(wanted, tf.mean(wanted)))), 1e-12);
  return tf.div(tf.mean(tf.square(tf.sub(y, wanted))), variance);
}
