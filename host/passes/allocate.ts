// The allocate pass: scheme and K of every layer chosen for a size or an accuracy, and the network so decomposed.

import { type Graph, size } from "../graph/graph.ts";
import type { Samples, Target } from "../options.ts";
import type { Metadata } from "../program.ts";
import { candidates } from "./allocate/candidates.ts";
import { limitOf } from "./allocate/limit.ts";
import { forDrop } from "./allocate/max-drop.ts";
import { forSize, startSearch } from "./allocate/search.ts";
import { reasons } from "./allocate/why.ts";
import { type DecomposeOptions, decompose, type LayerDecomposition } from "./decompose.ts";

export interface Allocated {
  graph: Graph;
  report: (LayerDecomposition & { why?: string })[];
  allocation: {
    /** Every allocation that was solved and judged, in order. bytes: of what the target limits; loss: search.ts. */
    judged: { name: string; bytes: number; loss: number; chosen: boolean }[];
    /** Samples that were held back from the solver to judge on. */
    heldBack: number;
  };
}

/**
 * One sample of so many is held back to judge on, but at most MOST_HELD, spread evenly. 400 were too few to tell 2-bit
 * weights from semi-binary ones on ResNet-8 (1.5 points of accuracy apart); the solver does with hundreds.
 */
const HELD_SHARE = 3;
const MOST_HELD = 1000;

/**
 * Decomposes `graph` by an allocation of its own for the target. metadata is the file's, whose bytes count too.
 * Deterministic. Throws E_BUDGET, and what decompose throws.
 */
export async function allocate(
  graph: Graph,
  target: Target,
  options: DecomposeOptions & { calibration: Samples },
  metadata: Metadata,
): Promise<Allocated> {
  // Bits a weight are counted over the layers that the rule would decompose.
  const open = candidates(graph, { overrides: options.overrides, ends: target.kind !== "bits" });
  const { cost, limit } = limitOf(graph, open, target, metadata);
  const { used, held } = holdBack(graph, options.calibration);
  const search = await startSearch(graph, open, cost, held, { ...options, calibration: used });
  const { trial, sensitivities } =
    target.kind === "max-drop" ? await forDrop(search, held, target.drop, limit) : await forSize(search, limit);
  const why = sensitivities && reasons(trial.choices, sensitivities);
  const indices = [...trial.choices.keys()];
  // Once more with the samples that were held back; not where the drop was judged of the network as it is.
  const whole = target.kind === "max-drop" ? trial : await decompose(graph, { ...options, choices: trial.choices });
  return {
    graph: whole.graph,
    report: whole.report.map((layer, i) => ({ ...layer, why: why?.get(indices[i]) })),
    allocation: {
      judged: search.judged.map((each) => {
        const { name, bytes, loss } = each;
        return { name, bytes, loss, chosen: each === trial };
      }),
      heldBack: held.count,
    },
  };
}

/** The samples to solve with, and those to judge on; both are all of them where none can be spared. */
function holdBack(graph: Graph, samples: Samples): { used: Samples; held: Samples } {
  const { data, count } = samples;
  const most = Math.min(MOST_HELD, Math.floor(count / HELD_SHARE));
  if (most === 0) return { used: samples, held: samples };
  const each = size(graph.tensors[graph.input].shape);
  const isHeld = (i: number) => Math.floor(((i + 1) * most) / count) > Math.floor((i * most) / count);
  const part = (wanted: boolean): Samples => {
    const indices = Array.from({ length: count }, (_, i) => i).filter((i) => isHeld(i) === wanted);
    const values = new Float32Array(indices.length * each);
    for (const [to, from] of indices.entries()) values.set(data.subarray(from * each, (from + 1) * each), to * each);
    return { data: values, count: indices.length };
  };
  return { used: part(false), held: part(true) };
}
