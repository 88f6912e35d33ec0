// ResNet-8 and DS-CNN from their float TFLite files, semi-binary at K/T = 1, 2, 3: the runtime computes what the
// reference computes, byte for byte and layer by layer, and the integers keep the accuracy of the float simulation.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Compiled, compile } from "../host/compile.ts";
import { Engine } from "../host/engine.ts";
import { evaluate } from "../host/evaluate.ts";
import { runReference } from "../host/reference/index.ts";
import { Session } from "../host/session.ts";
import { simulatedTop1 } from "../host/simulate.ts";
import { cifar10, kws500, noCifar10 } from "./support/data.ts";
import { mlperf, noMlperf } from "./support/mlperf.ts";

interface Subject {
  file: string;
  skip: string | false;
  /** Real inputs to calibrate with, and other ones to test with. */
  samples(): { calibration: Float32Array; count: number; test: Float32Array; labels: Uint8Array };
  /** Most by which integer accuracy may differ from the float simulation's. */
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
            solver: "greedy",
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

      for (const level of ["scalar", "simd128"] as const) {
        test(`the runtime at ${level} equals the reference in every byte of every layer on 50 inputs`, async () => {
          const inputs = quantised(compiled, data.test);
          const engine = await Engine.load(compiled.file, file, level);
          const each = engine.input().length;
          for (let i = 0; i < 50; i++) {
            const input = inputs.slice(i * each, (i + 1) * each);
            engine.input().set(input);
            runReference(compiled.program, input).forEach((expected, layer) => {
              engine.step(layer);
              assert.ok(
                Buffer.from(engine.layerOutput(layer)).equals(Buffer.from(expected)),
                `input ${i}, layer ${layer}`,
              );
            });
          }
        });
      }

      test("integers lose no more than the tolerance to the float simulation", async () => {
        const integers = evaluate(await Session.open(compiled.file), quantised(compiled, data.test), data.labels).top1;
        const simulated = await simulatedTop1(compiled.simulated, data.test, data.labels);
        assert.ok(simulated - integers <= tolerance + 1e-9, `${integers} against ${simulated}`);
      });
    });
  }
}
