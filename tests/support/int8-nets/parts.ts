// What generated networks are made of: random tensors, activations and windows.

import type { Dice } from "../dice.ts";
import { type BuilderOperator, type BuilderTensor, buildTflite } from "../tflite-builder.ts";
import { int8 } from "../tflite-nets.ts";

/** A network's bytes. */
export type Make = (dice: Dice) => Uint8Array;

const NONE = 0;
const RELU = 1;
const RELU6 = 3;
export const activation = (d: Dice) => d.pick([NONE, NONE, RELU, RELU6]);

/** An int8 tensor of zero mean and a standard deviation of about 74 steps. */
export function tensor(d: Dice, shape: number[], scale = d.scale(d.real(0.01, 0.2))): BuilderTensor {
  return int8(shape, scale, d.zeroPoint());
}

export const scaleOf = (t: BuilderTensor) => t.scale![0];

/** y of a layer whose sums deviate by `deviation` (a real number) from 0; at times so fine that sums are scaled up. */
export function result(d: Dice, shape: number[], deviation: number): BuilderTensor {
  return tensor(d, shape, d.scale((deviation / 50) * d.pick([1, 1, 1, 1 / 8, 1 / 50])));
}

export const image = (d: Dice) => [1, d.int(1, 6), d.int(1, 6), d.int(1, 9)];

/** x (index 0) → the operators → the last tensor. */
export function net(tensors: BuilderTensor[], operators: BuilderOperator[]): Uint8Array {
  return buildTflite({ tensors, operators, inputs: [0], outputs: [tensors.length - 1] });
}

/** Height or width n with kernel k: options and the size of the output. */
function along(d: Dice, k: number, same: boolean, dilated: boolean) {
  const dilation = dilated && d.chance(0.3) ? d.int(2, 3) : 1;
  const stride = d.chance(0.5) ? d.int(2, 3) : 1;
  const span = dilation * (k - 1) + 1;
  const n = same ? d.int(1, 8) : span + d.int(0, 5);
  return { n, stride, dilation, out: same ? Math.ceil(n / stride) : Math.floor((n - span) / stride) + 1 };
}

export function window(d: Dice, dilated = true) {
  const same = d.chance(0.5);
  const [kh, kw] = [d.int(1, 4), d.int(1, 4)];
  const [h, w] = [along(d, kh, same, dilated), along(d, kw, same, dilated)];
  const options = {
    padding: same ? 0 : 1,
    strideH: h.stride,
    strideW: w.stride,
    dilationH: h.dilation,
    dilationW: w.dilation,
    fusedActivation: activation(d),
  };
  return { kh, kw, options, input: [h.n, w.n], output: [h.out, w.out] };
}
