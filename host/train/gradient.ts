// The loss of a part of a batch, and its gradient: what each worker computes.

import type * as tf from "@tensorflow/tfjs-core";
import { type Graph, size } from "../graph/graph.ts";
import { startTraining } from "./convolution.ts";
import { trainable } from "./network.ts";
import { compared, loss, type Objective } from "./objective.ts";
import type { Parameter } from "./parameters.ts";

/** Plain data: it goes to the workers as it is. */
export interface Job {
  /** The network as it was, and its approximation. */
  original: Graph;
  graph: Graph;
  list: Parameter[];
  objective: Objective;
}

export interface Part {
  /** Numbers of Parameters.values. */
  values: Float32Array;
  /** n × H × W × C. */
  input: Float32Array;
  labels?: Uint8Array;
  /** What the original answers, n × its outputs, where that is known and no block is compared. */
  answers?: Float32Array;
}

export interface Slope {
  loss: number;
  gradient: Float32Array;
  answers: Float32Array;
}

export async function prepareJob({ original, graph, list, objective }: Job): Promise<(part: Part) => Slope> {
  const tf = await startTraining();
  const network = trainable(graph, list);
  const ids = compared(objective);
  const teacher = trainable(original, []); // nothing to train: its weights as they are
  const shape = graph.tensors[graph.input].shape;
  return ({ values, input, labels, answers }) => {
    const gradient = new Float32Array(values.length);
    const [value, given] = tf.tidy(() => {
      const parameters = list.map(({ shape, offset }) => tf.tensor(values.slice(offset, offset + size(shape)), shape));
      const x = tf.tensor4d(input, [input.length / size(shape), ...shape]);
      const wanted = answers
        ? [tf.tensor4d(answers, [x.shape[0], ...graph.tensors[ids[0]].shape])]
        : teacher([], x, ids);
      const targets = labels && tf.tensor1d(Int32Array.from(labels), "int32");
      const found = tf.valueAndGrads((...inputs: tf.Tensor[]) =>
        loss(objective, network(inputs, x, ids), wanted, targets),
      )(parameters);
      for (const [i, { offset }] of list.entries()) gradient.set(found.grads[i].dataSync<"float32">(), offset);
      return [found.value.dataSync<"float32">()[0], answers ?? wanted[0].dataSync<"float32">().slice()];
    });
    return { loss: value, gradient, answers: given };
  };
}
