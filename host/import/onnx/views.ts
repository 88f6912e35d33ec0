// Operators that change how ONNX sees a value and move no number of the NHWC tensor.

import { count, show } from "../numbers.ts";
import type { Call } from "./call.ts";
import { transposed } from "./layout.ts";
import { DOUBLE, FLOAT, FLOAT16 } from "./tensor.ts";
import type { Activation, Value } from "./values.ts";

function seenAs(call: Call, value: Activation, dims: number[]): Value {
  if (count(dims) !== count(value.dims)) call.corrupt(`reshapes ${show(value.dims)} to ${show(dims)}`);
  return { ...value, dims };
}

/** dims of a Reshape: 0 keeps the dimension (unless allowzero), −1 takes what is left. */
export function reshapedDims(call: Call, from: readonly number[]): number[] {
  const given = Array.from(call.constant(1).data);
  const keeps = call.int("allowzero", 0) === 0;
  const dims = given.map((n, i) => (n === 0 && keeps ? from[i] : n));
  const rest = dims.reduce((product, n) => (n === -1 ? product : product * n), 1);
  return dims.map((n) => (n === -1 ? count(from) / rest : n));
}

export function reshape(call: Call): Value {
  const input = call.activation(0);
  return seenAs(call, input, reshapedDims(call, input.dims));
}

export function flatten(call: Call): Value {
  const input = call.activation(0);
  const axis = call.int("axis", 1);
  const at = axis === input.dims.length ? axis : call.axis(axis, input.dims.length);
  return seenAs(call, input, [count(input.dims.slice(0, at)), count(input.dims.slice(at))]);
}

/** dims without the given axes of size 1 (all of them where none are given). */
export function squeezedDims(call: Call, from: readonly number[]): number[] {
  const axes = call.list("axes", 1)?.map((axis) => call.axis(axis, from.length));
  return from.filter((n, i) => !(axes === undefined ? n === 1 : axes.includes(i)));
}

export function squeeze(call: Call): Value {
  const input = call.activation(0);
  return seenAs(call, input, squeezedDims(call, input.dims));
}

/** dims with a 1 at each of the given axes of the result. */
export function unsqueezedDims(call: Call, from: readonly number[]): number[] {
  const given = call.list("axes", 1) ?? call.corrupt("has no axes");
  const rank = from.length + given.length;
  const axes = given.map((axis) => call.axis(axis, rank));
  const rest = [...from];
  return Array.from({ length: rank }, (_, i) => (axes.includes(i) ? 1 : (rest.shift() ?? 1)));
}

export function unsqueeze(call: Call): Value {
  const input = call.activation(0);
  return seenAs(call, input, unsqueezedDims(call, input.dims));
}

/** The permutation of a Transpose; without one it reverses the axes. */
export function permutationOf(call: Call, rank: number): number[] {
  const given = call.ints("perm") ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  const sorted = given.map((axis) => call.axis(axis, rank)).sort((a, b) => a - b);
  if (sorted.length !== rank || sorted.some((axis, i) => axis !== i))
    call.corrupt(`has the permutation ${given.join(", ")}`);
  return given;
}

export function transposeView(call: Call): Value {
  const input = call.activation(0);
  const permutation = permutationOf(call, input.dims.length);
  const order = transposed(input.dims, call.shape(input), input.order, permutation);
  if (order === undefined)
    call.fail(`reorders ${show(input.dims)} by ${permutation.join(", ")}, which splits an axis of the image`);
  return { ...input, dims: permutation.map((i) => input.dims[i]), order };
}

/** Identity, Dropout, and Cast between floating types. */
export function same(call: Call): Value {
  return call.value(0);
}

export function cast(call: Call): Value {
  const to = call.int("to", 0);
  if (to !== FLOAT && to !== FLOAT16 && to !== DOUBLE)
    call.fail(`casts to ONNX data type ${to}; only floating types are supported`);
  return call.activation(0);
}
