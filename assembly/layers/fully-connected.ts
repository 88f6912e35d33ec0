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

/**
 * int8 FullyConnected (TFLite reference_integer_ops::FullyConnected) over the flattened input, or, where the output has
 * the input's pixels, over the channels of each.
 */
export function fullyConnected(layer: usize): void {
  const input = tensorRecord(load<u16>(layer, L_INPUT));
  const output = tensorRecord(load<u16>(layer, L_OUTPUT));
  const low = <i32>load<i8>(layer, L_ACTIVATION_MIN);
  const high = <i32>load<i8>(layer, L_ACTIVATION_MAX);
  const count = channels(output);
  const end = values(output) + tensorBytes(output);
  const size = tensorBytes(input) / (tensorBytes(output) / count);
  const zero = zeroPoint(output);
  const x = scratch(layer);
  const b = bias(layer);
  const m = multipliers(layer);
  const s = shifts(layer);
  for (let from = values(input), to = values(output); to < end; from += size, to += count) {
    widen(from, x, size, zeroPoint(input));
    for (let t = 0, w = weights(layer); t < count; t++, w += size) {
      const sum = dot(w, x, size) + load<i32>(b + (t << 2));
      const value = multiplyOnce(sum, load<i32>(m + (t << 2)), load<i8>(s + t)) + zero;
      store<i8>(to + t, clamp<i32>(value, low, high));
    }
  }
}
