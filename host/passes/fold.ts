import type { Graph } from "../graph/graph.ts";
import { foldActivation } from "./fold-activation.ts";
import { foldAffine } from "./fold-affine.ts";
import { foldAffineForward } from "./fold-affine-forward.ts";
import { foldPad } from "./fold-pad.ts";
import { globalMean } from "./global-mean.ts";
import { recogniseHardSwish } from "./hard-swish.ts";
import { recogniseSemiBinary } from "./recognise.ts";
import { removeDead } from "./remove-dead.ts";
import { removeIdentity } from "./remove-identity.ts";

/** The passes after import, in the order in which they run. On int8 networks none of them changes a bit of the output. */
export const FOLDS: readonly ((graph: Graph) => Graph)[] = [
  removeDead, // first, so that isInt8 asks only about tensors that count
  removeIdentity,
  recogniseHardSwish, // before its parts go into their neighbours
  removeDead, // so that the parts no longer count as readers
  foldPad,
  foldAffine,
  foldAffineForward,
  foldActivation,
  globalMean,
  recogniseSemiBinary, // after the scaling between the binary convolutions has gone into one of them
  removeDead,
];

export function fold(graph: Graph): Graph {
  return FOLDS.reduce((folded, pass) => pass(folded), graph);
}
