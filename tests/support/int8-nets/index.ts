// Random int8 networks of one operator, or of the few that one needs beside it to have two operands. Shapes, geometries,
// scales and zero points are random; output scales are such that most outputs lie inside int8.

import { size } from "../../../host/graph/graph.ts";
import type { BuilderTensor } from "../tflite-builder.ts";
import { indexList, int8, ints, single } from "../tflite-nets.ts";
import { activation, image, type Make, net, scaleOf, tensor, window } from "./parts.ts";
import { conv, convAdd, depthwise, fullyConnected, fullyConnectedRows } from "./weights.ts";

/** ADD or MUL of x and x at another scale, in either order, or of x and itself. */
const binary =
  (name: "ADD" | "MUL"): Make =>
  (d) => {
    const shape = image(d);
    const x = tensor(d, shape);
    const z = tensor(d, shape, d.scale(scaleOf(x) * d.real(0.2, 5)));
    const both = name === "ADD" ? scaleOf(x) + scaleOf(z) : d.pick([74, 74, 0.5]) * scaleOf(x) * scaleOf(z);
    const y = tensor(d, shape, d.scale(both * d.real(0.3, 3)));
    const inputs = d.pick([
      [0, 1],
      [1, 0],
      [0, 0],
    ]);
    return net(
      [x, z, y],
      [
        { name: "QUANTIZE", inputs: [0], outputs: [1] },
        { name, inputs, outputs: [2], options: { fusedActivation: activation(d) } },
      ],
    );
  };

/** x times its own mean: one value a channel. */
const mulByChannel: Make = (d) => {
  const shape = image(d);
  const x = tensor(d, shape);
  const mean = tensor(d, [1, 1, 1, shape[3]], d.scale(scaleOf(x) * d.real(0.3, 1)));
  const y = tensor(d, shape, d.scale(d.pick([74, 74, 0.5]) * scaleOf(x) * scaleOf(mean) * d.real(0.1, 2)));
  return net(
    [x, indexList(1, 2), mean, y],
    [
      { name: "MEAN", inputs: [0, 1], outputs: [2], options: { keepDims: true } },
      {
        name: "MUL",
        inputs: d.pick([
          [0, 2],
          [2, 0],
        ]),
        outputs: [3],
        options: { fusedActivation: activation(d) },
      },
    ],
  );
};

/** x and an int8 constant: one number, or one a channel. */
const withConstant =
  (name: "ADD" | "MUL"): Make =>
  (d) => {
    const shape = d.chance(0.1) ? [1, d.int(256, 300), 1, d.int(1, 3)] : image(d);
    const x = tensor(d, shape);
    const count = d.pick([1, shape[3]]);
    const constant = { ...tensor(d, [count], d.scale(scaleOf(x) * d.real(0.3, 3))), data: d.int8(count) };
    const both = name === "ADD" ? scaleOf(x) + scaleOf(constant) : 74 * scaleOf(x) * scaleOf(constant);
    const y = tensor(d, shape, d.scale(both * d.real(0.3, 3)));
    return single(name, x, y, [constant], { fusedActivation: activation(d) });
  };

/** x and its maxima over 2 pixels along the axis, or, along the channels, over 1: operands of other sizes. */
const concatenation: Make = (d) => {
  const axis = d.int(1, 3);
  const shape = [1, d.int(2, 5), d.int(2, 5), d.int(1, 7)];
  const x = tensor(d, shape);
  const filter = { filterH: axis === 1 ? 2 : 1, filterW: axis === 2 ? 2 : 1 };
  const z = { ...x, shape: shape.map((n, i) => (i === axis && axis < 3 ? n - 1 : n)) };
  const inputs = Array.from({ length: d.int(1, 5) }, () => d.int(0, 1));
  const total = inputs.reduce((sum, i) => sum + [x, z][i].shape[axis], 0);
  const y = { ...x, shape: shape.map((n, i) => (i === axis ? total : n)) };
  return net(
    [x, z, y],
    [
      { name: "MAX_POOL_2D", inputs: [0], outputs: [1], options: { padding: 1, strideH: 1, strideW: 1, ...filter } },
      { name: "CONCATENATION", inputs, outputs: [2], options: { axis: d.pick([axis, axis - 4]) } },
    ],
  );
};

const pad: Make = (d) => {
  const shape = image(d);
  const amounts = Array.from({ length: 4 }, () => d.int(0, 3));
  const [top, bottom, left, right] = amounts;
  const x = tensor(d, shape);
  const y = { ...x, shape: [1, shape[1] + top + bottom, shape[2] + left + right, shape[3]] };
  return single("PAD", x, y, [{ shape: [4, 2], type: "INT32", data: ints(0, 0, ...amounts, 0, 0) }]);
};

