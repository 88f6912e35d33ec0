// QuantizeLinear and DequantizeLinear: on constants they are evaluated, on computed values they say how the tensor is
// quantised. uint8 numbers become int8 by subtracting 128 from them and from their zero point.

import type { Quantisation } from "../../graph/graph.ts";
import { count, type Numbers } from "../numbers.ts";
import type { Call } from "./call.ts";
import { INT8, UINT8 } from "./tensor.ts";
import type { Activation, Constant, Value } from "./values.ts";

interface Scheme {
  scales: Float64Array;
  /** One a scale, in the source's own type. */
  zeroPoints: number[];
  unsigned: boolean;
  axis: number;
}

/** Inputs 1 (scale) and 2 (zero point) of either operator; `quantised` is the integer type where input 2 is left out. */
function schemeOf(call: Call, rank: number, quantised: Numbers | undefined): Scheme {
  if (call.int("block_size", 0) !== 0) call.fail("has a block_size; only one scale a tensor or a channel is supported");
  const scales = Float64Array.from(call.constant(1).data);
  if (scales.length === 0 || !scales.every((s) => s > 0 && s < Number.POSITIVE_INFINITY))
    call.corrupt("has a scale that is not positive");
  const zero = call.optionalConstant(2);
  const written = call.int("output_dtype", UINT8);
  const type = zero?.data ?? quantised ?? (written === INT8 ? new Int8Array(0) : new Uint8Array(0));
  if (zero !== undefined && zero.data.length !== scales.length)
    call.corrupt("has more or fewer zero points than scales");
  const axis = scales.length === 1 ? 0 : call.axis(call.int("axis", 1), rank);
  return {
    scales,
    zeroPoints: Array.from(scales, (_, i) => zero?.data[i] ?? 0),
    unsigned: type instanceof Uint8Array,
    axis,
  };
}

/** Which scale number i of `dims` has. */
function along(dims: readonly number[], { scales, axis }: Scheme, call: Call): (i: number) => number {
  if (scales.length === 1) return () => 0;
  if (dims[axis] !== scales.length) call.corrupt(`has ${scales.length} scales along an axis of ${dims[axis]}`);
  const inner = count(dims.slice(axis + 1));
  return (i) => Math.floor(i / inner) % scales.length;
}

/** saturate(round(x / scale) + zero point), halves to even, division in float32. */
export function quantisedConstant(call: Call): Constant {
  const { data, dims } = call.constant(0);
  const scheme = schemeOf(call, dims.length, undefined);
  const which = along(dims, scheme, call);
  const out = scheme.unsigned ? new Uint8Array(data.length) : new Int8Array(data.length);
  const low = scheme.unsigned ? 0 : -128;
  for (let i = 0; i < data.length; i++) {
    const q = halfEven(Math.fround(data[i] / scheme.scales[which(i)])) + scheme.zeroPoints[which(i)];
    out[i] = Math.max(low, Math.min(low + 255, q));
  }
  return { kind: "constant", dims, data: out };
}

function halfEven(x: number): number {
  const low = Math.floor(x);
  if (x - low !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
}

/** (q − zero point)·scale, keeping the integers for layers that use them as weights. */
export function dequantisedConstant(call: Call): Constant {
  const { data, dims } = call.constant(0);
  if (data instanceof Float32Array || data instanceof Float64Array)
    call.fail("dequantises numbers other than int8, uint8 and int32");
  const scheme = schemeOf(call, dims.length, data);
  const which = along(dims, scheme, call);
  const real = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) real[i] = (data[i] - scheme.zeroPoints[which(i)]) * scheme.scales[which(i)];
  const middle = data instanceof Uint8Array ? 128 : 0;
  const values = data instanceof Uint8Array ? Int8Array.from(data, (q) => q - 128) : data;
  const symmetric = scheme.zeroPoints.every((z) => z === middle);
  return {
    kind: "constant",
    dims,
    data: real,
    dequantised: { values, scales: scheme.scales, axis: scheme.axis, symmetric },
  };
}

function tensorQuantisation(call: Call, rank: number): Quantisation {
  const { scales, zeroPoints, unsigned } = schemeOf(call, rank, undefined);
  if (scales.length !== 1) call.fail("quantises a computed tensor with several scales; only one is supported");
  const type = call.optionalConstant(2)?.data;
  if (type !== undefined && !(type instanceof Uint8Array || type instanceof Int8Array))
    call.fail("quantises a computed tensor to something other than int8 or uint8");
  return { scale: scales[0], zeroPoint: zeroPoints[0] - (unsigned ? 128 : 0) };
}

/**
 * QuantizeLinear of a computed value. Where nothing reads the float value, its tensor simply is the quantised one;
 * else it becomes a tensor of its own.
 */
export function quantizeLinear(call: Call): Value {
  const input = call.activation(0);
  const quantisation = tensorQuantisation(call, input.dims.length);
  const tensor = call.context.tensors[input.tensor];
  if (tensor.quantisation === undefined && onlyQuantised(call)) {
    tensor.quantisation = quantisation;
    return input;
  }
  if (tensor.quantisation !== undefined && equal(tensor.quantisation, quantisation)) return input;
  const output = call.emitLike({ kind: "Elementwise", function: "Identity" }, [input]);
  call.context.tensors[output.tensor].quantisation = quantisation;
  return output;
}

function onlyQuantised(call: Call): boolean {
  const readers = call.context.readers.get(call.node.inputs[0]) ?? [];
  return readers.every((node) => node.operator === "QuantizeLinear");
}

function equal(a: Quantisation, b: Quantisation): boolean {
  return a.scale === b.scale && a.zeroPoint === b.zeroPoint;
}

/** DequantizeLinear of a computed value: the real numbers the tensor's quantisation means, so it has to name that. */
export function dequantizeLinear(call: Call): Value {
  const input: Activation = call.activation(0);
  const quantisation = tensorQuantisation(call, input.dims.length);
  const tensor = call.context.tensors[input.tensor];
  tensor.quantisation ??= quantisation; // a network whose own input is int8 or uint8
  if (!equal(tensor.quantisation, quantisation)) call.fail("has another scale or zero point than the tensor it reads");
  return input;
}
