import * as f from "../../format/layout.ts";
import type { ProgramLayer, ProgramTensor } from "../program.ts";
import { add32, clamp, multiply } from "./fixed-point.ts";

/** TFLite reference_integer_ops::Add; `p` holds the ADD_* words. */
export function add(p: Int32Array, a: Int8Array, b: Int8Array, y: Int8Array): void {
  for (let i = 0; i < y.length; i++) {
    const first = multiply((a[i] - p[f.ADD_ZERO_1]) * 2 ** 20, p[f.ADD_MULTIPLIER_1], p[f.ADD_SHIFT_1]);
    const second = multiply((b[i] - p[f.ADD_ZERO_2]) * 2 ** 20, p[f.ADD_MULTIPLIER_2], p[f.ADD_SHIFT_2]);
    const sum = multiply(add32(first, second), p[f.ADD_MULTIPLIER_OUT], p[f.ADD_SHIFT_OUT]);
    y[i] = clamp(add32(sum, p[f.ADD_ZERO_OUT]), p[f.ADD_MIN], p[f.ADD_MAX]);
  }
}

/** TFLite reference_integer_ops::Mul; `b` has y's length, or one value a channel. */
export function mul(
  layer: ProgramLayer,
  a: Int8Array,
  zeroA: number,
  b: Int8Array,
  zeroB: number,
  y: Int8Array,
  to: ProgramTensor,
): void {
  for (let i = 0; i < y.length; i++) {
    const product = (a[i] - zeroA) * (b[i % b.length] - zeroB);
    const value = multiply(product, layer.parameters[f.MUL_MULTIPLIER], layer.parameters[f.MUL_SHIFT]);
    y[i] = clamp(add32(value, to.zeroPoint), layer.activationMin, layer.activationMax);
  }
}

export function lookup(layer: ProgramLayer, x: Int8Array, y: Int8Array): void {
  for (let i = 0; i < y.length; i++) y[i] = (layer.weights[x[i] + 128] << 24) >> 24;
}
