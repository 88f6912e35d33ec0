// What each step from the original network to the integers of the file loses, one added to the other.

import type { Compiled } from "../compile.ts";
import type { Closeness, Judge } from "./closeness.ts";

export interface StageLoss extends Closeness {
  stage: "decomposition" | "m to int8" | "activations";
  what: string;
}

export async function stageLosses(
  { file, program, simulated, quantised, training }: Compiled,
  judge: Judge,
): Promise<StageLoss[]> {
  const schemes = new Set(quantised.layers.map((layer) => ("binary" in layer ? layer.binary?.scheme : undefined)));
  const losses: StageLoss[] = [];
  if (schemes.has("semi-binary") || schemes.has("planes")) {
    const what = `weights decomposed${training.length > 0 ? " and trained" : ""}; the rest in float`;
    losses.push({ stage: "decomposition", what, ...(await judge.float(simulated)) });
  }
  if (schemes.has("semi-binary")) {
    const what = "values between conv_v and conv_u in int8";
    losses.push({ stage: "m to int8", what, ...(await judge.float(quantised)) });
  }
  const what = "activations and the other layers in int8 too: the file in the runtime";
  return [...losses, { stage: "activations", what, ...(await judge.integers(file, program)) }];
}
