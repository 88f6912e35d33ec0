import { CONCAT_INPUTS } from "../../format/layout.ts";
import { inputsOf } from "../kinds.ts";
import type { Program } from "../program.ts";

/** Drops tensors that no layer touches and renumbers the rest. Views keep their pairs. */
export function compact(
  program: Program,
  views: ReadonlyMap<number, number>,
): { program: Program; views: Map<number, number> } {
  const used = new Set([program.input, program.output]);
  for (const layer of program.layers) for (const id of [...inputsOf(layer), layer.output]) used.add(id);
  for (const [view, of] of [...views].reverse()) if (used.has(view)) used.add(of);
  const kept = [...program.tensors.keys()].filter((id) => used.has(id));
  const renumber = new Map(kept.map((id, i) => [id, i]));
  const to = (id: number) => renumber.get(id)!;
  const layers = program.layers.map((layer) => ({
    ...layer,
    input: to(layer.input),
    input2: layer.input2 < 0 ? -1 : to(layer.input2),
    output: to(layer.output),
    parameters:
      layer.kind === "Concat"
        ? layer.parameters.map((word, i) => (i < CONCAT_INPUTS ? word : to(word)))
        : layer.parameters,
  }));
  return {
    program: {
      ...program,
      tensors: kept.map((id) => program.tensors[id]),
      layers,
      input: to(program.input),
      output: to(program.output),
    },
    views: new Map([...views].filter(([view]) => used.has(view)).map(([view, of]) => [to(view), to(of)])),
  };
}
