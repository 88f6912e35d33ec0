// Operators that compute a shape from a shape, as Keras exports them before a Reshape: halfbit's shapes are fixed.

import { show } from "../numbers.ts";
import { constant, integer, integers, type NodeCall, operand } from "./graph-node.ts";
import { type Constant, unsupported } from "./values.ts";

const vector = (numbers: readonly number[]): Constant => ({
  kind: "constant",
  dims: [numbers.length],
  data: Int32Array.from(numbers),
});

export const shapeOfValue = (call: NodeCall): Constant => vector(operand(call, 0).dims);

/** Some entries of a vector of sizes, or one of them. */
export function slicedShape(call: NodeCall): Constant {
  const { dims, data } = constant(call, 0);
  const [[begin], [end], [step]] = [1, 2, 3].map((i) => integers(call, i));
  const others = ["ellipsis_mask", "new_axis_mask"].some((mask) => integer(call, mask, 0) !== 0);
  if (dims.length !== 1 || step !== 1 || others) {
    throw unsupported(call, `takes steps of ${step} through ${show(dims)}; only part of a shape is supported`);
  }
  const from = integer(call, "begin_mask", 0) & 1 ? 0 : begin;
  const to = integer(call, "end_mask", 0) & 1 ? dims[0] : end;
  const taken = vector(Array.from(data).slice(from, to));
  return integer(call, "shrink_axis_mask", 0) & 1 ? { ...taken, dims: [] } : taken;
}

/** Numbers as a vector. */
export function packed(call: NodeCall): Constant {
  const numbers = call.inputs.map((_, i) => constant(call, i));
  const odd = numbers.find(({ dims }) => dims.length > 0);
  if (odd !== undefined) throw unsupported(call, `packs ${show(odd.dims)}; only single numbers are supported`);
  return vector(numbers.map(({ data }) => data[0]));
}
