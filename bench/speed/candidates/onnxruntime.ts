import { toOnnx } from "../onnx.ts";
import { onnxRuntimeNode, onnxRuntimeWeb, type Peers } from "../peers.ts";
import { timedAsync } from "../rounds.ts";
import type { SourceNetwork } from "../sources.ts";
import type { NetworkCandidate } from "./index.ts";

const ENGINES = {
  web: { name: "onnxruntime-web", numbers: ["float", "uint8", "int8"], options: { executionProviders: ["wasm"] } },
  native: {
    name: "onnxruntime-node",
    numbers: ["float", "uint8"],
    options: { executionProviders: ["cpu"], intraOpNumThreads: 1, interOpNumThreads: 1 },
  },
} as const;

/** The network as ONNX: in float, and quantised (QDQ) with activations of either sign. One thread. */
export async function onnxRuntime(
  where: "web" | "native",
  { graphs, input }: SourceNetwork,
  peers: Peers,
): Promise<NetworkCandidate[]> {
  const ort = where === "web" ? await onnxRuntimeWeb(peers) : onnxRuntimeNode(peers);
  const engine = ENGINES[where];
  const made: NetworkCandidate[] = [];
  for (const numbers of engine.numbers) {
    const graph = numbers === "float" ? graphs.float : graphs.int8;
    const session = await ort.InferenceSession.create(toOnnx(graph, numbers), {
      ...engine.options,
      logSeverityLevel: 3,
    });
    const [height, width, channels] = graph.tensors[graph.input].shape;
    const planar = toPlanar(input.real, channels);
    const x = new ort.Tensor("float32", planar, [1, channels, height, width]);
    const [output] = session.outputNames;
    made.push({
      name: `${engine.name}, ${numbers === "float" ? "float" : `${numbers} (QDQ)`}`,
      where,
      numbers: numbers === "float" ? "float" : "int8",
      output: Float32Array.from((await session.run({ x }))[output].data),
      seconds: timedAsync(() => session.run({ x })),
    });
  }
  return made;
}

/** NHWC to NCHW. */
export function toPlanar(values: Float32Array, channels: number): Float32Array {
  const pixels = values.length / channels;
  return Float32Array.from(values, (_, i) => values[(i % pixels) * channels + Math.floor(i / pixels)]);
}
