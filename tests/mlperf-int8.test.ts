// The four MLPerf Tiny int8 models against LiteRT's reference kernels: no byte may differ, at any level.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { type Compiled, compile } from "../host/compile.ts";
import { Engine } from "../host/engine.ts";
import { size } from "../host/graph/graph.ts";
import { cifar10, kws500, noCifar10, sharedData } from "./support/data.ts";
import { mlperf, noMlperf } from "./support/mlperf.ts";
import { randomInt8 } from "./support/models.ts";
import { litert, oracleReason } from "./support/oracle.ts";

const options = { scheme: "int8", rank: 1, solver: "greedy", objective: "feature-map", seed: 1 } as const;

/** Smooth int8 images: sums of a few waves, nearer to real inputs than noise. */
function waves(count: number, [h, w, c]: readonly number[]): Int8Array {
  const values = new Int8Array(count * h * w * c);
  for (let n = 0, i = 0; n < count; n++)
    for (let y = 0; y < h; y++)
      for (let x = 0; x < w; x++)
        for (let k = 0; k < c; k++, i++)
          values[i] = Math.round(
            70 * Math.sin(0.1 * x * (1 + (n % 7)) + n) + 50 * Math.cos(0.07 * y * (1 + (n % 5)) + k),
          );
  return values;
}

/** The 200 CIFAR-10 test images that MLPerf Tiny uses (…idxs.npy: int64 behind a header of 128 bytes), pixel − 128. */
function cifarSamples(): Int8Array | null {
  const indices = sharedData("mlperf-tiny/ic_perf_samples_idxs.npy");
  const data = cifar10("test");
  if (!indices || !data) return null;
  const bytes = readFileSync(indices);
  const chosen = Array.from({ length: 200 }, (_, i) => Number(bytes.readBigInt64LE(128 + 8 * i)));
  const samples = new Int8Array(200 * 3072);
  chosen.forEach((index, i) => {
    samples.set(
      data.images.subarray(index * 3072, (index + 1) * 3072).map((p) => p - 128),
      i * 3072,
    );
  });
  return samples;
}

async function differing(
  { file }: Compiled,
  level: "scalar" | "simd128",
  inputs: Int8Array,
  want: Int8Array,
): Promise<number> {
  const engine = await Engine.load(file, "model", level);
  const length = engine.input().length;
  let count = 0;
  for (let at = 0, out = 0; at < inputs.length; at += length) {
    engine.input().set(inputs.subarray(at, at + length));
    engine.run();
    for (const value of engine.output()) if (value !== want[out++]) count++;
  }
  return count;
}

const MODELS = ["ic_resnet8", "vww_mobilenetv1", "ad_autoencoder", "kws_dscnn"];

for (const name of MODELS) {
  describe(name, { skip: noMlperf || oracleReason() }, async () => {
    const bytes = noMlperf ? new Uint8Array(0) : mlperf(`${name}_int8.tflite`);
    const compiled = noMlperf ? undefined : await compile({ bytes, name: `${name}_int8.tflite` }, options);
    const shape = compiled ? compiled.program.tensors[compiled.program.input].shape : [0, 0, 0];
    const sets: [title: string, inputs: Int8Array | null, skip: string | false][] = [
      ["200 random inputs", randomInt8(200 * size(shape), 9), false],
      ["200 smooth inputs", waves(200, shape), false],
    ];
    if (name === "ic_resnet8") sets.push(["the 200 CIFAR-10 images of MLPerf Tiny", cifarSamples(), noCifar10]);
    if (name === "kws_dscnn") sets.push(["all 500 keyword samples", kws500()?.samples ?? null, false]);
    for (const [title, inputs, skip] of sets) {
      test(`${title}: 0 differing bytes at scalar and simd128`, { skip }, async () => {
        const want = litert(bytes, inputs!, inputs!.length / size(shape));
        assert.equal(await differing(compiled!, "scalar", inputs!, want), 0);
        assert.equal(await differing(compiled!, "simd128", inputs!, want), 0);
      });
    }
  });
}
