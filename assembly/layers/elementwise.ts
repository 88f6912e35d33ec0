import { L_ACTIVATION_MAX, L_ACTIVATION_MIN, L_INPUT2, MUL_MULTIPLIER, MUL_SHIFT } from "../../format/layout";
import { addValues, openAdd } from "../kernels/add";
import { clamp, multiply } from "../kernels/fixed-point";
import { inputOf, outputOf, parameters, tensorBytes, tensorRecord, values, weights, zeroPoint } from "../model";

/** int8 Add of two tensors of one shape. */
export function add(layer: usize): void {
  const output = outputOf(layer);
  const a = values(inputOf(layer));
  const b = values(tensorRecord(load<u16>(layer, L_INPUT2)));
  openAdd(parameters(layer));
  addValues(a, b, values(output), tensorBytes(output));
}

/** int8 Mul (TFLite reference_integer_ops::Mul) by a tensor of the same shape or by one value a channel. */
export function mul(layer: usize): void {
  const first = inputOf(layer);
  const second = tensorRecord(load<u16>(layer, L_INPUT2));
  const output = outputOf(layer);
  const p = parameters(layer);
  const multiplier = load<i32>(p, MUL_MULTIPLIER * 4);
  const shift = load<i32>(p, MUL_SHIFT * 4);
  const low = <i32>load<i8>(layer, L_ACTIVATION_MIN);
  const high = <i32>load<i8>(layer, L_ACTIVATION_MAX);
  const zero1 = zeroPoint(first);
  const zero2 = zeroPoint(second);
  const zeroOut = zeroPoint(output);
  const a = values(first);
  const b = values(second);
  const out = values(output);
  const period = tensorBytes(second); // the whole tensor, or the channels of one pixel
  for (let i = 0, j = 0, n = tensorBytes(output); i < n; i++) {
    const product = (<i32>load<i8>(a + i) - zero1) * (<i32>load<i8>(b + j) - zero2);
    store<i8>(out + i, clamp<i32>(multiply(product, multiplier, shift) + zeroOut, low, high));
    if (++j == period) j = 0;
  }
}

/** A function of one int8 value as a table of 256: Relu, HardSwish, Logistic, Tanh, requantisation. */
export function lookup(layer: usize): void {
  const table = weights(layer) + 128;
  const output = outputOf(layer);
  const from = values(inputOf(layer));
  const to = values(output);
  for (let i = 0, n = tensorBytes(output); i < n; i++) store<i8>(to + i, load<i8>(table + <i32>load<i8>(from + i)));
}
