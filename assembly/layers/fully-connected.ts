import { L_INPUT, L_OUTPUT } from "../../format/layout";
import { clear, widen } from "../kernels/window";
import { channels, scratch, tensorBytes, tensorRecord, values, zeroPoint } from "../model";
import { denseOutputs } from "./conv-2d";

/** int8 FullyConnected over the flattened input (TFLite reference_integer_ops::FullyConnected). */
export function fullyConnected(layer: usize): void {
  const input = tensorRecord(load<u16>(layer, L_INPUT));
  const output = tensorRecord(load<u16>(layer, L_OUTPUT));
  const size = tensorBytes(input);
  const x = scratch(layer);
  widen(values(input), x, size, zeroPoint(input));
  clear(x + (size << 1), x + (((size + 7) & ~7) << 1));
  denseOutputs(layer, x, size, 0, channels(output), values(output), zeroPoint(output));
}
