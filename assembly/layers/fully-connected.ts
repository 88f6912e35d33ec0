import { L_ACTIVATION_MAX, L_ACTIVATION_MIN, L_INPUT, L_OUTPUT } from "../../format/layout";
import { dot } from "../kernels/dot";
import { clamp, multiplyOnce } from "../kernels/fixed-point";
import { widen } from "../kernels/window";
import {
  bias,
  channels,
  multipliers,
  scratch,
  shifts,
  tensorBytes,
  tensorRecord,
  values,
  weights,
  zeroPoint,
} from "../model";

/** int8 FullyConnected over the flattened input (TFLite reference_integer_ops::FullyConnected). */
export function fullyConnected(layer: usize): void {
  const input = tensorRecord(load<u16>(layer, L_INPUT));
  const output = tensorRecord(load<u16>(layer, L_OUTPUT));
  const low = <i32>load<i8>(layer, L_ACTIVATION_MIN);
  const high = <i32>load<i8>(layer, L_ACTIVATION_MAX);
  const size = tensorBytes(input);
  const zero = zeroPoint(output);
  const x = scratch(layer);
  widen(values(input), x, size, zeroPoint(input));
  const b = bias(layer);
  const m = multipliers(layer);
  const s = shifts(layer);
  const to = values(output);
  for (let t = 0, w = weights(layer), count = channels(output); t < count; t++, w += size) {
    const sum = dot(w, x, size) + load<i32>(b + (t << 2));
    const value = multiplyOnce(sum, load<i32>(m + (t << 2)), load<i8>(s + t)) + zero;
    store<i8>(to + t, clamp<i32>(value, low, high));
  }
}
