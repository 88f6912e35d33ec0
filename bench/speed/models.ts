// The models whose speed, instructions and arenas are measured. Signs are found by the fastest solver: which they are
// changes nothing here.

import { type Compiled, compile } from "../../host/compile.ts";
import type { CompileOptions } from "../../host/options.ts";
import { cifar10, kws500 } from "../../tests/support/data.ts";
import { mlperf } from "../../tests/support/mlperf.ts";

export type Source = "ic_resnet8" | "kws_dscnn" | "vww_mobilenetv1" | "ad_autoencoder";

export interface BenchModel {
  title: string;
  source: Source;
  options: Pick<CompileOptions, "scheme" | "rank" | "arenaBudget">;
}

const int8 = { scheme: "int8", rank: 1 } as const;

export const MODELS = {
  resnet8: { title: "ResNet-8, K = T", source: "ic_resnet8", options: { scheme: "semi-binary", rank: 1 } },
  resnet8_small: {
    title: "ResNet-8, K = T, in 36 KB",
    source: "ic_resnet8",
    options: { scheme: "semi-binary", rank: 1, arenaBudget: 36 * 1024 },
  },
  resnet8_2t: { title: "ResNet-8, K = 2T", source: "ic_resnet8", options: { scheme: "semi-binary", rank: 2 } },
  resnet8_int8: { title: "ResNet-8, int8", source: "ic_resnet8", options: int8 },
  dscnn: {
    title: "DS-CNN, one plane of signs, in 18 KB",
    source: "kws_dscnn",
    options: { scheme: "alpha", rank: 1, arenaBudget: 18 * 1024 },
  },
  dscnn_int8: { title: "DS-CNN, int8", source: "kws_dscnn", options: int8 },
  vww_int8: { title: "VWW, int8", source: "vww_mobilenetv1", options: int8 },
  ad_int8: { title: "auto-encoder, int8", source: "ad_autoencoder", options: int8 },
} satisfies Record<string, BenchModel>;

export type ModelName = keyof typeof MODELS;

const CALIBRATION = 100;

/** What a source is calibrated with, count × H × W × C reals. It decides about scales of activations only; no accuracy is measured. */
function calibration(source: Source): CompileOptions["calibration"] {
  if (source === "ic_resnet8") {
    const test = cifar10("test");
    if (!test) throw new Error("CIFAR-10 is missing: npm run data -- cifar10");
    return { data: Float32Array.from(test.images.subarray(0, CALIBRATION * 3072)), count: CALIBRATION };
  }
  const keywords = kws500();
  if (!keywords) throw new Error("needs ../shared/data");
  // Real features are (q − 83) · 0.5847029 of the int8 model's input (../shared/data/README.md).
  const samples = keywords.samples.subarray(0, CALIBRATION * 490);
  return { data: Float32Array.from(samples, (q) => (q - 83) * 0.5847029), count: CALIBRATION };
}

const compiled = new Map<ModelName, Promise<Compiled>>();

async function compileModel(name: ModelName): Promise<Compiled> {
  const { source, options }: BenchModel = MODELS[name];
  const isInt8 = options.scheme === "int8";
  return compile(
    { bytes: mlperf(`${source}_${isInt8 ? "int8" : "float"}.tflite`), name: source },
    {
      ...options,
      solver: "greedy",
      objective: "weights",
      seed: 1,
      calibration: isInt8 ? undefined : calibration(source),
    },
  );
}

/** The int8 source as it is, or the float one, decomposed; compiled once a process. */
export function compiledModel(name: ModelName): Promise<Compiled> {
  const known = compiled.get(name) ?? compileModel(name);
  compiled.set(name, known);
  return known;
}

/** A model file. */
export async function benchModel(name: ModelName): Promise<Uint8Array> {
  return (await compiledModel(name)).file;
}
