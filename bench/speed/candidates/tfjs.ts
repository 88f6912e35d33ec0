import type * as tfjsCore from "@tensorflow/tfjs-core";
import type { Graph, Layer } from "../../../host/graph/graph.ts";
import { startTfjs } from "../../../host/tfjs/backend.ts";
import { type PreparedLayer, prepareLayer, transpose } from "../../../host/tfjs/layers.ts";
import { timed } from "../rounds.ts";
import type { SourceNetwork } from "../sources.ts";
import type { NetworkCandidate } from "./index.ts";

type Tf = typeof tfjsCore;
const ACTIVATIONS = { None: "linear", Relu: "relu", Relu6: "relu6" } as const;

/** The compiler's layers with one difference: FullyConnected with bias and activation is one operation, as Conv2D is. */
function prepare(tf: Tf, graph: Graph, layer: Layer): PreparedLayer["apply"] {
  if (layer.kind !== "FullyConnected") return prepareLayer(graph, layer).apply;
  const channels = layer.bias.length;
  const inputs = layer.weights.length / channels;
  const b = tf.tensor2d(transpose(layer.weights, channels, inputs), [inputs, channels]);
  const bias = tf.tensor1d(layer.bias);
  const activation = ACTIVATIONS[layer.activation];
  return ([x]) =>
    tf.reshape(tf.fused.matMul({ a: tf.reshape(x, [1, inputs]), b, bias, activation }), [1, 1, 1, channels]);
}

/** Uploads the weights. Returns what takes an input, NHWC, and gives the output; both are copied. */
export function prepareGraph(tf: Tf, graph: Graph): (input: Float32Array) => Float32Array {
  if (tf.getBackend() !== "wasm") throw new Error("TensorFlow.js's wasm back end did not start");
  const layers = graph.layers.map((layer) => ({ layer, apply: prepare(tf, graph, layer) }));
  const { shape } = graph.tensors[graph.input];
  return (input) =>
    tf.tidy(() => {
      const values = new Map([[graph.input, tf.tensor4d(input, [1, ...shape])]]);
      for (const { layer, apply } of layers) values.set(layer.output, apply(layer.inputs.map((id) => values.get(id)!)));
      return values.get(graph.output)!.dataSync<"float32">();
    });
}

/** TensorFlow.js's wasm back end: float, SIMD, one thread. */
export async function tfjs({ graphs, input }: SourceNetwork): Promise<NetworkCandidate> {
  const run = prepareGraph(await startTfjs(), graphs.float);
  const output = run(input.real).slice();
  return {
    name: "tfjs-backend-wasm, float",
    where: "web",
    numbers: "float",
    output,
    seconds: timed(() => run(input.real)),
  };
}
