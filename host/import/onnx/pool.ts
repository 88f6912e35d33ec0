// Pooling and reductions over height and width, Softmax, Pad, Concat.

import { windowOutput } from "../../graph/graph.ts";
import { count, MAX_NUMBERS, show } from "../numbers.ts";
import type { Call } from "./call.ts";
import { windowGeometry } from "./geometry.ts";
import { axesOf } from "./layout.ts";
import { type Activation, CHW, type Value } from "./values.ts";

export function maxPool(call: Call): Value {
  return pool(call, "MaxPool");
}

export function averagePool(call: Call): Value {
  return pool(call, "AveragePool");
}

function pool(call: Call, kind: "MaxPool" | "AveragePool"): Value {
  if (call.node.outputs.length > 1 && call.node.outputs[1] !== "")
    call.fail("also yields indices, which is not supported");
  const input = call.image(call.activation(0));
  const shape = call.shape(input);
  const kernel = call.ints("kernel_shape") ?? [];
  if (kernel.length !== 2) call.fail(`has a kernel of ${kernel.length} dimensions; only 2-D pooling is supported`);
  const geometry = windowGeometry(call, shape, [kernel[0], kernel[1]]);
  const [h, w] = windowOutput(shape, geometry);
  const dims = [1, shape[2], h, w];
  const { top, left, bottom, right } = geometry.padding;
  const counted = kind === "AveragePool" && call.int("count_include_pad", 0) === 1 && top + left + bottom + right > 0;
  if (!counted) return call.emit({ kind, geometry, activation: "None" }, [input], [h, w, shape[2]], dims, CHW);

  // Padding counts as zeros: a convolution with equal weights. ceil_mode's own padding does not count, so it must add none.
  if (call.int("ceil_mode", 0) === 1) call.fail("has both ceil_mode and count_include_pad; export it with one of them");
  const taps = kernel[0] * kernel[1];
  if (taps * shape[2] > MAX_NUMBERS) call.fail(`has a kernel of ${show(kernel)}, too large for any device`);
  const weights = new Float32Array(taps * shape[2]).fill(1 / taps);
  const bias = new Float32Array(shape[2]);
  const body = { kind: "DepthwiseConv2D", geometry, weights, bias, activation: "None" } as const;
  return call.emit(body, [input], [h, w, shape[2]], dims, CHW);
}

/** GlobalAveragePool. */
export function globalAverage(call: Call): Value {
  const input = call.image(call.activation(0));
  const channels = call.shape(input)[2];
  return call.emit({ kind: "Mean" }, [input], [1, 1, channels], [1, channels, 1, 1], CHW);
}

/** GlobalMaxPool: a MaxPool whose window is the image. */
export function globalMax(call: Call): Value {
  const input = call.image(call.activation(0));
  return wholeMax(call, input, [1, call.shape(input)[2], 1, 1]);
}

function wholeMax(call: Call, input: Activation, dims: number[]): Value {
  const [h, w, channels] = call.shape(input);
  const geometry = {
    kernel: [h, w] as [number, number],
    stride: [1, 1] as [number, number],
    dilation: [1, 1] as [number, number],
    padding: { top: 0, left: 0, bottom: 0, right: 0 },
  };
  return call.emit({ kind: "MaxPool", geometry, activation: "None" }, [input], [1, 1, channels], dims, CHW);
}

/** ReduceMean and ReduceMax over height and width. */
export function reduce(kind: "Mean" | "MaxPool"): (call: Call) => Value {
  return (call) => {
    const input = call.activation(0);
    const rank = input.dims.length;
    const axes = (call.list("axes", 1) ?? input.dims.map((_, i) => i)).map((axis) => call.axis(axis, rank));
    const keep = call.int("keepdims", 1) === 1;
    const dims = input.dims.flatMap((n, i) => (axes.includes(i) ? (keep ? [1] : []) : [n]));
    const [h, w, channels] = call.shape(input);
    const known = axesOf(input.dims, call.shape(input), input.order);
    const reduced = axes.filter((i) => input.dims[i] !== 1).map((i) => known[i]);
    const large = ([0, 1] as const).filter((axis) => [h, w][axis] !== 1);
    if (reduced.length !== large.length || !large.every((axis) => reduced.includes(axis)))
      call.fail(`reduces axes ${axes.join(", ")} of ${show(input.dims)}; only height and width together are supported`);
    if (large.length === 0) return { ...input, dims };
    return kind === "Mean"
      ? call.emit({ kind: "Mean" }, [input], [1, 1, channels], dims, CHW)
      : wholeMax(call, input, dims);
  };
}

