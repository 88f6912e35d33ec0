// Operations that keep the shape of their operand: activation functions, and arithmetic of two values.

import { type Elementwise, POINT } from "../../graph/graph.ts";
import { type Affine, aroundRelu6 } from "../bounded.ts";
import { count, show } from "../numbers.ts";
import {
  type Activation,
  type Constant,
  corrupt,
  emit,
  type Operation,
  part,
  shapeOf,
  unsupported,
  type Value,
} from "./values.ts";

type Unary = (op: Operation, x: Activation) => Activation;

const elementwise =
  (name: Elementwise["function"]): Unary =>
  (op, x) =>
    emit(op, { kind: "Elementwise", function: name }, [x], x.dims);

/** Over the last dimension. */
export const softmax: Unary = (op, x) => emit(op, { kind: "Softmax", beta: 1 }, [x], x.dims);

export const relu = elementwise("Relu");
export const relu6 = elementwise("Relu6");
export const sigmoid = elementwise("Logistic");
export const tanh = elementwise("Tanh");

/** By their name in lower case, without underscores. */
export const ACTIVATIONS: Record<string, Unary> = {
  linear: (_, x) => x,
  relu,
  relu6,
  sigmoid,
  hardsigmoid: (op, x) => clip(op, x, 0.2, 0.5, 1),
  swish: (op, x) => multiply(op, x, sigmoid(part(op, "sigmoid"), x)),
  tanh,
  softmax,
};

/** A number a channel of x: y = scale·x + shift, as a 1×1 DepthwiseConv2D; the fold pass puts it into its neighbours. */
export function affine(op: Operation, x: Activation, scale: Float64Array, shift: Float64Array): Activation {
  const parameters = { weights: Float32Array.from(scale), bias: Float32Array.from(shift), activation: "None" as const };
  return emit(op, { kind: "DepthwiseConv2D", geometry: POINT, ...parameters }, [x], x.dims);
}

/** scale·x + shift with one number for all channels. */
export function affineAll(op: Operation, x: Activation, [scale, shift]: Affine): Activation {
  const fill = (n: number) => new Float64Array(shapeOf(op, x)[2]).fill(n);
  return affine(op, x, fill(scale), fill(shift));
}

/** Clip(scale·x + shift, 0, high). */
export function clip(op: Operation, x: Activation, scale: number, shift: number, high: number): Activation {
  if (!(high > 0)) throw unsupported(op, `clips to 0…${high}; the bound has to be above 0`);
  const { before, after } = aroundRelu6(scale, shift, high);
  const clipped = relu6(op, before ? affineAll(part(op, "inside"), x, before) : x);
  return after ? affineAll(part(op, "outside"), clipped, after) : clipped;
}

export interface Normalisation {
  gamma?: Constant;
  beta?: Constant;
  mean: Constant;
  variance: Constant;
  epsilon: number;
}

/** Batch normalisation over the last dimension: scale γ/√(σ² + ε), shift β − μ·scale. */
export function normalise(op: Operation, x: Activation, given: Normalisation): Activation {
  const channels = shapeOf(op, x)[2];
  const { gamma, beta, mean, variance, epsilon } = given;
  for (const { data } of [gamma, beta, mean, variance].filter((c) => c !== undefined)) {
    if (data.length !== channels) throw corrupt(op, `has ${data.length} numbers for ${channels} channels`);
  }
  const scale = Float64Array.from(variance.data, (v, i) => (gamma?.data[i] ?? 1) / Math.sqrt(v + epsilon));
  const shift = scale.map((s, i) => (beta?.data[i] ?? 0) - mean.data[i] * s);
  return affine(op, x, scale, shift);
}

export type Arithmetic = "Add" | "Sub" | "Mul" | "Div";

/** An affine function where one operand is constant, else Add or Mul of two activations. */
export function arithmetic(op: Operation, operator: Arithmetic, a: Value, b: Value): Activation {
  if (a.kind === "activation" && b.kind === "activation") return ofActivations(op, operator, a, b);
  if (a.kind === "activation" && b.kind === "constant") return withConstant(op, operator, a, b);
  if (a.kind === "constant" && b.kind === "activation") {
    if (operator === "Div") throw unsupported(op, "divides a constant by the network's values");
    if (operator !== "Sub") return withConstant(op, operator, b, a);
    const numbers = perChannel(op, b, a);
    return affine(op, b, ones(numbers, -1), numbers);
  }
  throw unsupported(op, "computes with two constants");
}

/** x ∘ constant. */
function withConstant(op: Operation, operator: Arithmetic, x: Activation, constant: Constant): Activation {
  const numbers = perChannel(op, x, constant);
  if (operator === "Add") return affine(op, x, ones(numbers, 1), numbers);
  const none = new Float64Array(numbers.length);
  if (operator === "Mul") return affine(op, x, numbers, none);
  const negated = numbers.map((n) => -n);
  if (operator === "Sub") return affine(op, x, ones(numbers, 1), negated);
  if (numbers.includes(0)) throw unsupported(op, "divides by zero");
  const inverse = numbers.map((n) => 1 / n);
  return affine(op, x, inverse, none);
}

function ones(like: Float64Array, sign: 1 | -1): Float64Array {
  return new Float64Array(like.length).fill(sign);
}

/** The constant's numbers, one for all or one a channel, as one a channel of x. */
function perChannel(op: Operation, x: Activation, { dims, data }: Constant): Float64Array {
  const channels = shapeOf(op, x)[2];
  const fits = dims.length <= x.dims.length && (data.length === 1 || dims.at(-1) === channels);
  if (!fits || (data.length !== 1 && data.length !== channels)) {
    throw unsupported(
      op,
      `combines ${show(x.dims)} with a constant of ${show(dims)}; one number, or one a channel, is supported`,
    );
  }
  return Float64Array.from({ length: channels }, (_, i) => data[data.length === 1 ? 0 : i]);
}

function ofActivations(op: Operation, operator: Arithmetic, a: Activation, b: Activation): Activation {
  if (operator === "Div") throw unsupported(op, "divides two computed values");
  if (operator === "Sub") return ofActivations(op, "Add", a, affineAll(part(op, "negative"), b, [-1, 0]));
  if (operator === "Mul") return multiply(op, a, b);
  if (!sameShape(op, a, b)) throw broadcast(op, a, b);
  return emit(op, { kind: "Add", activation: "None" }, [a, b], longer(a, b).dims);
}

/** Of one shape, or one of them one number a channel, as in squeeze-and-excitation. */
function multiply(op: Operation, a: Activation, b: Activation): Activation {
  const [image, gate] = count(a.dims) >= count(b.dims) ? [a, b] : [b, a];
  const gates = count(gate.dims) === shapeOf(op, gate)[2] && shapeOf(op, gate)[2] === shapeOf(op, image)[2];
  if (!gates && !sameShape(op, a, b)) throw broadcast(op, a, b);
  return emit(op, { kind: "Mul", activation: "None" }, [image, gate], longer(image, gate).dims);
}

function sameShape(op: Operation, a: Activation, b: Activation): boolean {
  return shapeOf(op, a).join() === shapeOf(op, b).join();
}

/** Broadcasting adds dimensions of size 1 in front. */
function longer(a: Activation, b: Activation): Activation {
  return a.dims.length >= b.dims.length ? a : b;
}

function broadcast(op: Operation, a: Activation, b: Activation) {
  const shapes = `${show(a.dims)} with ${show(b.dims)}`;
  return unsupported(op, `combines ${shapes}; both have to have one shape (or one of a product a number a channel)`);
}
