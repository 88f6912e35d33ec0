// Compilations that the page and Node do alike: this module runs in both.
import { compile } from "../../host/compile.ts";
import type { CompileOptions } from "../../host/options.ts";

/** Gives the bytes of one of the files that the test serves. */
export type Read = (name: string) => Promise<Uint8Array>;

interface Case {
  source: "mnist.onnx" | "conv.tflite" | "layers/model.json" | "graph/model.json";
  options: Partial<CompileOptions>;
  /** Rounds of fine-tuning with labels. */
  epochs?: number;
}

/** Layers that keep int8 weights here, which saves the test half its time; they are corrected for those before them. */
const REST: CompileOptions["overrides"] = { "net.residual.0": { scheme: "int8" }, "net.down2.0": { scheme: "int8" } };

/** By name. admm is the default solver. */
export const CASES: Record<string, Case> = {
  "semi-binary weights by admm": { source: "mnist.onnx", options: { overrides: REST } },
  "semi-binary weights by the paper's greedy solver": { source: "conv.tflite", options: { solver: "greedy" } },
  "two-bit weights": { source: "mnist.onnx", options: { scheme: "bits:2", overrides: REST } },
  "schemes chosen for a budget": { source: "conv.tflite", options: { target: { kind: "budget", bytes: 1300 } } },
  "a Layers model of TensorFlow.js": { source: "layers/model.json", options: { scheme: "alpha" } },
  "a graph model of TensorFlow.js": { source: "graph/model.json", options: { scheme: "alpha" } },
  "a round of fine-tuning": { source: "mnist.onnx", options: { scheme: "alpha", objective: "weights" }, epochs: 1 },
};

/** Numbers of one input. */
const SIZES = { "mnist.onnx": 784, "conv.tflite": 128, "layers/model.json": 128, "graph/model.json": 128 };
/** Digits to calibrate with; training takes all. */
const CALIBRATION = 40;

/** The model file of a case. Fails where training ends as it began: that would compare no training. */
export async function compiled(name: string, read: Read): Promise<Uint8Array> {
  const { source, options, epochs } = CASES[name];
  const size = SIZES[source];
  const [bytes, pixels, labels] = await Promise.all([read(source), read("pixels"), read("labels")]);
  const data = Float32Array.from(pixels, (pixel) => pixel / 255);
  const sample = (i: number) => data.subarray(i * size, (i + 1) * size);
  const set = {
    count: labels.length,
    labels,
    read: (indices: ArrayLike<number>) => {
      const batch = new Float32Array(indices.length * size);
      for (let i = 0; i < indices.length; i++) batch.set(sample(indices[i]), i * size);
      return batch;
    },
  };
  const { file, training } = await compile(
    { bytes, name: source, read: (path) => read(source.replace("model.json", path)) },
    {
      scheme: "semi-binary",
      rank: 1,
      solver: "admm",
      objective: "feature-map",
      seed: 7,
      calibration: { data: data.slice(0, CALIBRATION * size), count: CALIBRATION },
      finetune: epochs ? { epochs, set } : undefined,
      ...options,
    },
  );
  for (const { before, after } of training)
    if (!(after < before)) throw new Error(`${name}: training went from a loss of ${before} to ${after}`);
  return file;
}
