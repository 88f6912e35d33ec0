import type { Activation, Quantisation } from "../../graph/graph.ts";
import { roundAway } from "./multiplier.ts";

/** int8 bounds of a fused activation in the output's quantisation (TFLite CalculateActivationRangeQuantized). */
export function activationRange(
  activation: Activation,
  { scale, zeroPoint }: Quantisation,
): [min: number, max: number] {
  if (activation === "None") return [-128, 127];
  const min = Math.max(-128, zeroPoint);
  if (activation === "Relu") return [min, 127];
  return [min, Math.min(127, zeroPoint + roundAway(Math.fround(6 / scale)))];
}
