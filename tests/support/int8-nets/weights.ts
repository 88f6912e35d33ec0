// Networks of the operators with weights.

import { size } from "../../../host/graph/graph.ts";
import type { Dice } from "../dice.ts";
import type { BuilderTensor } from "../tflite-builder.ts";
import { single } from "../tflite-nets.ts";
import { activation, type Make, net, result, scaleOf, tensor, window } from "./parts.ts";

/** int8 weights and int32 biases; one scale a channel, or one. `small` weights make factors above 1. */
function weights(
  d: Dice,
  x: BuilderTensor,
  shape: number[],
  dimension: number,
): { rest: BuilderTensor[]; deviation: number } {
  const channels = shape[dimension];
  const count = size(shape);
  const small = d.chance(0.3);
  const about = d.real(0.001, 0.05) * (small ? 30 : 1);
  const scale = Array.from({ length: d.chance(0.7) ? channels : 1 }, () => d.scale(about));
  const values = d.int8(count).map((v) => (small ? v >> 6 : v));
  const window = count / channels;
  const steps = 100 * (small ? 1 : 74) * Math.sqrt(window);
  const bias = Int32Array.from({ length: channels }, () => d.int(-Math.round(steps), Math.round(steps)));
  const kernel: BuilderTensor = { shape, type: "INT8", scale, dimension, data: values };
  const biases: BuilderTensor = {
    shape: [channels],
    type: "INT32",
    scale: scale.map((s) => Math.fround(s * scaleOf(x))),
    data: bias,
  };
  const real = steps * scaleOf(x) * about;
  return { rest: [kernel, biases], deviation: real };
}

/** LiteRT's CONV_2D asks for a bias, the others do not. */
const maybeBias = (d: Dice, rest: BuilderTensor[]) => (d.chance(0.7) ? rest : rest.slice(0, 1));

export const conv: Make = (d) => {
  const { kh, kw, options, input, output } = window(d);
  const groups = d.pick([1, 1, 1, 2, 3]);
  const depth = d.int(1, 12);
  const channels = groups * d.int(1, 5);
  const x = tensor(d, [1, ...input, groups * depth]);
  const { rest, deviation } = weights(d, x, [channels, kh, kw, depth], 0);
  return single("CONV_2D", x, result(d, [1, ...output, channels], deviation), rest, options);
};

export const depthwise: Make = (d) => {
  const { kh, kw, options, input, output } = window(d);
  const depthMultiplier = d.pick([1, 1, 2, 3]);
  const depth = d.int(1, 20);
  const x = tensor(d, [1, ...input, depth]);
  const { rest, deviation } = weights(d, x, [1, kh, kw, depth * depthMultiplier], 3);
  const y = result(d, [1, ...output, depth * depthMultiplier], deviation);
  return single("DEPTHWISE_CONV_2D", x, y, maybeBias(d, rest), { ...options, depthMultiplier });
};

export const fullyConnected: Make = (d) => {
  const image = [d.int(1, 3), d.int(1, 3), d.int(1, 20)];
  const inputs = size(image);
  const channels = d.int(1, 20);
  const x = tensor(
    d,
    d.pick([
      [1, inputs],
      [1, ...image],
    ]),
  );
  const { rest, deviation } = weights(d, x, [channels, inputs], 0);
  return single("FULLY_CONNECTED", x, result(d, [1, channels], deviation), maybeBias(d, rest), {
    fusedActivation: activation(d),
  });
};

export const fullyConnectedRows: Make = (d) => {
  const [rows, inputs, channels] = [d.int(2, 6), d.int(1, 40), d.int(1, 10)];
  const x = tensor(d, [1, rows, inputs]);
  const { rest, deviation } = weights(d, x, [channels, inputs], 0);
  const options = { fusedActivation: activation(d), keepNumDims: true };
  return single("FULLY_CONNECTED", x, result(d, [1, rows, channels], deviation), maybeBias(d, rest), options);
};

/** A convolution and the addition of its input, which the compiler makes one layer. */
export const convAdd: Make = (d) => {
  const [h, w, c] = [d.int(1, 6), d.int(1, 6), d.int(1, 9)];
  const x = tensor(d, [1, h, w, c]);
  const { rest, deviation } = weights(d, x, [c, 3, 3, c], 0);
  const z = result(d, [1, h, w, c], deviation);
  const y = tensor(d, [1, h, w, c], d.scale((scaleOf(x) + scaleOf(z)) * d.real(0.5, 2)));
  const operands = rest.map((_, i) => i + 2);
  return net(
    [x, z, ...rest, y],
    [
      {
        name: "CONV_2D",
        inputs: [0, ...operands],
        outputs: [1],
        options: { strideH: 1, strideW: 1, fusedActivation: activation(d) },
      },
      {
        name: "ADD",
        inputs: d.pick([
          [0, 1],
          [1, 0],
        ]),
        outputs: [2 + rest.length],
        options: { fusedActivation: activation(d) },
      },
    ],
  );
};
