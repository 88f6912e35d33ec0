import { SOFTMAX_DIFF_MIN, SOFTMAX_MULTIPLIER, SOFTMAX_SHIFT } from "../../format/layout";
import { expNegative, reciprocalOnePlus } from "../kernels/exponential";
import { clamp, highMul, roundingShift } from "../kernels/fixed-point";
import { channels, inputOf, outputOf, parameters, tensorBytes, values } from "../model";

/** Bits before the binary point of the sum of exponentials (Q12.19). */
const SUM_INTEGER_BITS: i32 = 12;

/** exp of a scaled difference of inputs, Q0.31; 0 where it is below the least that counts. */
function exponential(difference: i32, parameters: usize): i32 {
  if (difference < load<i32>(parameters, SOFTMAX_DIFF_MIN * 4)) return 0;
  const multiplier = load<i32>(parameters, SOFTMAX_MULTIPLIER * 4);
  return expNegative(highMul(difference << load<i32>(parameters, SOFTMAX_SHIFT * 4), multiplier));
}

/** Softmax over the channels of each pixel (TFLite reference_ops::Softmax, int8 to int8 at scale 1/256, −128). */
export function softmax(layer: usize): void {
  const input = inputOf(layer);
  const output = outputOf(layer);
  const p = parameters(layer);
  const depth = channels(input);
  let from = values(input);
  let to = values(output);
  for (let end = from + tensorBytes(input); from < end; from += depth, to += depth) {
    let top = -128;
    for (let c = 0; c < depth; c++) top = max<i32>(top, load<i8>(from + c));
    let sum = 0;
    for (let c = 0; c < depth; c++)
      sum += roundingShift(exponential(<i32>load<i8>(from + c) - top, p), SUM_INTEGER_BITS);
    // sum = 2^(SUM_INTEGER_BITS − headroom) · (1 + a), a in [0, 1)
    const headroom = clz(sum);
    const scale = reciprocalOnePlus((sum << headroom) ^ i32.MIN_VALUE);
    const exponent = SUM_INTEGER_BITS - headroom + 31 - 8;
    for (let c = 0; c < depth; c++) {
      // Beyond 31, every probability rounds to 0.
      const value =
        exponent > 31 ? 0 : roundingShift(highMul(scale, exponential(<i32>load<i8>(from + c) - top, p)), exponent);
      store<i8>(to + c, clamp<i32>(value - 128, -128, 127));
    }
  }
}
