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
