// CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED: the layers with weights.

import { size, windowOutput } from "../../graph/graph.ts";
import { activation, type Converter, inconsistent, layerBase, operand, source, unsupported } from "./conversion.ts";
import { layerWeights } from "./weights.ts";
import { windowGeometry } from "./window.ts";

/** Weights T × kh × kw × (c / groups), as the graph has them. */
export const conv2d: Converter = (c, op) => {
  const options = op.options("Conv2DOptions");
  const x = operand(c, op, 0);
  const input = c.tensors[x].shape;
  const shape = source(c, op, 1).shape;
  if (shape.length !== 4) throw inconsistent(c, op, `weights of rank ${shape.length} instead of 4`);
  const [channels, height, width, depth] = shape;
  const groups = input[2] / depth;
  if (!Number.isInteger(groups) || channels % groups !== 0) {
    throw inconsistent(c, op, `${input[2]} channels of input and weights [${shape.join(", ")}] do not agree`);
  }
  const geometry = windowGeometry(c, op, options, input, [height, width]);
  c.layers.push({
    kind: "Conv2D",
    ...layerBase(c, op, [x], [...windowOutput(input, geometry), channels]),
    geometry,
    groups,
    ...layerWeights(c, op, x, 0),
    activation: activation(c, op, options.fusedActivation),
  });
};

/** Weights 1 × kh × kw × T, T = channels × multiplier, channel t of output reading channel ⌊t / multiplier⌋. */
export const depthwiseConv2d: Converter = (c, op) => {
  const options = op.options("DepthwiseConv2DOptions");
  const x = operand(c, op, 0);
  const input = c.tensors[x].shape;
  const shape = source(c, op, 1).shape;
  if (shape.length !== 4 || shape[0] !== 1 || shape[3] % input[2] !== 0) {
    throw inconsistent(c, op, `${input[2]} channels of input and weights [${shape.join(", ")}] do not agree`);
  }
  const geometry = windowGeometry(c, op, options, input, [shape[1], shape[2]]);
  c.layers.push({
    kind: "DepthwiseConv2D",
    ...layerBase(c, op, [x], [...windowOutput(input, geometry), shape[3]]),
    geometry,
    ...layerWeights(c, op, x, 3),
    activation: activation(c, op, options.fusedActivation),
  });
};

/** Weights T × S. Over several rows of S numbers it is a 1×1 convolution, but for its rounding. */
export const fullyConnected: Converter = (c, op) => {
  const options = op.options("FullyConnectedOptions");
  if (options.weightsFormat !== 0) throw unsupported(c, op, "shuffled weights; export with the default weights format");
  const x = operand(c, op, 0);
  const input = c.tensors[x].shape;
  const shape = source(c, op, 1).shape;
  if (shape.length !== 2) throw inconsistent(c, op, `weights of rank ${shape.length} instead of 2`);
  const [channels, inputs] = shape;
  const rows = size(input) / inputs;
  if (rows !== 1 && inputs !== input[2]) {
    throw inconsistent(c, op, `${size(input)} inputs and weights [${shape.join(", ")}] do not agree`);
  }
  const shared = { ...layerWeights(c, op, x, 0), activation: activation(c, op, options.fusedActivation) };
  if (rows === 1) {
    c.layers.push({ kind: "FullyConnected", ...layerBase(c, op, [x], [1, 1, channels]), ...shared });
    return;
  }
  const geometry = windowGeometry(c, op, { padding: 1, strideH: 1, strideW: 1 }, input, [1, 1]);
  const base = layerBase(c, op, [x], [input[0], input[1], channels]);
  const int8 = shared.int8 && { ...shared.int8, roundsOnce: true as const };
  c.layers.push({ kind: "Conv2D", ...base, geometry, groups: 1, ...shared, ...(int8 && { int8 }) });
};
