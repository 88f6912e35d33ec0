// TFLite → graph: one converter an operator, applied in execution order.

import { HalfbitError } from "../../errors.ts";
import type { Graph } from "../../graph/graph.ts";
import { add, multiply, subtract } from "./arithmetic.ts";
import { type Conversion, type Converter, define, inconsistent, nodeError } from "./conversion.ts";
import { conv2d, depthwiseConv2d, fullyConnected } from "./convolution.ts";
import { elementwise, softmax } from "./elementwise.ts";
import { readModel } from "./model.ts";
import { averagePool, maxPool, mean } from "./pooling.ts";
import { dequantize, quantize } from "./quantise.ts";
import { concatenation, pad, reshape, shapeArithmetic, transpose } from "./shape.ts";

const CONVERTERS: Record<string, Converter> = {
  CONV_2D: conv2d,
  DEPTHWISE_CONV_2D: depthwiseConv2d,
  FULLY_CONNECTED: fullyConnected,
  ADD: add,
  SUB: subtract,
  MUL: multiply,
  CONCATENATION: concatenation,
  PAD: pad,
  PADV2: pad,
  AVERAGE_POOL_2D: averagePool,
  MAX_POOL_2D: maxPool,
  MEAN: mean,
  RELU: elementwise("Relu"),
  RELU6: elementwise("Relu6"),
  HARD_SWISH: elementwise("HardSwish"),
  LOGISTIC: elementwise("Logistic"),
  TANH: elementwise("Tanh"),
  SOFTMAX: softmax,
  RESHAPE: reshape,
  SQUEEZE: reshape,
  EXPAND_DIMS: reshape,
  TRANSPOSE: transpose,
  QUANTIZE: quantize,
  DEQUANTIZE: dequantize,
  SHAPE: shapeArithmetic,
  STRIDED_SLICE: shapeArithmetic,
  PACK: shapeArithmetic,
};

/**
 * bytes: a .tflite file, float32, hybrid (float with int8 weights) or int8 from end to end; file: its name, for
 * messages. Of an int8 network every tensor has its quantisation and every layer with weights its int8 numbers,
 * beside their real values.
 */
export function importTflite(bytes: Uint8Array, file: string): Graph {
  const model = readModel(bytes, file);
  const refuse = (what: string) => new HalfbitError("E_UNSUPPORTED", `${file}: ${what}`);
  if (model.inputs.length !== 1) throw refuse(`${model.inputs.length} inputs; halfbit takes networks of one`);
  if (model.outputs.length !== 1) throw refuse(`${model.outputs.length} outputs; halfbit takes networks of one`);
  const c: Conversion = {
    model,
    tensors: [],
    layers: [],
    ids: new Map(),
    folded: new Map(),
    shapes: new Set(),
    names: new Set(),
  };
  const input = define(c, undefined, model.inputs[0]);
  for (const op of model.operators) {
    const converter = CONVERTERS[op.name];
    if (converter === undefined) {
      const supported = Object.keys(CONVERTERS).join(", ");
      throw nodeError(c, op, "E_UNSUPPORTED_OPERATOR", `operator ${op.name} is not supported; supported: ${supported}`);
    }
    if (op.outputs.length !== 1) throw inconsistent(c, op, `${op.outputs.length} outputs instead of one`);
    converter(c, op);
  }
  const output = c.ids.get(model.outputs[0]);
  if (output === undefined || c.layers.length === 0) throw refuse("no layer computes the output");
  const float = c.tensors.find((tensor) => tensor.quantisation === undefined);
  const int8 = c.tensors.find((tensor) => tensor.quantisation !== undefined);
  if (float !== undefined && int8 !== undefined) {
    throw refuse(`"${float.name}" is float but "${int8.name}" int8; export the network float, or int8 from end to end`);
  }
  const name = (file.split(/[\\/]/).pop() ?? file).replace(/\.tflite$/i, "");
  return { name, tensors: c.tensors, layers: c.layers, input, output };
}
