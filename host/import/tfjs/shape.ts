// Operations that move numbers without changing them.

import type { Geometry } from "../../graph/graph.ts";
import { count, show } from "../numbers.ts";
import {
  type Activation,
  corrupt,
  emit,
  imageAxis,
  imageShape,
  type Operation,
  shapeOf,
  unsupported,
} from "./values.ts";

/** dims may have one −1, which takes what is left. The numbers stay in their order. */
export function reshape(op: Operation, x: Activation, dims: readonly number[]): Activation {
  const rest = dims.reduce((product, n) => (n === -1 ? product : product * n), 1);
  const fixed = dims.map((n) => (n === -1 ? count(x.dims) / rest : n));
  if (!fixed.every(Number.isInteger) || count(fixed) !== count(x.dims))
    throw corrupt(op, `reshapes ${show(x.dims)} to ${show(dims)}`);
  if (imageShape(op, fixed).join() === shapeOf(op, x).join()) return { ...x, dims: fixed };
  return emit(op, { kind: "Reshape" }, [x], fixed);
}

/** Zeros around height and width of an image. */
export function pad(op: Operation, x: Activation, padding: Geometry["padding"]): Activation {
  if (x.dims.length !== 4)
    throw unsupported(op, `pads ${show(x.dims)}; images of 1×height×width×channels are supported`);
  const { top, bottom, left, right } = padding;
  if (![top, bottom, left, right].every((n) => Number.isInteger(n) && n >= 0 && n <= 0xffff)) {
    throw corrupt(op, "pads by something other than a number of pixels");
  }
  const [height, width, channels] = shapeOf(op, x);
  const dims = [1, height + top + bottom, width + left + right, channels];
  return emit(op, { kind: "Pad", padding }, [x], dims);
}

export function concatenate(op: Operation, inputs: readonly Activation[], along: number): Activation {
  const [first] = inputs;
  const rank = first.dims.length;
  const axis = imageAxis(along, rank);
  const at = axis + rank - 3;
  if ((axis !== 0 && axis !== 1 && axis !== 2) || at < 1) {
    throw unsupported(op, `joins ${show(first.dims)} along axis ${along}; height, width and channels are supported`);
  }
  const others = ({ dims }: Activation) => dims.filter((_, i) => i !== at).join();
  const odd = inputs.find((x) => others(x) !== others(first) || x.dims.length !== rank);
  if (odd !== undefined) throw corrupt(op, `joins ${show(first.dims)} with ${show(odd.dims)}`);
  if (inputs.length === 1) return first;
  const dims = first.dims.map((n, i) => (i === at ? inputs.reduce((sum, x) => sum + x.dims[at], 0) : n));
  return emit(op, { kind: "Concat", axis }, inputs, dims);
}
