// A small network of TensorFlow.js in both formats, with the same weights.

import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { size } from "../../host/graph/graph.ts";
import { startTfjs } from "../../host/tfjs/backend.ts";
import { reals } from "./reals.ts";
import { attr, type Folder, type GraphConstant, node, savedGraph } from "./tfjs-builder.ts";

/** Random weights, the same at every run. */
export function seeded(model: tfl.LayersModel): tfl.LayersModel {
  const values = model.weights.map(({ shape, originalName }, i) => {
    const numbers = reals(size(shape as number[]), i + 1, 0.5);
    return tf.tensor(originalName.endsWith("variance") ? numbers.map((n) => n * n + 0.5) : numbers, shape as number[]);
  });
  model.setWeights(values);
  return model;
}

/** 8 × 8 × 2 to three classes. */
export async function smallModel(): Promise<tfl.LayersModel> {
  await startTfjs();
  const { layers } = tfl;
  const model = tfl.sequential({
    layers: [
      layers.conv2d({ inputShape: [8, 8, 2], filters: 8, kernelSize: 3, padding: "same", name: "stem" }),
      layers.batchNormalization({ epsilon: 0.01, name: "norm" }),
      layers.reLU(),
      layers.depthwiseConv2d({ kernelSize: 3, strides: 2, padding: "same", name: "depthwise" }),
      layers.conv2d({ filters: 8, kernelSize: 1, activation: "relu6", name: "pointwise" }),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 3, activation: "softmax", name: "logits" }),
    ],
  });
  return seeded(model);
}

/** The small model as tensorflowjs_converter would write it. */
export function smallGraph(model: tfl.LayersModel, shards = 1): Folder {
  const named = Object.fromEntries(
    model.weights.map((weight): [string, GraphConstant] => {
      const value = weight.read();
      return [weight.originalName, { dims: value.shape, data: value.dataSync<"float32">().slice() }];
    }),
  );
  const window = (stride: number, padding: string) => ({
    strides: attr.ints(1, stride, stride, 1),
    padding: attr.text(padding),
  });
  const fused = (...names: string[]) => ({ fused_ops: attr.texts(...names), num_args: attr.int(1) });
  const nodes = [
    node("_FusedConv2D", "stem/BiasAdd", ["x", "stem/kernel", "stem/bias"], {
      ...window(1, "SAME"),
      ...fused("BiasAdd"),
    }),
    node(
      "FusedBatchNormV3",
      "norm",
      ["stem/BiasAdd", ...["gamma", "beta", "moving_mean", "moving_variance"].map((part) => `norm/${part}`)],
      { epsilon: attr.float(0.01) },
    ),
    node("Relu", "re_lu", ["norm"]),
    node("DepthwiseConv2dNative", "depthwise", ["re_lu", "depthwise/depthwise_kernel"], window(2, "SAME")),
    node("BiasAdd", "depthwise/BiasAdd", ["depthwise", "depthwise/bias"]),
    node("Conv2D", "pointwise/Conv2D", ["depthwise/BiasAdd", "pointwise/kernel"], window(1, "VALID")),
    node("BiasAdd", "pointwise/BiasAdd", ["pointwise/Conv2D", "pointwise/bias"]),
    node("Relu6", "pointwise/Relu6", ["pointwise/BiasAdd"]),
    node("Mean", "mean", ["pointwise/Relu6", "axes"]),
    node("MatMul", "logits/MatMul", ["mean", "logits/kernel"]),
    node("BiasAdd", "logits/BiasAdd", ["logits/MatMul", "logits/bias"]),
    node("Softmax", "Identity", ["logits/BiasAdd"]),
  ];
  const axes = { dims: [2], data: Int32Array.of(1, 2) };
  return savedGraph({ input: [-1, 8, 8, 2], constants: { ...named, axes }, nodes, outputs: ["Identity"] }, shards);
}
