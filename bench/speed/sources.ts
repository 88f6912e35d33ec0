// The source networks as graphs, and one input for each, which every engine is given.

import type { Graph } from "../../host/graph/graph.ts";
import { size } from "../../host/graph/graph.ts";
import { importTflite } from "../../host/import/tflite/index.ts";
import { fold } from "../../host/passes/fold.ts";
import { cifar10, kws500, sharedData } from "../../tests/support/data.ts";
import { mlperf } from "../../tests/support/mlperf.ts";
import { randomInt8 } from "../../tests/support/models.ts";
import type { Source } from "./models.ts";

export interface SourceNetwork {
  source: Source;
  /** Paths of the .tflite files. */
  files: { float: string; int8: string };
  graphs: { float: Graph; int8: Graph };
  /** The input as the int8 network takes it, NHWC, and the real values that it stands for. */
  input: { int8: Int8Array; real: Float32Array };
}

function sample(source: Source, count: number): Int8Array {
  // Pixels 0 … 255 are −128 … 127.
  if (source === "ic_resnet8")
    return Int8Array.from(cifar10("test")!.images.subarray(0, count), (pixel) => pixel - 128);
  if (source === "kws_dscnn") return kws500()!.samples.subarray(0, count);
  return randomInt8(count, 1);
}

export function sourceNetwork(source: Source): SourceNetwork {
  const path = (numbers: "float" | "int8") => {
    const name = `mlperf-tiny/${source}_${numbers}.tflite`;
    const found = sharedData(name);
    if (!found) throw new Error(`../shared/data/${name} is missing: the networks are read from there`);
    return found;
  };
  const graph = (numbers: "float" | "int8") => fold(importTflite(mlperf(`${source}_${numbers}.tflite`), source));
  const graphs = { float: graph("float"), int8: graph("int8") };
  const { shape, quantisation } = graphs.int8.tensors[graphs.int8.input];
  const int8 = sample(source, size(shape));
  const { scale, zeroPoint } = quantisation!;
  return {
    source,
    files: { float: path("float"), int8: path("int8") },
    graphs,
    input: { int8, real: Float32Array.from(int8, (q) => scale * (q - zeroPoint)) },
  };
}
