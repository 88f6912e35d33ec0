import assert from "node:assert/strict";
import { test } from "node:test";
import { type Graph, type Layer, size } from "../host/graph/graph.ts";
import { importTflite } from "../host/import/tflite/index.ts";
import { mlperf, noMlperf } from "./support/mlperf.ts";

/** Multiply-adds of the layers with weights, in millions. */
function megaMacs(graph: Graph): number {
  const macs = graph.layers.map((layer) => {
    const output = graph.tensors[layer.output].shape;
    if (layer.kind === "Conv2D") return (size(output) * layer.weights.length) / output[2];
    if (layer.kind === "DepthwiseConv2D") return size(output) * layer.geometry.kernel[0] * layer.geometry.kernel[1];
    return layer.kind === "FullyConnected" ? layer.weights.length : 0;
  });
  return macs.reduce((a, b) => a + b, 0) / 1e6;
}

function kinds(graph: Graph): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of graph.layers) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

const classifier = { AveragePool: 1, Reshape: 1, FullyConnected: 1, Softmax: 1 };

const NETWORKS = [
  {
    name: "ic_resnet8",
    input: [32, 32, 3],
    outputs: 10,
    megaMacs: 12.5,
    kinds: { Conv2D: 9, Add: 3, ...classifier },
    layerNames: ["conv2d", "conv2d_1", "conv2d_2", "add"],
  },
  {
    name: "kws_dscnn",
    input: [49, 10, 1],
    outputs: 12,
    megaMacs: 2.66,
    kinds: { Conv2D: 5, DepthwiseConv2D: 4, ...classifier },
    layerNames: ["conv2d", "depthwise_conv2d", "conv2d_1", "depthwise_conv2d_1"],
  },
  {
    name: "vww_mobilenetv1",
    input: [96, 96, 3],
    outputs: 2,
    megaMacs: 7.49,
    kinds: { Conv2D: 14, DepthwiseConv2D: 13, ...classifier },
    layerNames: ["conv2d", "depthwise_conv2d", "conv2d_1", "depthwise_conv2d_1"],
  },
  {
    name: "ad_autoencoder",
    input: [1, 1, 640],
    outputs: 640,
    megaMacs: 0.264,
    kinds: { FullyConnected: 10 },
    layerNames: ["dense", "dense_1", "dense_2", "dense_3"],
  },
];

for (const network of NETWORKS) {
  for (const type of ["float", "int8"]) {
    const file = `${network.name}_${type}.tflite`;
    test(`${file} has its layers, shapes, names and multiply-adds`, { skip: noMlperf }, () => {
      const graph = importTflite(mlperf(file), file);
      assert.equal(graph.name, `${network.name}_${type}`);
      assert.deepEqual(kinds(graph), network.kinds);
      assert.deepEqual(graph.tensors[graph.input].shape, network.input);
      assert.deepEqual(graph.tensors[graph.output].shape, [1, 1, network.outputs]);
      assert.equal(Number(megaMacs(graph).toPrecision(3)), network.megaMacs);
      assert.deepEqual(
        graph.layers.slice(0, 4).map((layer) => layer.name),
        network.layerNames,
      );
      assert.equal(new Set(graph.layers.map((layer) => layer.name)).size, graph.layers.length);
    });
  }
}

type Weighted = Extract<Layer, { int8?: unknown }>;
const weighted = (graph: Graph) => graph.layers.filter((layer): layer is Weighted => "weights" in layer);

test("an int8 network has a quantisation on every tensor, and its int8 numbers beside their real values", {
  skip: noMlperf,
}, () => {
  for (const { name } of NETWORKS) {
    const graph = importTflite(mlperf(`${name}_int8.tflite`), name);
    assert.ok(graph.tensors.every((tensor) => tensor.quantisation !== undefined));
    for (const layer of weighted(graph)) {
      const { int8 } = layer;
      assert.ok(int8);
      assert.equal(int8.values.length, layer.weights.length);
      assert.equal(int8.scales.length, layer.bias.length);
      // Output channels run slowest in Conv2D and FullyConnected, fastest in DepthwiseConv2D.
      const channels = layer.bias.length;
      const channelOf = (i: number) =>
        layer.kind === "DepthwiseConv2D" ? i % channels : Math.floor(i / (int8.values.length / channels));
      int8.values.forEach((q, i) => {
        assert.equal(layer.weights[i], Math.fround(q * int8.scales[channelOf(i)]));
      });
      const input = graph.tensors[layer.inputs[0]].quantisation;
      int8.bias.forEach((q, t) => {
        assert.equal(layer.bias[t], Math.fround(q * input!.scale * int8.scales[t]));
      });
    }
  }
});

test("the hybrid keyword network is float: its int8 weights are multiplied by their scale", { skip: noMlperf }, () => {
  const hybrid = importTflite(mlperf("kws_dscnn_float.tflite"), "kws_dscnn_float.tflite");
  const int8 = importTflite(mlperf("kws_dscnn_int8.tflite"), "kws_dscnn_int8.tflite");
  assert.ok(hybrid.tensors.every((tensor) => tensor.quantisation === undefined));
  const [a, b] = [weighted(hybrid), weighted(int8)];
  a.forEach((layer, l) => {
    assert.equal(layer.int8, undefined);
    const largest = Math.max(...layer.weights.map(Math.abs));
    // The same trained weights, quantised once a tensor and once a channel.
    layer.weights.forEach((w, i) => {
      assert.ok(Math.abs(w - b[l].weights[i]) <= largest / 100, `${layer.name}[${i}]`);
    });
  });
});
