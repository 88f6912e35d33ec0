// Batch norm as training leaves it: the mean and variance of what each one receives.

import { importOnnx } from "../../host/import/onnx/index.ts";
import type { Samples } from "../../host/options.ts";
import { type Activations, advance } from "../../host/passes/decompose/prefix.ts";
import { isAffine } from "../../host/passes/fold-affine.ts";
import { buildOnnx } from "../../tests/support/onnx-builder.ts";
import type { Draft } from "./draft.ts";

const EPSILON = 1e-5;

/** Sets the statistics of every BatchNormalization from the float network on `images` of size × size × 3, in order. */
export async function measureNorms(draft: Draft, size: number, images: Samples): Promise<void> {
  const graph = importOnnx(buildOnnx({ input: [1, 3, size, size], ...draft }), "draft.onnx");
  let live: Activations = new Map();
  for (const [i, layer] of graph.layers.entries()) {
    if (!isAffine(graph, layer)) continue;
    live = await advance(graph, images, live, i);
    const { mean, variance } = channelStatistics(live.get(layer.inputs[0])!, layer.bias.length);
    const numbers = ["scale", "bias", "mean", "var"].map((part) => draft.constants[`${layer.name}.${part}`]);
    numbers[2].data = Float32Array.from(mean);
    numbers[3].data = Float32Array.from(variance);
    const [gamma, beta] = numbers.map(({ data }) => data as Float32Array);
    layer.weights = gamma.map((g, c) => g / Math.sqrt(variance[c] + EPSILON));
    layer.bias = beta.map((b, c) => b - mean[c] * layer.weights[c]);
  }
}

/** Over all pixels of all samples; channels are innermost. */
function channelStatistics(x: Float32Array, channels: number): { mean: Float64Array; variance: Float64Array } {
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  const pixels = x.length / channels;
  for (let i = 0; i < x.length; i++) mean[i % channels] += x[i] / pixels;
  for (let i = 0; i < x.length; i++) variance[i % channels] += (x[i] - mean[i % channels]) ** 2 / pixels;
  return { mean, variance };
}

/** BatchNormalization taken into the Conv before it, as networks without it have weights and biases. */
export function foldNorms(draft: Draft): void {
  draft.nodes = draft.nodes.flatMap((node) => {
    if (node.op === "BatchNormalization") return [];
    const renamed = { ...node, inputs: node.inputs.map((name) => name.replace(/\.bn$/, "")) };
    if (node.op !== "Conv") return [renamed];
    const [gamma, beta, mean, variance] = ["scale", "bias", "mean", "var"].map((part) => {
      const { data } = draft.constants[`${node.name}.bn.${part}`];
      delete draft.constants[`${node.name}.bn.${part}`];
      return data as Float32Array;
    });
    const scale = gamma.map((g, t) => g / Math.sqrt(variance[t] + EPSILON));
    const weights = draft.constants[`${node.name}.weight`];
    const window = weights.data.length / gamma.length;
    weights.data = (weights.data as Float32Array).map((w, i) => w * scale[Math.floor(i / window)]);
    const bias = beta.map((b, t) => b - mean[t] * scale[t]);
    draft.constants[`${node.name}.bias`] = { dims: [bias.length], data: bias };
    return [{ ...renamed, inputs: [...renamed.inputs, `${node.name}.bias`] }];
  });
}
