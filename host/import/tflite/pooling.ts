// AVERAGE_POOL_2D, MAX_POOL_2D and MEAN over height and width.

import { windowOutput } from "../../graph/graph.ts";
import { indices } from "./constants.ts";
import { activation, type Converter, imageAxis, layerBase, operand, source, unsupported } from "./conversion.ts";
import { windowGeometry } from "./window.ts";

const pool =
  (kind: "AveragePool" | "MaxPool"): Converter =>
  (c, op) => {
    const options = op.options("Pool2DOptions");
    const x = operand(c, op, 0);
    const input = c.tensors[x].shape;
    const geometry = windowGeometry(c, op, options, input, [options.filterH, options.filterW]);
    c.layers.push({
      kind,
      ...layerBase(c, op, [x], [...windowOutput(input, geometry), input[2]]),
      geometry,
      activation: activation(c, op, options.fusedActivation),
    });
  };

export const averagePool = pool("AveragePool");
export const maxPool = pool("MaxPool");

/** The axes must cover height and width, where these are larger than 1, and nothing else that is larger than 1. */
export const mean: Converter = (c, op) => {
  const x = operand(c, op, 0);
  const shape = c.tensors[x].shape;
  const rank = source(c, op, 0).shape.length;
  const axes = new Set(indices(c, op, 1).map((axis) => imageAxis(axis, rank)));
  if (shape.some((n, axis) => n > 1 && axes.has(axis) !== axis < 2)) {
    throw unsupported(c, op, "a mean over other axes than height and width");
  }
  c.layers.push({ kind: "Mean", ...layerBase(c, op, [x], [1, 1, shape[2]]) });
};
