import { CONCAT_AXIS, L_PAD_LEFT, L_PAD_TOP } from "../../format/layout";
import { copy } from "../kernels/copy";
import {
  channels,
  height,
  inputAt,
  inputCount,
  inputOf,
  outputOf,
  parameters,
  tensorRecord,
  values,
  width,
  zeroPoint,
} from "../model";

function fill(to: usize, bytes: i32, value: i32): void {
  for (let i = 0; i < bytes; i++) store<u8>(to + i, value);
}

/** Pads with the input's zero point (input and output share one quantisation). */
export function pad(layer: usize): void {
  const input = inputOf(layer);
  const output = outputOf(layer);
  const zero = zeroPoint(input);
  const top = <i32>load<u8>(layer, L_PAD_TOP);
  const rowIn = width(input) * channels(input);
  const rowOut = width(output) * channels(output);
  const left = <i32>load<u8>(layer, L_PAD_LEFT) * channels(input);
  let from = values(input);
  let to = values(output);
  for (let y = 0; y < height(output); y++, to += rowOut) {
    fill(to, rowOut, zero);
    if (y < top || y >= top + height(input)) continue;
    copy(from, to + left, rowIn);
    from += rowIn;
  }
}

/** Bytes of a tensor behind `axis`, that axis included: what lies together for one index of the axes before it. */
function runBytes(tensor: usize, axis: i32): i32 {
  if (axis == 2) return channels(tensor);
  return (axis == 0 ? height(tensor) : 1) * width(tensor) * channels(tensor);
}

/** Concatenation of tensors of one quantisation along height, width or channels. */
export function concat(layer: usize): void {
  const output = outputOf(layer);
  const axis = load<i32>(parameters(layer), CONCAT_AXIS * 4);
  const period = runBytes(output, axis);
  const runs = axis == 0 ? 1 : axis == 1 ? height(output) : height(output) * width(output);
  let at = values(output);
  for (let k = 0, n = inputCount(layer); k < n; k++) {
    const input = tensorRecord(inputAt(layer, k));
    const bytes = runBytes(input, axis);
    for (let r = 0; r < runs; r++) copy(values(input) + r * bytes, at + r * period, bytes);
    at += bytes;
  }
}
