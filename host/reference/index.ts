// The arithmetic of the model file in TypeScript, slow and obvious: what every engine must reproduce bit for bit.

import { CONCAT_AXIS } from "../../format/layout.ts";
import { size } from "../graph/graph.ts";
import { FUSES_ADD, inputsOf } from "../kinds.ts";
import type { Program, ProgramLayer } from "../program.ts";
import { binaryPlanes, conv2D, depthwiseConv2D, fullyConnected, semiBinary } from "./convolution.ts";
import { add, lookup, mul } from "./elementwise.ts";
import { softmax } from "./softmax.ts";
import { concat, mean, pad, pool } from "./spatial.ts";

function runLayer(program: Program, layer: ProgramLayer, value: (tensor: number) => Int8Array): Int8Array {
  const from = program.tensors[layer.input];
  const to = program.tensors[layer.output];
  const x = value(layer.input);
  const y = new Int8Array(size(to.shape));
  switch (layer.kind) {
    case "Conv2D":
      conv2D(layer, x, from, y, to);
      break;
    case "DepthwiseConv2D":
      depthwiseConv2D(layer, x, from, y, to);
      break;
    case "FullyConnected":
      fullyConnected(layer, x, from, y, to);
      break;
    case "SemiBinary":
      semiBinary(layer, x, from, y, to);
      break;
    case "BinaryPlanes":
      binaryPlanes(layer, x, from, y, to);
      break;
    case "Add":
      add(layer.parameters, x, value(layer.input2), y);
      break;
    case "Mul":
      mul(layer, x, from.zeroPoint, value(layer.input2), program.tensors[layer.input2].zeroPoint, y, to);
      break;
    case "Lookup":
      lookup(layer, x, y);
      break;
    case "AveragePool":
    case "MaxPool":
      pool(layer, x, from, y, to);
      break;
    case "Mean":
      mean(layer, x, from, y, to);
      break;
    case "Pad":
      pad(layer, x, from, y, to);
      break;
    case "Concat": {
      const parts = inputsOf(layer).map((i) => ({ values: value(i), shape: program.tensors[i].shape }));
      concat(layer.parameters[CONCAT_AXIS], parts, y, to);
      break;
    }
    case "Softmax":
      softmax(x, y, to.shape[2], layer.parameters);
      break;
  }
  if (FUSES_ADD.has(layer.kind) && layer.input2 >= 0) add(layer.parameters, y.slice(), value(layer.input2), y);
  return y;
}

/**
 * Runs the program on one input (int8, NHWC). Returns the output of every layer, in order.
 * A tensor that no layer writes is another view (Reshape) of the last value written at its arena offset and size.
 */
export function runReference(program: Program, input: Int8Array): Int8Array[] {
  const written = new Map<number, Int8Array>([[program.input, input]]);
  const order = [program.input];
  const value = (tensor: number): Int8Array => {
    const own = written.get(tensor);
    if (own) return own;
    const { arenaOffset, shape } = program.tensors[tensor];
    const root = order.findLast(
      (i) => program.tensors[i].arenaOffset === arenaOffset && size(program.tensors[i].shape) === size(shape),
    );
    if (root === undefined) throw new Error(`tensor ${tensor} is read before it is written`);
    return written.get(root)!;
  };
  return program.layers.map((layer) => {
    const y = runLayer(program, layer, value);
    written.set(layer.output, y);
    order.push(layer.output);
    return y;
  });
}
