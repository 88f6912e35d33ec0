import { quantise } from "../../../host/samples/array.ts";
import { Session } from "../../../host/session.ts";
import { benchModel, MODELS, type ModelName } from "../models.ts";
import { timed } from "../rounds.ts";
import type { SourceNetwork } from "../sources.ts";
import type { NetworkCandidate } from "./index.ts";

/** Each model at both levels. The two must give the same bits. */
export async function halfbit({ input }: SourceNetwork, models: readonly ModelName[]): Promise<NetworkCandidate[]> {
  const made: NetworkCandidate[] = [];
  for (const model of models) {
    const file = await benchModel(model);
    const outputs = new Set<string>();
    for (const level of ["simd128", "scalar"] as const) {
      const session = await Session.open(file, { level });
      const x = Int8Array.from(input.real, (value) => quantise(value, session.input));
      const { raw, scores } = session.run(x);
      outputs.add(raw.join());
      made.push({
        name: `halfbit ${level}, ${MODELS[model].title}`,
        where: "halfbit",
        numbers: MODELS[model].options.scheme === "int8" ? "int8" : "signs",
        output: scores,
        model,
        level,
        seconds: timed(() => session.runRaw(x)),
      });
    }
    if (outputs.size > 1) throw new Error(`${model}: the levels differ`);
  }
  return made;
}
