// The whole networks of the table: the MLPerf Tiny models, in int8 as they are, and decomposed with K = T. Signs are found
// by the fastest solver and calibrated with noise: no accuracy is measured here. Files are kept in .cache.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../../host/files.ts";
import { size } from "../../host/graph/graph.ts";
import { readModel } from "../../host/read.ts";
import { fingerprint } from "../../tools/support/fingerprint.mjs";
import { ROOT } from "../../tools/support/project.mjs";
import { mlperf } from "../support/mlperf.ts";
import { randomInt8 } from "../support/models.ts";

export const NETWORKS = {
  "ResNet-8": "ic_resnet8",
  "DS-CNN": "kws_dscnn",
  VWW: "vww_mobilenetv1",
  "auto-encoder": "ad_autoencoder",
};
export const SCHEMES = ["int8", "semi-binary"] as const;

type Source = (typeof NETWORKS)[keyof typeof NETWORKS];
export type Scheme = (typeof SCHEMES)[number];

const CALIBRATION = 8;

const settings = { rank: 1, solver: "greedy", objective: "weights", seed: 1 } as const;

/** Loaded only where something is to be compiled: it takes longer than to run the table. */
const compiler = () => import("../../host/compile.ts");

async function int8Model(source: Source): Promise<Uint8Array> {
  const { compile } = await compiler();
  return (await compile({ bytes: mlperf(`${source}_int8.tflite`), name: source }, { ...settings, scheme: "int8" }))
    .file;
}

/** Noise over what the int8 model takes. */
async function calibration(source: Source): Promise<{ data: Float32Array; count: number }> {
  const { tensors, input } = readModel(await networkModel(source, "int8"), source);
  const { shape, scale, zeroPoint } = tensors[input];
  const noise = randomInt8(CALIBRATION * size(shape), 3);
  return { data: Float32Array.from(noise, (q) => (q - zeroPoint) * scale), count: CALIBRATION };
}

async function semiBinaryModel(source: Source): Promise<Uint8Array> {
  const { compile } = await compiler();
  const options = { ...settings, scheme: "semi-binary", calibration: await calibration(source) } as const;
  return (await compile({ bytes: mlperf(`${source}_float.tflite`), name: source }, options)).file;
}

/** A model file, compiled where the compiler is another than the one that made the file in .cache. */
export async function networkModel(source: Source, scheme: Scheme): Promise<Uint8Array> {
  const print = fingerprint(["tests/conformance/networks.ts"], ["format", "host"]).slice(0, 16);
  const folder = join(ROOT, ".cache/conformance", print);
  const file = join(folder, `${source}.${scheme}.bin`);
  if (existsSync(file)) return new Uint8Array(readFileSync(file));
  mkdirSync(folder, { recursive: true });
  const model = await (scheme === "int8" ? int8Model : semiBinaryModel)(source);
  writeAtomically(file, model);
  return model;
}
