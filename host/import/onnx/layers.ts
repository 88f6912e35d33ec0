// Convolutions and products with constant weights.

import { POINT, windowOutput } from "../../graph/graph.ts";
import { count, type Numbers, show, transpose } from "../numbers.ts";
import type { Call } from "./call.ts";
import { windowGeometry } from "./geometry.ts";
import { type Activation, CHW, type Constant, type Value } from "./values.ts";
import { parameters, perChannel } from "./weights.ts";

/** Conv: weights O × I/g × kh × kw become O × kh × kw × I/g, or kh × kw × O where every input channel is its own group. */
export function conv(call: Call): Value {
  const input = call.image(call.activation(0));
  const weights = call.constant(1);
  const { dims } = weights;
  const [outputs, perGroup, kh, kw] = dims;
  if (dims.length !== 4) call.fail(`has weights of ${show(dims)}; only 2-D convolutions are supported`);
  const [height, width, channels] = call.shape(input);
  const groups = call.int("group", 1);
  if (outputs < 1 || perGroup * groups !== channels || outputs % groups !== 0)
    call.corrupt(`has weights of ${show(dims)} and ${groups} groups for ${channels} channels`);
  const given = call.ints("kernel_shape") ?? [kh, kw];
  if (given[0] !== kh || given[1] !== kw) call.corrupt(`has kernel_shape ${show(given)} and weights of ${show(dims)}`);

  const geometry = windowGeometry(call, [height, width, channels], [kh, kw]);
  const depthwise = groups > 1 && groups === channels;
  const order = depthwise ? [2, 3, 0, 1] : [0, 2, 3, 1];
  const arrange = <A extends Numbers>(data: A) => transpose(data, dims, order);
  const found = parameters(call, input, weights, call.optionalConstant(2), { outputs, axis: 0, arrange });
  const common = { geometry, activation: "None" as const, ...found };
  const [h, w] = windowOutput([height, width, channels], geometry);
  const body = depthwise
    ? ({ kind: "DepthwiseConv2D", ...common } as const)
    : ({ kind: "Conv2D", groups, ...common } as const);
  return call.emit(body, [input], [h, w, outputs], [1, outputs, h, w], CHW);
}

/** Gemm: alpha·A·B + beta·C with constant B. */
export function gemm(call: Call): Value {
  if (call.int("transA", 0) !== 0) call.fail("transposes its first input (transA), which is not supported");
  const transposed = call.int("transB", 0) !== 0;
  const alpha = call.float("alpha", 1);
  const beta = call.float("beta", 1);
  const input = call.activation(0);
  if (input.dims.length !== 2) call.fail(`reads a tensor of ${show(input.dims)}; it has to be a vector`);
  return dense(call, input, scaled(call.constant(1), alpha), transposed, scaled(call.optionalConstant(2), beta));
}

/** MatMul with constant weights: a FullyConnected over a vector, a 1×1 Conv2D over the channels of an image. */
export function matMul(call: Call): Value {
  return dense(call, call.activation(0), call.constant(1), false, undefined);
}

function scaled<C extends Constant | undefined>(constant: C, factor: number): C {
  if (constant === undefined || factor === 1) return constant;
  return { kind: "constant", dims: constant.dims, data: new Float32Array(constant.data).map((x) => x * factor) } as C;
}

function dense(
  call: Call,
  input: Activation,
  weights: Constant,
  outputsFirst: boolean,
  bias: Constant | undefined,
): Value {
  if (weights.dims.length !== 2) call.fail(`has weights of ${show(weights.dims)}; they have to be a matrix`);
  const axis = outputsFirst ? 0 : 1;
  const outputs = weights.dims[axis];
  const inputs = weights.dims[1 - axis];
  const leading = input.dims.slice(0, -1);
  if (outputs < 1 || input.dims.at(-1) !== inputs)
    call.corrupt(`multiplies ${show(input.dims)} with ${show(weights.dims)} weights`);
  const rows = <A extends Numbers>(data: A) => (outputsFirst ? data : transpose(data, weights.dims, [1, 0]));
  const dims = [...leading, outputs];
  const [h, w, c] = call.shape(input);
  const { order } = input;

  if (count(leading) === 1) {
    // ONNX's vector walks the image in `order`; the graph's walks it as height, width, channels.
    const size = [outputs, ...order.map((axis) => [h, w, c][axis])];
    const nhwc = [0, 1 + order.indexOf(0), 1 + order.indexOf(1), 1 + order.indexOf(2)];
    const arrange = <A extends Numbers>(data: A) => transpose(rows(data), size, nhwc);
    const found = parameters(call, input, weights, bias, { outputs, axis, arrange });
    return call.emit({ kind: "FullyConnected", activation: "None", ...found }, [input], [1, 1, outputs], dims, CHW);
  }
  if (call.channelDimension(input) !== input.dims.length - 1 || c !== inputs)
    call.fail(`multiplies ${show(input.dims)}, whose rows are not the channels of an image`);
  const found = parameters(call, input, weights, bias, { outputs, axis, arrange: rows });
  const body = { kind: "Conv2D", groups: 1, geometry: POINT, activation: "None", ...found } as const;
  return call.emit(body, [input], [h, w, outputs], dims, order);
}

/** y = scale·x + shift, a number a channel, as a 1×1 DepthwiseConv2D; the fold pass puts it into its neighbours. */
export function affine(call: Call, input: Activation, scale: Float64Array, shift: Float64Array): Activation {
  const weights = Float32Array.from(scale);
  const bias = Float32Array.from(shift);
  return call.emitLike({ kind: "DepthwiseConv2D", geometry: POINT, weights, bias, activation: "None" }, [input]);
}

/** BatchNormalization: scale γ/√(σ² + ε), shift β − μ·scale. */
export function batchNormalization(call: Call): Value {
  const input = call.activation(0);
  if (call.int("training_mode", 0) !== 0) call.fail("is in training mode; export the network in evaluation mode");
  const dims = input.dims.map((_, i) => i).slice(1);
  const broadcast = (constant: Constant) => ({
    ...constant,
    dims: dims.map((i) => (i === 1 ? constant.data.length : 1)),
  });
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((i) => perChannel(call, input, broadcast(call.constant(i))));
  const epsilon = call.float("epsilon", 1e-5);
  const scale = gamma.map((g, i) => g / Math.sqrt(variance[i] + epsilon));
  return affine(
    call,
    input,
    scale,
    beta.map((b, i) => b - mean[i] * scale[i]),
  );
}