const pool =
  (name: string): Make =>
  (d) => {
    const { kh, kw, options, input, output } = window(d, false);
    const { dilationH, dilationW, ...shared } = options;
    const depth = d.int(1, 9);
    const x = tensor(d, [1, ...input, depth]);
    const y = { ...x, shape: [1, ...output, depth] };
    return single(name, x, y, [], { ...shared, filterH: kh, filterW: kw });
  };

const mean: Make = (d) => {
  const [h, w, c] = [d.int(1, 9), d.int(1, 9), d.int(1, 9)];
  const keepDims = d.chance(0.5);
  const flat = d.chance(0.3); // a row of pixels
  const x = tensor(d, flat ? [1, w, c] : [1, h, w, c]);
  const y = tensor(d, keepDims ? [1, ...(flat ? [1] : [1, 1]), c] : [1, c], d.scale(scaleOf(x) * d.real(0.1, 2)));
  const axes = flat
    ? d.pick([[1], [-2]])
    : d.pick([
        [1, 2],
        [2, 1],
        [-3, -2],
        [1, 2, 2],
      ]);
  return single("MEAN", x, y, [indexList(...axes)], { keepDims });
};

const elementwise =
  (name: string): Make =>
  (d) => {
    const shape = image(d);
    const x = tensor(d, shape, d.scale(d.pick([0.01, 0.05, 0.2, 1])));
    const y: Record<string, () => BuilderTensor> = {
      // LiteRT takes no other scale.
      LOGISTIC: () => int8(shape, 1 / 256, d.pick([-128, -128, d.int(-128, 127)])),
      TANH: () => int8(shape, d.pick([1 / 128, d.scale(0.01)]), d.pick([0, 0, d.int(-128, 127)])),
      // LiteRT takes no factor s_x / s_y of 128 and above.
      HARD_SWISH: () => tensor(d, shape, d.scale(scaleOf(x) * d.real(0.1, 4))),
    };
    return single(name, x, y[name]?.() ?? tensor(d, shape, d.scale(scaleOf(x) * d.real(0.1, 4))), []);
  };

/** LiteRT aborts where the exponentials, at most 1 each, sum to 512 or more: many channels need steps that set apart. */
const softmax: Make = (d) => {
  const depth = d.pick([1, 2, 3, 10, 12, d.int(1, 511), d.int(512, 1000), 1000]);
  const shape = d.pick([
    [1, depth],
    [1, d.int(1, 3), depth],
    [1, d.int(1, 3), d.int(1, 2), depth],
  ]);
  const scale = d.scale(depth > 511 ? d.real(2, 4) : d.pick([0.001, 0.02, 0.1, 0.5, 2]));
  const beta = Math.fround(d.pick([1, 1, 0.5, 2, d.real(0.5, 8)]));
  return single("SOFTMAX", tensor(d, shape, scale), int8(shape, 1 / 256, -128), [], { beta });
};

/** Before a RELU, or behind one: a RESHAPE alone computes nothing, and is no network. */
const reshape: Make = (d) => {
  const x = tensor(d, image(d));
  const count = size(x.shape);
  const rows = d.pick([1, 2, 3].filter((n) => count % n === 0));
  const shape = d.pick([
    [1, count],
    [1, rows, count / rows],
    [1, 1, 1, count],
  ]);
  const first = d.chance(0.5);
  return net(
    [x, indexList(...shape), { ...x, shape: first ? shape : x.shape }, { ...x, shape }],
    [
      { name: first ? "RESHAPE" : "RELU", inputs: first ? [0, 1] : [0], outputs: [2] },
      { name: first ? "RELU" : "RESHAPE", inputs: first ? [2] : [2, 1], outputs: [3] },
    ],
  );
};

/** Operator (or what is special about its use) → how to make a network of it. */
export const INT8_NETS: Record<string, Make> = {
  CONV_2D: conv,
  DEPTHWISE_CONV_2D: depthwise,
  FULLY_CONNECTED: fullyConnected,
  "FULLY_CONNECTED over rows": fullyConnectedRows,
  ADD: binary("ADD"),
  "ADD of a constant": withConstant("ADD"),
  "CONV_2D and ADD": convAdd,
  MUL: binary("MUL"),
  "MUL by channel": mulByChannel,
  "MUL by a constant": withConstant("MUL"),
  CONCATENATION: concatenation,
  PAD: pad,
  AVERAGE_POOL_2D: pool("AVERAGE_POOL_2D"),
  MAX_POOL_2D: pool("MAX_POOL_2D"),
  MEAN: mean,
  RELU: elementwise("RELU"),
  RELU6: elementwise("RELU6"),
  HARD_SWISH: elementwise("HARD_SWISH"),
  LOGISTIC: elementwise("LOGISTIC"),
  TANH: elementwise("TANH"),
  SOFTMAX: softmax,
  RESHAPE: reshape,
  QUANTIZE: elementwise("QUANTIZE"),
};
