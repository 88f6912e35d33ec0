// QUANTIZE and DEQUANTIZE. A network quantised to int8 computes in int8 from end to end, so what stands between its
// int8 tensors and a float (or uint8) input or output is dropped: the graph's input and output are the int8 tensors.

import type { Quantisation, TensorId } from "../../graph/graph.ts";
import { realValues } from "./constants.ts";
import {
  type Conversion,
  type Converter,
  define,
  inconsistent,
  isConstant,
  layerBase,
  operand,
  source,
  unsupported,
} from "./conversion.ts";
import type { SourceOperator } from "./model.ts";

/** Float input → int8: the input becomes int8. int8 (uint8) → int8 (uint8): a change of scale, Identity. */
export const quantize: Converter = (c, op) => {
  const x = operand(c, op, 0);
  const from = c.tensors[x].quantisation;
  const to = outputQuantisation(c, op);
  if (from === undefined && c.model.inputs[0] !== op.inputs[0]) {
    throw unsupported(c, op, "a network that is float before this node; export it float, or int8 from end to end");
  }
  if (from === undefined) c.tensors[x].quantisation = to;
  if (from === undefined || (from.scale === to.scale && from.zeroPoint === to.zeroPoint)) {
    c.ids.set(op.outputs[0], x);
    return;
  }
  c.layers.push({ kind: "Elementwise", ...layerBase(c, op, [x], c.tensors[x].shape), function: "Identity" });
};

/** A constant becomes float here (float16 or int8 weights); an activation keeps its int8 form. */
export const dequantize: Converter = (c, op) => {
  const tensor = source(c, op, 0);
  if (isConstant(c, tensor)) {
    if (c.model.tensors[op.outputs[0]].shape.join() !== tensor.shape.join()) {
      throw inconsistent(c, op, "input and output differ in shape");
    }
    c.folded.set(op.outputs[0], realValues(c, op, tensor));
    return;
  }
  c.ids.set(op.outputs[0], operand(c, op, 0));
};

/** The quantisation that define gives the output, on a scratch copy of the conversion. */
function outputQuantisation(c: Conversion, op: SourceOperator): Quantisation {
  const scratch: Conversion = { ...c, tensors: [], ids: new Map<number, TensorId>() };
  const quantisation = scratch.tensors[define(scratch, op, op.outputs[0])].quantisation;
  if (quantisation === undefined) throw unsupported(c, op, "an output that is not int8 or uint8");
  return quantisation;
}
