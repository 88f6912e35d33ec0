// Small source networks for tests of the command line.

import { randomInt8 } from "./models.ts";
import { buildTflite } from "./tflite-builder.ts";

/** An int8 TFLite file of one dense layer, 16 inputs to 4 outputs. */
export function denseTflite(): Uint8Array {
  return buildTflite({
    tensors: [
      { name: "input", shape: [1, 16], type: "INT8", scale: [0.02], zeroPoint: [-3] },
      { name: "weights", shape: [4, 16], type: "INT8", scale: [0.01], data: randomInt8(64, 5) },
      { name: "bias", shape: [4], type: "INT32", scale: [0.0002], data: Int32Array.of(100, -200, 0, 50) },
      { name: "output", shape: [1, 4], type: "INT8", scale: [0.05], zeroPoint: [4] },
    ],
    operators: [{ name: "FULLY_CONNECTED", inputs: [0, 1, 2], outputs: [3] }],
    inputs: [0],
    outputs: [3],
  });
}

/** A TFLite file whose operator halfbit does not know. */
export function unsupportedTflite(): Uint8Array {
  return buildTflite({
    tensors: [
      { name: "input", shape: [1, 4, 4, 1] },
      { name: "output", shape: [1, 4, 4, 1] },
    ],
    operators: [{ name: "FLOOR", inputs: [0], outputs: [1] }],
    inputs: [0],
    outputs: [1],
  });
}

/** A float TFLite file: 8×8×2 → 3×3 convolution to 8 channels → 3×3 convolution to 4 → mean. */
export function convTflite(): Uint8Array {
  const weights = (count: number, seed: number) =>
    Float32Array.from(randomInt8(count, seed), (value) => value / 128 / Math.sqrt(count / 8));
  const same = { padding: 0, strideH: 1, strideW: 1 };
  return buildTflite({
    tensors: [
      { name: "input", shape: [1, 8, 8, 2] },
      { name: "w1", shape: [8, 3, 3, 2], data: weights(144, 1) },
      { name: "b1", shape: [8], data: weights(8, 2) },
      { name: "conv1", shape: [1, 8, 8, 8] },
      { name: "w2", shape: [4, 3, 3, 8], data: weights(288, 3) },
      { name: "b2", shape: [4], data: weights(4, 4) },
      { name: "conv2", shape: [1, 8, 8, 4] },
      { name: "axes", shape: [2], type: "INT32", data: Int32Array.of(1, 2) },
      { name: "output", shape: [1, 4] },
    ],
    operators: [
      { name: "CONV_2D", inputs: [0, 1, 2], outputs: [3], options: same },
      { name: "CONV_2D", inputs: [3, 4, 5], outputs: [6], options: same },
      { name: "MEAN", inputs: [6, 7], outputs: [8] },
    ],
    inputs: [0],
    outputs: [8],
  });
}
