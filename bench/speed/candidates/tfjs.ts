import type * as tfjsCore from "@tensorflow/tfjs-core";
import type { Layer } from "../../../host/graph/graph.ts";
import { startTfjs } from "../../../host/tfjs/backend.ts";
import { type PreparedLayer, prepareLayer, transpose } from "../../../host/tfjs/layers.ts";
import { timed } from "../rounds.ts";
import type { SourceNetwork } from "../sources.ts";
import type { NetworkCandidate } from "./index.ts";

type Apply = PreparedLayer["apply"];
const ACTIVATIONS = { None: "linear", Relu: "relu", Relu6: "relu6" } as const;

/** The compiler's layers with one difference: FullyConnected with bias and activation is one operation, as Conv2D is. */
function prepare(tf: typeof tfjsCore, layer: Layer, prepared: PreparedLayer): Apply {
  if (layer.kind !== "FullyConnected") return prepared.apply;
  const channels = layer.bias.length;
  const inputs = layer.weights.length / channels;
  const b = tf.tensor2d(transpose(layer.weights, channels, inputs), [inputs, channels]);
  const bias = tf.tensor1d(layer.bias);
  const activation = ACTIVATIONS[layer.activation];
  return ([x]) =>
    tf.reshape(tf.fused.matMul({ a: tf.reshape(x, [1, inputs]), b, bias, activation }), [1, 1, 1, channels]);
}

/** TensorFlow.js's wasm back end: float, SIMD, one thread; weights uploaded before, input and output copied each time. */
export async function tfjs({ graphs, input }: SourceNetwork): Promise<NetworkCandidate> {
  const tf = await startTfjs();
  if (tf.getBackend() !== "wasm") throw new Error("TensorFlow.js's wasm back end did not start");
  const graph = graphs.float;
  const layers = graph.layers.map((layer) => ({ layer, apply: prepare(tf, layer, prepareLayer(graph, layer)) }));
  const run = () =>
    tf.tidy(() => {
      const { shape } = graph.tensors[graph.input];
      const values = new Map([[graph.input, tf.tensor4d(input.real, [1, ...shape])]]);
      for (const { layer, apply } of layers) values.set(layer.output, apply(layer.inputs.map((id) => values.get(id)!)));
      return values.get(graph.output)!.dataSync<"float32">();
    });
  return { name: "tfjs-backend-wasm, float", where: "web", numbers: "float", output: run().slice(), seconds: timed(run) };
}
