// Operators that move numbers without changing them: CONCATENATION, PAD, RESHAPE and its kin, TRANSPOSE; and the
// arithmetic on shapes that Keras exports before a RESHAPE.

import { size } from "../../graph/graph.ts";
import { indices, realValues } from "./constants.ts";
import {
  activation,
  type Converter,
  imageAxis,
  inconsistent,
  isConstant,
  layerBase,
  operand,
  source,
  unsupported,
} from "./conversion.ts";

export const concatenation: Converter = (c, op) => {
  const options = op.options("ConcatenationOptions");
  if (activation(c, op, options.fusedActivation) !== "None") throw unsupported(c, op, "a fused activation");
  const inputs = op.inputs.map((_, i) => operand(c, op, i));
  if (inputs.length === 0) throw inconsistent(c, op, "no operands");
  const axis = imageAxis(options.axis, source(c, op, 0).shape.length);
  if (axis !== 0 && axis !== 1 && axis !== 2) throw unsupported(c, op, `axis ${options.axis} (the batch)`);
  const shape = [...c.tensors[inputs[0]].shape];
  const others = (s: number[]) => s.filter((_, i) => i !== axis).join();
  if (inputs.some((x) => others(c.tensors[x].shape) !== others(shape))) {
    throw inconsistent(c, op, "operands differ in another dimension than the axis");
  }
  shape[axis] = inputs.reduce((sum, x) => sum + c.tensors[x].shape[axis], 0);
  c.layers.push({ kind: "Concat", ...layerBase(c, op, inputs, shape), axis });
};

/** PAD and PADV2: height and width only, with the real value 0. Operand 1 is rank × 2, pixels before and after. */
export const pad: Converter = (c, op) => {
  const x = operand(c, op, 0);
  const { shape } = c.tensors[x];
  const rank = source(c, op, 0).shape.length;
  const amounts = indices(c, op, 1);
  if (amounts.length !== 2 * rank || amounts.some((n) => n < 0 || n > 65535)) {
    throw inconsistent(c, op, "the paddings are not two non-negative numbers for each dimension");
  }
  if (op.inputs.length > 2 && op.inputs[2] >= 0 && realValues(c, op, source(c, op, 2)).some((v) => v !== 0)) {
    throw unsupported(c, op, "padding with another value than 0");
  }
  const around = [0, 0, 0, 0, 0, 0];
  amounts.forEach((n, i) => {
    const axis = imageAxis(i >> 1, rank);
    if (n > 0 && axis !== 0 && axis !== 1) throw unsupported(c, op, "padding of channels or batch");
    if (n > 0) around[2 * axis + (i & 1)] = n;
  });
  const [top, bottom, left, right] = around;
  const output = [shape[0] + top + bottom, shape[1] + left + right, shape[2]];
  c.layers.push({ kind: "Pad", ...layerBase(c, op, [x], output), padding: { top, left, bottom, right } });
};

/** RESHAPE, SQUEEZE, EXPAND_DIMS: the output tensor's own shape says everything. */
export const reshape: Converter = (c, op) => {
  const x = operand(c, op, 0);
  const target = c.model.tensors[op.outputs[0]];
  if (size(target.shape) !== size(c.tensors[x].shape)) {
    throw inconsistent(c, op, "the output holds another number of values than the input");
  }
  const shape = [1, 1, 1, ...target.shape].slice(-3);
  c.layers.push({ kind: "Reshape", ...layerBase(c, op, [x], shape) });
};

/** Taken where it moves only dimensions of size 1, so that the order in memory stays. */
export const transpose: Converter = (c, op) => {
  const { shape } = source(c, op, 0);
  const order = indices(c, op, 1);
  if ([...order].sort((a, b) => a - b).join() !== shape.map((_, i) => i).join()) {
    throw inconsistent(c, op, `[${order.join(", ")}] is not a permutation of the dimensions`);
  }
  const moved = order.filter((axis) => shape[axis] > 1);
  if (moved.some((axis, i) => i > 0 && axis < moved[i - 1])) {
    throw unsupported(c, op, `a permutation [${order.join(", ")}] that reorders data; export the network as NHWC`);
  }
  reshape(c, op);
};

/** SHAPE, STRIDED_SLICE and PACK of shapes: halfbit's shapes are fixed, so their results are in the file already. */
export const shapeArithmetic: Converter = (c, op) => {
  const known = op.inputs.every((index, i) => {
    const tensor = source(c, op, i);
    return c.shapes.has(index) || isConstant(c, tensor) || (op.name === "SHAPE" && c.ids.has(index));
  });
  if (!known) throw unsupported(c, op, "only to compute a shape from a shape");
  for (const output of op.outputs) c.shapes.add(output);
};
