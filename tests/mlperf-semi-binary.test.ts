// ResNet-8 and DS-CNN from their float TFLite files, semi-binary at K/T = 1, 2, 3: the runtime computes what the
// reference computes, byte for byte and layer by layer, and the integers keep the accuracy of the float simulation.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Compiled, compile } from "../host/compile.ts";
import { Engine } from "../host/engine.ts";
import { runReference } from "../host/reference/index.ts";
import { answers, highestOf } from "../host/report/agreement.ts";
import { Session } from "../host/session.ts";
import { cifar10, kws500, noCifar10 } from "./support/data.ts";
import { mlperf, noMlperf } from "./support/mlperf.ts";

interface Subject {
  file: string;
  skip: string | false;
  /** Real inputs to calibrate with, and other ones to test with. */
  samples(): { calibration: Float32Array; count: number; test: Float32Array; labels: Uint8Array };
  /** Most by which integer accuracy may stay behind the float simulation's. */
  tolerance: number;
}

/** Real keyword features are (q − 83) · 0.5847029. */
const keywords = (q: Int8Array) => Float32Array.from(q, (value) => (value - 83) * 0.5847029);

const SUBJECTS: Subject[] = [
  {
    file: "ic_resnet8_float.tflite",
    skip: noMlperf || noCifar10,
    tolerance: 0.003,
    samples() {
      const [train, test] = [cifar10("train")!, cifar10("test")!];
      return {
        calibration: Float32Array.from(train.images.subarray(0, 500 * 3072)),
        count: 500,
        test: Float32Array.from(test.images.subarray(0, 2000 * 3072)),
        labels: test.labels.subarray(0, 2000),
      };
    },
  },
  {
    file: "kws_dscnn_float.tflite",
    skip: noMlperf,
    tolerance: 0.01, // a sample is 0.25 points: there are only 400 that calibration has not seen
    samples() {
      const { samples, labels } = kws500()!;
      return {
        calibration: keywords(samples.subarray(0, 100 * 490)),
        count: 100,
        test: keywords(samples.subarray(100 * 490)),
        labels: labels.subarray(100),
      };
    },
  },
];

/** Real values as the model's int8 input. */
function quantised({ program }: Compiled, real: Float32Array): Int8Array {
  const { scale, zeroPoint } = program.tensors[program.input];
  return Int8Array.from(real, (x) => Math.max(-128, Math.min(127, Math.round(x / scale) + zeroPoint)));
}

for (const { file, skip, tolerance, samples } of SUBJECTS) {
  for (const rank of [1, 2, 3]) {
    describe(`${file}, K = ${rank}T`, { skip }, () => {
      let compiled: Compiled;
      let data: ReturnType<Subject["samples"]>;

      test("compiles, every decomposed layer closer than with nothing", async () => {
        data = samples();
        compiled = await compile(
          { bytes: mlperf(file), name: file },
          {
            scheme: "semi-binary",
            rank,
            solver: "admm",
            objective: "feature-map",
            seed: 1,
            calibration: { data: data.calibration, count: data.count },
          },
        );
        const decomposed = compiled.report.filter((layer) => layer.scheme === "semi-binary");
        assert.ok(decomposed.length >= 4, `${decomposed.length} layers`);
        for (const { name, featureMapError } of decomposed)
          assert.ok(featureMapError! < 0.9, `${name}: ${featureMapError}`);
      });

      test("the runtime at every level equals the reference in every byte of every layer on 50 inputs", async () => {
        const inputs = quantised(compiled, data.test);
        const levels = ["scalar", "simd128"] as const;
        const engines = await Promise.all(levels.map((level) => Engine.load(compiled.file, file, level)));
        const each = engines[0].input().length;
        for (let i = 0; i < 50; i++) {
          const input = inputs.slice(i * each, (i + 1) * each);
          for (const engine of engines) engine.input().set(input);
          runReference(compiled.program, input).forEach((expected, layer) => {
            for (const [at, engine] of engines.entries()) {
              engine.step(layer);
              const same = Buffer.from(engine.layerOutput(layer)).equals(Buffer.from(expected));
              assert.ok(same, `${levels[at]}, input ${i}, layer ${layer}`);
            }
          });
        }
      });

      test("integers lose no more than the tolerance to the float simulation, as far as the samples can tell", async () => {
        const { labels } = data;
        const session = await Session.open(compiled.file);
        const inputs = quantised(compiled, data.test);
        const each = inputs.length / labels.length;
        const scores = labels.reduce<number[]>((all, _, i) => {
          all.push(...session.runRaw(inputs.subarray(i * each, (i + 1) * each)));
          return all;
        }, []);
        const integers = highestOf(Int8Array.from(scores), labels.length);
        const simulated = await answers(compiled.simulated, { data: data.test, count: labels.length });
        const [lost, gained] = [simulated, integers].map(
          (right, side, both) =>
            right.filter((answer, i) => answer === labels[i] && both[1 - side][i] !== labels[i]).length,
        );
        // The difference has a standard error of √(lost + gained), twice which is chance.
        const chance = 2 * Math.sqrt(lost + gained);
        assert.ok(lost - gained - chance <= tolerance * labels.length, `lost ${lost}, gained ${gained}`);
        assert.ok(lost + gained <= 0.04 * labels.length, `${lost + gained} of ${labels.length} answers changed`);
      });
    });
  }
}