/** Softmax over the channels. Before opset 13 it ran over all dimensions from `axis` on. */
export function softmax(call: Call): Value {
  const input = call.activation(0);
  const rank = input.dims.length;
  const axis = call.axis(call.int("axis", call.opset < 13 ? 1 : -1), rank);
  const [, , channels] = call.shape(input);
  const over = call.opset < 13 ? count(input.dims.slice(axis)) : input.dims[axis];
  const named = axesOf(input.dims, call.shape(input), input.order)[axis];
  if (named !== 2 || over !== channels)
    call.fail(`runs over axis ${axis} of ${show(input.dims)}; only channels are supported`);
  return call.emitLike({ kind: "Softmax", beta: 1 }, [input]);
}

/** Pad with the constant 0 around height and width. */
export function pad(call: Call): Value {
  const mode = call.string("mode", "constant");
  if (mode !== "constant") call.fail(`pads by "${mode}"; only the constant 0 is supported`);
  if ((call.optionalConstant(2)?.data[0] ?? 0) !== 0)
    call.fail("pads with a number other than 0, which is not supported");
  const input = call.activation(0);
  const rank = input.dims.length;
  const given = call.list("pads", 1) ?? [];
  const some = call.optionalConstant(3)?.data;
  const axes = some === undefined ? input.dims.map((_, i) => i) : Array.from(some, (axis) => call.axis(axis, rank));
  if (given.length !== 2 * axes.length) call.corrupt(`has ${given.length} pads for ${axes.length} axes`);
  if (!given.every((n) => Number.isInteger(n) && n >= 0 && n <= MAX_NUMBERS))
    call.fail(`has pads ${show(given)}; they may not be negative`);
  if (given.every((n) => n === 0)) return input;

  const known = axesOf(input.dims, call.shape(input), input.order);
  const around = { 0: [0, 0], 1: [0, 0] };
  const dims = [...input.dims];
  for (const [k, i] of axes.entries()) {
    const [before, after] = [given[k], given[k + axes.length]];
    const axis = known[i];
    if (before + after === 0) continue;
    if (axis !== 0 && axis !== 1)
      call.fail(`pads axis ${i} of ${show(input.dims)}; only height and width are supported`);
    around[axis] = [before, after];
    dims[i] += before + after;
  }
  const [[top, bottom], [left, right]] = [around[0], around[1]];
  const [h, w, c] = call.shape(input);
  const shape = [h + top + bottom, w + left + right, c] as const;
  return call.emit({ kind: "Pad", padding: { top, left, bottom, right } }, [input], shape, dims, input.order);
}

export function concat(call: Call): Value {
  const inputs = call.node.inputs.map((_, i) => call.activation(i));
  const [first] = inputs;
  const rank = first.dims.length;
  const at = call.axis(call.int("axis", Number.NaN), rank);
  const axis = axesOf(first.dims, call.shape(first), first.order)[at];
  if (axis === undefined) call.fail(`joins ${show(first.dims)} along axis ${at}, which is no axis of an image`);
  const shape = [...call.shape(first)] as [number, number, number];
  const dims = [...first.dims];
  for (const other of inputs.slice(1)) {
    const theirs = call.shape(other);
    const agrees =
      other.dims.length === rank &&
      other.dims.every((n, i) => i === at || n === first.dims[i]) &&
      theirs.every((n, i) => i === axis || n === shape[i]) &&
      axesOf(other.dims, theirs, other.order)[at] === axis;
    if (!agrees)
      call.fail(`joins ${show(first.dims)} with ${show(other.dims)}, which does not fit or is ordered otherwise`);
    shape[axis] += theirs[axis];
    dims[at] += other.dims[at];
  }
  if (inputs.length === 1) return first;
  return call.emit({ kind: "Concat", axis }, inputs, shape, dims, first.order);
}
