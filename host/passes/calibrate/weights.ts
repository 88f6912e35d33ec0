import type { Conv2D, DepthwiseConv2D, FullyConnected, Int8Weights } from "../../graph/graph.ts";

/**
 * Symmetric int8 weights with a scale a channel, max|w| / 127, and the bias in int32 at s_x·s_w[t] (TFLite's
 * quantisation specification). A channel whose bias would not fit gets a larger scale.
 */
export function int8Weights(layer: Conv2D | DepthwiseConv2D | FullyConnected, inputScale: number): Int8Weights {
  const channels = layer.bias.length;
  // DepthwiseConv2D keeps its channels fastest, the others slowest.
  const channelOf =
    layer.kind === "DepthwiseConv2D"
      ? (i: number) => i % channels
      : (i: number) => Math.floor((i * channels) / layer.weights.length);
  const largest = new Float64Array(channels);
  layer.weights.forEach((w, i) => {
    largest[channelOf(i)] = Math.max(largest[channelOf(i)], Math.abs(w));
  });
  const scales = largest.map((w, t) =>
    Math.fround(Math.max(w / 127, Math.abs(layer.bias[t]) / (inputScale * 2 ** 30), 1e-30)),
  );
  // Not Int8Array.from(weights, …), which collects them in a list first: gigabytes for the largest layers.
  const values = new Int8Array(layer.weights.map((w, i) => Math.round(w / scales[channelOf(i)])));
  const bias = Int32Array.from(layer.bias, (b, t) => Math.round(b / (inputScale * scales[t])));
  return { values, scales, bias };
}
