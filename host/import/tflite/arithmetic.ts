// ADD, SUB and MUL: of two activations, or of an activation and a constant a channel.
//
// The graph has no constants outside weights, so x·m + b with a number a channel is a 1×1 DepthwiseConv2D; in int8 only
// where its arithmetic is the operator's.

import { type Activation, POINT, type Quantisation, size, type TensorId } from "../../graph/graph.ts";
import { constantTensor } from "./constant-tensor.ts";
import { realValues, storedValues } from "./constants.ts";
import {
  activation,
  type Conversion,
  type Converter,
  isConstant,
  layerBase,
  operand,
  source,
  unsupported,
} from "./conversion.ts";
import type { SourceOperator } from "./model.ts";

export const add: Converter = (c, op) => {
  const fused = activation(c, op, op.options("AddOptions").fusedActivation);
  const constant = constantOperand(c, op);
  const known = constant < 0 ? undefined : integers(c, op, constant);
  if (constant >= 0 && !known) return shift(c, op, constant, 1, 1, fused);
  const a = operand(c, op, known ? 1 - constant : 0);
  const b = known ? constantTensor(c, a, known.stored, known.quantisation, "all") : operand(c, op, 1);
  const shape = c.tensors[a].shape;
  if (shape.join() !== c.tensors[b].shape.join()) throw unsupported(c, op, broadcast(c, a, b));
  c.layers.push({ kind: "Add", ...layerBase(c, op, [a, b], shape), activation: fused });
};

/** Only with a constant: x − b, or b − x. */
export const subtract: Converter = (c, op) => {
  const fused = activation(c, op, op.options("SubOptions").fusedActivation);
  const constant = constantOperand(c, op);
  if (constant < 0) throw unsupported(c, op, "a difference of two activations; one operand must be a constant");
  const [x, b] = constant === 1 ? [1, -1] : [-1, 1];
  shift(c, op, constant, x, b, fused);
};

export const multiply: Converter = (c, op) => {
  const fused = activation(c, op, op.options("MulOptions").fusedActivation);
  const constant = constantOperand(c, op);
  if (constant >= 0) return scale(c, op, constant, fused);
  let [a, b] = [operand(c, op, 0), operand(c, op, 1)];
  if (size(c.tensors[a].shape) < size(c.tensors[b].shape)) [a, b] = [b, a];
  const shape = c.tensors[a].shape;
  const other = c.tensors[b].shape.join();
  if (other !== shape.join() && other !== [1, 1, shape[2]].join()) throw unsupported(c, op, broadcast(c, a, b));
  c.layers.push({ kind: "Mul", ...layerBase(c, op, [a, b], shape), activation: fused });
};

/** Which operand is a constant, −1 for neither. */
function constantOperand(c: Conversion, op: SourceOperator): number {
  return [0, 1].findIndex((i) => isConstant(c, source(c, op, i)));
}

/** Numbers and quantisation of constant operand i of an int8 operator, one number a channel; undefined in float. */
function integers(
  c: Conversion,
  op: SourceOperator,
  i: number,
): { stored: number[]; quantisation: Quantisation } | undefined {
  const x = operand(c, op, 1 - i);
  if (c.tensors[x].quantisation === undefined) return undefined;
  const tensor = source(c, op, i);
  const q = tensor.quantisation;
  if (tensor.type !== "INT8" || q?.scales.length !== 1) {
    throw unsupported(c, op, "an int8 activation and a constant that is not int8 with one scale");
  }
  const stored = perChannel(c, op, i, x, storedValues(c, op, tensor));
  return { stored, quantisation: { scale: q.scales[0], zeroPoint: q.zeroPoints[0] } };
}

function broadcast(c: Conversion, a: TensorId, b: TensorId): string {
  const shapes = [a, b].map((id) => `[${c.tensors[id].shape.join(", ")}]`);
  return `operands of shapes ${shapes.join(" and ")}; supported: equal shapes, or for MUL one of [1, 1, channels]`;
}

/** values, one number or one a channel of x, as one a channel. */
function perChannel(c: Conversion, op: SourceOperator, i: number, x: TensorId, values: ArrayLike<number>): number[] {
  const channels = c.tensors[x].shape[2];
  const shape = source(c, op, i).shape;
  if (values.length === 1) return new Array<number>(channels).fill(values[0]);
  if (values.length === channels && shape[shape.length - 1] === channels) return Array.from(values);
  throw unsupported(c, op, `a constant of shape [${shape.join(", ")}]; supported: one number, or one a channel`);
}

/** ±x ± b. In int8 the weight is ±64 at scale 1/64, so that b is rounded to steps of s_x/64. */
function shift(c: Conversion, op: SourceOperator, i: number, signX: number, signB: number, fused: Activation): void {
  const x = operand(c, op, 1 - i);
  const { shape, quantisation } = c.tensors[x];
  const bias = perChannel(c, op, i, x, realValues(c, op, source(c, op, i))).map((b) => signB * b);
  const int8 = quantisation && {
    values: new Int8Array(shape[2]).fill(64 * signX),
    scales: new Float64Array(shape[2]).fill(1 / 64),
    bias: Int32Array.from(bias, (b) => Math.round((b * 64) / quantisation.scale)),
  };
  c.layers.push({
    kind: "DepthwiseConv2D",
    ...layerBase(c, op, [x], shape),
    geometry: POINT,
    weights: new Float32Array(shape[2]).fill(signX),
    bias: Float32Array.from(bias),
    activation: fused,
    ...(int8 && { int8 }),
  });
}

/**
 * x · m. In int8 the weights are q − zero point where all of these fit into int8, so that the sums are TFLite's products.
 * TFLite computes the multiplier of MUL, s_x·s_m / s_y, in float32: a weight scale of s_y / s_x times that number makes
 * this layer's multiplier, s_x·scale / s_y in float64, the same. Where one does not fit, m becomes a tensor.
 */
function scale(c: Conversion, op: SourceOperator, i: number, fused: Activation): void {
  const x = operand(c, op, 1 - i);
  const { shape, quantisation } = c.tensors[x];
  const known = integers(c, op, i);
  const weights = Float32Array.from(perChannel(c, op, i, x, realValues(c, op, source(c, op, i))));
  const shared = { geometry: POINT, weights, bias: new Float32Array(shape[2]), activation: fused };
  if (quantisation === undefined || known === undefined) {
    c.layers.push({ kind: "DepthwiseConv2D", ...layerBase(c, op, [x], shape), ...shared });
    return;
  }
  const factors = known.stored.map((q) => q - known.quantisation.zeroPoint);
  if (factors.some((m) => m < -128 || m > 127)) {
    const m = constantTensor(c, x, known.stored, known.quantisation, "one");
    c.layers.push({ kind: "Mul", ...layerBase(c, op, [x, m], shape), activation: fused });
    return;
  }
  const base = layerBase(c, op, [x], shape);
  const to = c.tensors[base.output].quantisation;
  if (to === undefined) throw unsupported(c, op, "an int8 product with a float output");
  const multiplier = Math.fround(Math.fround(quantisation.scale * known.quantisation.scale) / to.scale);
  const int8 = {
    values: Int8Array.from(factors),
    scales: new Float64Array(shape[2]).fill((multiplier * to.scale) / quantisation.scale),
    bias: new Int32Array(shape[2]),
  };
  c.layers.push({ kind: "DepthwiseConv2D", ...base, ...shared, int8 });
}
