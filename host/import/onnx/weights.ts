import type { Int8Weights } from "../../graph/graph.ts";
import { count, type Numbers, show } from "../numbers.ts";
import type { Call } from "./call.ts";
import type { Activation, Constant } from "./values.ts";

export interface Parameters {
  weights: Float32Array;
  bias: Float32Array;
  int8?: Int8Weights;
}

/** How a layer's constants become its parameters: `arrange` puts weights in the graph's order, output channels on `axis`. */
export interface Arrangement {
  outputs: number;
  axis: number;
  arrange: <A extends Numbers>(data: A) => A;
}

/** Float weights and bias, and the int8 numbers where the constants and the input are quantised. */
export function parameters(
  call: Call,
  input: Activation,
  weights: Constant,
  bias: Constant | undefined,
  { outputs, axis, arrange }: Arrangement,
): Parameters {
  if (weights.data instanceof Float64Array || bias?.data instanceof Float64Array)
    call.fail("has int64 weights; export float32");
  const real = biasOf(call, bias, outputs);
  const given = weights.data instanceof Float32Array ? weights.data : Float32Array.from(weights.data);
  const floats = { weights: arrange(given), bias: Float32Array.from(real) };

  const quantised = weights.dequantised;
  const scale = call.context.tensors[input.tensor].quantisation?.scale;
  if (quantised === undefined || scale === undefined || !(quantised.values instanceof Int8Array)) return floats;
  if (!quantised.symmetric)
    call.fail(
      "has weights with a zero point; quantise them symmetrically (onnxruntime: extra_options={'WeightSymmetric': True})",
    );
  const perTensor = quantised.scales.length === 1;
  if (!perTensor && (quantised.axis !== axis || quantised.scales.length !== outputs))
    call.fail(`has weights with a scale along axis ${quantised.axis}; quantise one scale an output channel`);
  const scales = perTensor ? new Float64Array(outputs).fill(quantised.scales[0]) : quantised.scales;
  const units = scales.map((s) => s * scale);
  return {
    ...floats,
    int8: { values: arrange(quantised.values), scales, bias: integerBias(bias, real, units) },
  };
}

/** The bias in float64; zeros where there is none; one number stands for all channels. */
function biasOf(call: Call, bias: Constant | undefined, outputs: number): Float64Array {
  if (bias === undefined) return new Float64Array(outputs);
  const length = bias.data.length;
  if (length === 1) return new Float64Array(outputs).fill(bias.data[0]);
  if (length !== outputs || !bias.dims.every((n, i) => n === 1 || i === bias.dims.length - 1))
    call.fail(`has a bias of ${show(bias.dims)} for ${outputs} channels of output`);
  return Float64Array.from(bias.data);
}

/** The source's own int32 numbers where they count in `units` (s_x·s_w), else the real bias rounded to them. */
function integerBias(bias: Constant | undefined, real: Float64Array, units: Float64Array): Int32Array {
  const own = bias?.dequantised;
  const scaleOf = (t: number) => own!.scales[own!.scales.length === 1 ? 0 : t];
  const agrees = own !== undefined && units.every((u, t) => Math.abs(scaleOf(t) - u) <= 1e-5 * u);
  if (agrees && own.values instanceof Int32Array && own.values.length === units.length) return own.values.slice();
  return toUnits(real, units);
}

/** Real numbers as int32 multiples of `units`, saturated. */
export function toUnits(real: ArrayLike<number>, units: Float64Array): Int32Array {
  return Int32Array.from(units, (unit, t) => Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.round(real[t] / unit))));
}

/**
 * Numbers of a constant for each channel of `value`, for elementwise arithmetic with it: one for all, or one a channel.
 */
export function perChannel(call: Call, value: Activation, constant: Constant): Float64Array {
  const channels = call.shape(value)[2];
  const first = constant.data[0];
  if (constant.data.length === 1) return new Float64Array(channels).fill(first);
  const lead = value.dims.length - constant.dims.length;
  const varying = constant.dims.flatMap((n, i) => (n === 1 ? [] : [i + lead]));
  const channel = call.channelDimension(value);
  if (varying.length !== 1 || varying[0] !== channel || count(constant.dims) !== channels)
    call.fail(
      `combines ${show(value.dims)} with a constant of ${show(constant.dims)}; only one number, or one a channel, is supported`,
    );
  return Float64Array.from(constant.data);
}
