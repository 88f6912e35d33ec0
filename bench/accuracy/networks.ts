// The networks whose accuracy is measured, with what they are calibrated and tested on.

import type { Samples } from "../../host/options.ts";
import type { TrainingSet } from "../../host/train/batches.ts";
import { cifar10, kws500 } from "../../tests/support/data.ts";
import { mlperf } from "../../tests/support/mlperf.ts";

/** A model is compiled with `calibration`, `training` and tested on `test`, which neither of them has seen. */
export interface Fold {
  calibration: Samples;
  training: TrainingSet & { labels: Uint8Array };
  test: { real: Float32Array; labels: Uint8Array };
}

export interface Network {
  title: string;
  name: string;
  float: Uint8Array;
  int8: Uint8Array;
  /** Every test sample is in the test part of exactly one. */
  folds: Fold[];
  data: string;
  /** All test samples in the int8 source's own input. */
  all: { raw: Int8Array; labels: Uint8Array };
}

const CALIBRATION = 2000;
const FOLDS = 5;

function resnet8(): Network {
  const [train, test] = [cifar10("train"), cifar10("test")];
  if (!train || !test) throw new Error("CIFAR-10 is missing: npm run data -- cifar10");
  const read = (indices: ArrayLike<number>) => pick(train.images, 3072, indices);
  return {
    title: "ResNet-8, CIFAR-10",
    name: "ic_resnet8",
    float: mlperf("ic_resnet8_float.tflite"),
    int8: mlperf("ic_resnet8_int8.tflite"),
    folds: [
      {
        calibration: { data: read(Array.from({ length: CALIBRATION }, (_, i) => i)), count: CALIBRATION },
        training: { count: train.labels.length, read, labels: train.labels },
        test: { real: Float32Array.from(test.images), labels: test.labels },
      },
    ],
    data: `Calibrated on the first ${CALIBRATION} training images, trained on all 50,000, tested on the 10,000 test images.`,
    all: { raw: Int8Array.from(test.images, (p) => p - 128), labels: test.labels },
  };
}

function dscnn(): Network {
  const keywords = kws500();
  if (!keywords) throw new Error("needs ../shared/data");
  const { samples, labels } = keywords;
  // Real features are (q − 83) · 0.5847029 of the int8 model's input (../shared/data/README.md).
  const real = Float32Array.from(samples, (q) => (q - 83) * 0.5847029);
  const all = Array.from(labels.keys());
  const folds = Array.from({ length: FOLDS }, (_, fold): Fold => {
    const tested = all.filter((i) => i % FOLDS === fold);
    const others = all.filter((i) => i % FOLDS !== fold);
    const take = (indices: number[]) => Uint8Array.from(indices, (i) => labels[i]);
    return {
      calibration: { data: pick(real, 490, others), count: others.length },
      training: {
        count: others.length,
        read: (indices) =>
          pick(
            real,
            490,
            Array.from(indices, (i) => others[i]),
          ),
        labels: take(others),
      },
      test: { real: pick(real, 490, tested), labels: take(tested) },
    };
  });
  return {
    title: "DS-CNN, keyword spotting",
    name: "kws_dscnn",
    float: mlperf("kws_dscnn_float.tflite"),
    int8: mlperf("kws_dscnn_int8.tflite"),
    folds,
    data: `There are only 500 samples and none to calibrate on, so each is tested with a model that was compiled with the other ${100 - 100 / FOLDS} % (${FOLDS} models a row); bytes are those of the largest.`,
    all: { raw: samples, labels },
  };
}

export const NETWORKS: Record<string, () => Network> = { resnet8, dscnn };

function pick(values: ArrayLike<number>, each: number, indices: ArrayLike<number>): Float32Array {
  const picked = new Float32Array(indices.length * each);
  for (let n = 0; n < indices.length; n++)
    for (let i = 0; i < each; i++) picked[n * each + i] = values[indices[n] * each + i];
  return picked;
}
