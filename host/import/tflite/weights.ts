// Weights and biases of the layers that multiply: real values always, and the int8 numbers of an int8 source.

import { type Int8Weights, size, type TensorId } from "../../graph/graph.ts";
import { realValues, storedValues } from "./constants.ts";
import { type Conversion, inconsistent, source, unsupported } from "./conversion.ts";
import type { SourceOperator } from "./model.ts";

export interface LayerWeights {
  weights: Float32Array;
  bias: Float32Array;
  int8?: Int8Weights;
}

/**
 * Operand 1 (weights) and 2 (bias, may be missing) of a layer that reads activation `x`.
 * dimension: where the channels of output run in the weights' shape.
 *
 * Float activations: int8 weights (hybrid files) are dequantised. int8 activations: weights int8 with zero point 0,
 * bias int32 at scale s_x · s_w, whatever scale the file notes for it, as TFLite's kernels have it.
 */
export function layerWeights(c: Conversion, op: SourceOperator, x: TensorId, dimension: number): LayerWeights {
  const tensor = source(c, op, 1);
  const weights = realValues(c, op, tensor);
  const channels = tensor.shape[dimension];
  const input = c.tensors[x].quantisation;
  const hasBias = (op.inputs[2] ?? -1) >= 0;
  if (hasBias && size(source(c, op, 2).shape) !== channels)
    throw inconsistent(c, op, "one bias a channel of output expected");
  if (input === undefined) {
    return { weights, bias: hasBias ? realValues(c, op, source(c, op, 2)) : new Float32Array(channels) };
  }
  const q = tensor.quantisation;
  if (tensor.type !== "INT8" || q === undefined) {
    throw unsupported(c, op, `weights of type ${tensor.type} with int8 activations; quantise both to int8`);
  }
  if (q.zeroPoints.some((z) => z !== 0)) throw unsupported(c, op, "weights with a zero point other than 0");
  if (q.scales.length > 1 && q.dimension !== dimension) {
    throw unsupported(c, op, `weight scales along dimension ${q.dimension} instead of ${dimension}`);
  }
  const scales = Float64Array.from({ length: channels }, (_, t) => q.scales[q.scales.length === 1 ? 0 : t]);
  const bias = new Int32Array(channels);
  if (hasBias) {
    const stored = source(c, op, 2);
    if (stored.type !== "INT32") throw unsupported(c, op, `bias of type ${stored.type} with int8 activations`);
    bias.set(storedValues(c, op, stored));
  }
  return {
    weights,
    bias: Float32Array.from(bias, (b, t) => b * input.scale * scales[t]),
    int8: { values: new Int8Array(storedValues(c, op, tensor)), scales, bias },
  };
}
