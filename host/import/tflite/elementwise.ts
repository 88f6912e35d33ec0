// Functions of one number, and SOFTMAX over the channels.

import type { Elementwise } from "../../graph/graph.ts";
import { type Converter, inconsistent, layerBase, operand } from "./conversion.ts";

export const elementwise =
  (name: Elementwise["function"]): Converter =>
  (c, op) => {
    const x = operand(c, op, 0);
    c.layers.push({ kind: "Elementwise", ...layerBase(c, op, [x], c.tensors[x].shape), function: name });
  };

export const softmax: Converter = (c, op) => {
  const { beta } = op.options("SoftmaxOptions");
  if (!(beta > 0 && beta < Number.POSITIVE_INFINITY)) throw inconsistent(c, op, `beta ${beta} is not positive`);
  const x = operand(c, op, 0);
  c.layers.push({ kind: "Softmax", ...layerBase(c, op, [x], c.tensors[x].shape), beta });
};
