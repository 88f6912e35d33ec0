import type { Call } from "./call.ts";
import { CONSTANT_OPERATORS, SHAPE_OPERATORS } from "./constants.ts";
import { arithmetic, clip, elementwise, hardSigmoid } from "./elementwise.ts";
import { batchNormalization, conv, gemm, matMul } from "./layers.ts";
import { averagePool, concat, globalAverage, globalMax, maxPool, pad, reduce, softmax } from "./pool.ts";
import { dequantizeLinear, quantizeLinear } from "./qdq.ts";
import type { Value } from "./values.ts";
import { cast, flatten, reshape, same, squeeze, transposeView, unsqueeze } from "./views.ts";

/** Operators over values computed from the network's input. */
const OPERATORS: Record<string, (call: Call) => Value> = {
  Add: arithmetic("Add"),
  AveragePool: averagePool,
  BatchNormalization: batchNormalization,
  Cast: cast,
  Clip: clip,
  Concat: concat,
  Conv: conv,
  DequantizeLinear: dequantizeLinear,
  Div: arithmetic("Div"),
  Dropout: same,
  Flatten: flatten,
  Gemm: gemm,
  GlobalAveragePool: globalAverage,
  GlobalMaxPool: globalMax,
  HardSigmoid: hardSigmoid,
  HardSwish: elementwise("HardSwish"),
  Identity: same,
  MatMul: matMul,
  MaxPool: maxPool,
  Mul: arithmetic("Mul"),
  Pad: pad,
  QuantizeLinear: quantizeLinear,
  ReduceMax: reduce("MaxPool"),
  ReduceMean: reduce("Mean"),
  Relu: elementwise("Relu"),
  Reshape: reshape,
  Sigmoid: elementwise("Logistic"),
  Softmax: softmax,
  Squeeze: squeeze,
  Sub: arithmetic("Sub"),
  Tanh: elementwise("Tanh"),
  Transpose: transposeView,
  Unsqueeze: unsqueeze,
};

/** For the error about an operator that is not here; the constant-only ones do not count as support. */
export const SUPPORTED: readonly string[] = Object.keys(OPERATORS);

const own = <T>(table: Record<string, T>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** How to import a node: by evaluating it where its inputs are known, else as a layer. undefined: unsupported. */
export function importerOf(call: Call): ((call: Call) => Value) | undefined {
  const { operator, inputs } = call.node;
  const known = own(SHAPE_OPERATORS, operator);
  if (known !== undefined) return known;
  const constant = inputs.every((name, i) => name === "" || call.optional(i)?.kind === "constant");
  return (constant ? own(CONSTANT_OPERATORS, operator) : undefined) ?? own(OPERATORS, operator);
}
