// Nodes whose result is known at import: weights that are reshaped or dequantised, and the chains that compute a shape.

import { alike, count, MAX_NUMBERS, type Numbers, show, transpose } from "../numbers.ts";
import type { Call } from "./call.ts";
import { dequantisedConstant, quantisedConstant } from "./qdq.ts";
import { emptyOf } from "./tensor.ts";
import { type Constant, integers, MAX_FILLED } from "./values.ts";
import { permutationOf, reshapedDims, squeezedDims, unsqueezedDims } from "./views.ts";

type Fold = (call: Call) => Constant;

/** Operators evaluated when all their inputs are constant. */
export const CONSTANT_OPERATORS: Record<string, Fold> = {
  Constant: literal,
  ConstantOfShape: filled,
  Identity: (call) => call.constant(0),
  Cast: casted,
  Reshape: (call) => viewed(call, reshapedDims(call, call.constant(0).dims)),
  Squeeze: (call) => viewed(call, squeezedDims(call, call.constant(0).dims)),
  Unsqueeze: (call) => viewed(call, unsqueezedDims(call, call.constant(0).dims)),
  Transpose: transposedConstant,
  Concat: joined,
  Gather: gathered,
  Slice: sliced,
  ReduceProd: product,
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: binary((a, b, whole) => (whole ? Math.trunc(a / b) : a / b)),
  Equal: binary((a, b) => Number(a === b)),
  Neg: unary((a) => -a),
  Abs: unary(Math.abs),
  Sign: unary(Math.sign),
  Sqrt: unary(Math.sqrt),
  Reciprocal: unary((a) => 1 / a),
  QuantizeLinear: quantisedConstant,
  DequantizeLinear: dequantisedConstant,
};

/** Shape and Size: constant whatever their input is. */
export const SHAPE_OPERATORS: Record<string, Fold> = {
  Shape: (call) => {
    const { dims } = call.value(0);
    const end = call.attribute("end")?.int;
    return integers(dims.slice(call.int("start", 0), end));
  },
  Size: (call) => integers([count(call.value(0).dims)], []),
};

function constant(call: Call, data: Numbers, dims: number[]): Constant {
  if (count(dims) !== data.length) call.corrupt(`makes ${data.length} numbers for ${show(dims)}`);
  return { kind: "constant", dims, data };
}

function literal(call: Call): Constant {
  const number = call.attribute("value_int") ?? call.attribute("value_float");
  const found = call.tensorAttribute("value");
  if (found !== undefined) return found;
  if (call.attribute("value_ints")) return integers(call.ints("value_ints") ?? []);
  const floats = call.attribute("value_floats")?.floats;
  if (floats) return { kind: "constant", dims: [floats.length], data: Float32Array.from(floats) };
  if (number === undefined) call.fail("holds something other than numbers");
  if (call.attribute("value_int")) return integers([number.int], []);
  return { kind: "constant", dims: [], data: Float32Array.of(number.float) };
}

function filled(call: Call): Constant {
  const dims = Array.from(call.constant(0).data);
  const value = call.tensorAttribute("value") ?? { data: Float32Array.of(0) };
  if (!dims.every((n) => Number.isInteger(n) && n >= 0) || count(dims) > MAX_FILLED)
    call.corrupt(`makes a constant of ${show(dims)}`);
  return constant(call, alike(value.data, count(dims)).fill(value.data[0]), dims);
}

function casted(call: Call): Constant {
  const { data, dims } = call.constant(0);
  const to = call.int("to", 0);
  const out = emptyOf(to, data.length) ?? call.fail(`casts to ONNX data type ${to}, which is not supported`);
  const whole = !(out instanceof Float32Array);
  for (let i = 0; i < data.length; i++) out[i] = whole ? Math.trunc(data[i]) : data[i];
  return constant(call, out, dims);
}

/** Other dims over the same numbers. A scale a channel survives where the axis it counts keeps its place. */
function viewed(call: Call, dims: number[]): Constant {
  const source = call.constant(0);
  const out = constant(call, source.data, dims);
  const own = source.dequantised;
  const kept = own !== undefined && (own.scales.length === 1 || dims[own.axis] === source.dims[own.axis]);
  return kept ? { ...out, dequantised: own } : out;
}

function transposedConstant(call: Call): Constant {
  const { data, dims, dequantised } = call.constant(0);
  const permutation = permutationOf(call, dims.length);
  const out = constant(
    call,
    transpose(data, dims, permutation),
    permutation.map((i) => dims[i]),
  );
  if (dequantised === undefined) return out;
  const values = transpose(dequantised.values, dims, permutation);
  return { ...out, dequantised: { ...dequantised, values, axis: permutation.indexOf(dequantised.axis) } };
}

function joined(call: Call): Constant {
  const parts = call.node.inputs.map((_, i) => call.constant(i));
  const [first] = parts;
  const axis = call.axis(call.int("axis", Number.NaN), first.dims.length);
  const outer = count(first.dims.slice(0, axis));
  const dims = first.dims.map((n, i) => (i === axis ? parts.reduce((sum, p) => sum + (p.dims[axis] ?? 0), 0) : n));
  const runs = parts.map((p) => p.data.length / outer);
  const out = alike(first.data, count(dims));
  if (runs.reduce((a, b) => a + b, 0) * outer !== out.length) call.corrupt("joins constants that do not fit");
  let to = 0;
  for (let o = 0; o < outer; o++)
    for (const [p, part] of parts.entries()) for (let i = 0; i < runs[p]; i++) out[to++] = part.data[o * runs[p] + i];
  return constant(call, out, dims);
}

function gathered(call: Call): Constant {
  const source = call.constant(0);
  const indices = call.constant(1);
  const axis = call.axis(call.int("axis", 0), source.dims.length);
  const picked = Array.from(indices.data, (i) => call.axis(i, source.dims[axis]));
  return pick(call, source, axis, picked, [
    ...source.dims.slice(0, axis),
    ...indices.dims,
    ...source.dims.slice(axis + 1),
  ]);
}

/** The entries `picked` along `axis`, seen as `dims`. */
function pick(call: Call, { data, dims: from }: Constant, axis: number, picked: number[], dims: number[]): Constant {
  const inner = count(from.slice(axis + 1));
  const outer = count(from.slice(0, axis));
  if (outer * picked.length * inner > MAX_NUMBERS) call.corrupt(`gathers ${show(dims)} numbers`);
  const out = alike(data, outer * picked.length * inner);
  let to = 0;
  for (let o = 0; o < outer; o++)
    for (const p of picked) for (let i = 0; i < inner; i++) out[to++] = data[(o * from[axis] + p) * inner + i];
  return constant(call, out, dims);
}

function sliced(call: Call): Constant {
  let out = call.constant(0);
  const [starts, ends] = [call.constant(1).data, call.constant(2).data];
  const axes = call.optionalConstant(3)?.data ?? starts.map((_, i) => i);
  const steps = call.optionalConstant(4)?.data;
  for (let k = 0; k < starts.length; k++) {
    const axis = call.axis(axes[k], out.dims.length);
    const picked = range(call, out.dims[axis], starts[k], ends[k], steps?.[k] ?? 1);
    const dims = out.dims.map((n, i) => (i === axis ? picked.length : n));
    out = pick(call, out, axis, picked, dims);
  }
  return out;
}

/** Indices start, start + step, … before end, of an axis of n; negative bounds count from its end. */
function range(call: Call, n: number, start: number, end: number, step: number): number[] {
  if (step === 0) call.corrupt("slices with step 0");
  const [low, high] = step > 0 ? [0, n] : [-1, n - 1];
  const bound = (i: number) => Math.max(low, Math.min(high, i < 0 ? i + n : i));
  const from = Math.max(0, bound(start));
  const length = Math.max(0, Math.ceil((bound(end) - from) / step));
  return Array.from({ length }, (_, i) => from + i * step);
}

function product(call: Call): Constant {
  const { data, dims } = call.constant(0);
  const axes = call.list("axes", 1) ?? dims.map((_, i) => i);
  if (axes.length !== dims.length) call.fail("multiplies along some axes only, which is not supported");
  const out = alike(data, 1).fill(count(Array.from(data)));
  return constant(call, out, call.int("keepdims", 1) === 1 ? dims.map(() => 1) : []);
}

function unary(f: (a: number) => number): Fold {
  return (call) => {
    const { data, dims } = call.constant(0);
    const out = alike(data, data.length);
    for (let i = 0; i < data.length; i++) out[i] = f(data[i]);
    return constant(call, out, dims);
  };
}

/** With ONNX's broadcasting: dimensions align at the end, those of size 1 repeat. */
function binary(f: (a: number, b: number, whole: boolean) => number): Fold {
  return (call) => {
    const [a, b] = [call.constant(0), call.constant(1)];
    const rank = Math.max(a.dims.length, b.dims.length);
    const wide = (c: Constant) => [...new Array<number>(rank - c.dims.length).fill(1), ...c.dims];
    const [da, db] = [wide(a), wide(b)];
    const dims = da.map((n, i) => (n === 1 ? db[i] : n));
    if (dims.some((n, i) => db[i] !== 1 && db[i] !== n) || count(dims) > MAX_NUMBERS)
      call.corrupt(`combines constants of ${show(a.dims)} and ${show(b.dims)}`);
    const out = alike(a.data, count(dims));
    const whole = !(a.data instanceof Float32Array);
    const from = (own: number[], i: number) => {
      let [rest, offset, stride] = [i, 0, 1];
      for (let axis = rank - 1; axis >= 0; axis--) {
        offset += own[axis] === 1 ? 0 : (rest % dims[axis]) * stride;
        stride *= own[axis];
        rest = Math.floor(rest / dims[axis]);
      }
      return offset;
    };
    for (let i = 0; i < out.length; i++) out[i] = f(a.data[from(da, i)], b.data[from(db, i)], whole);
    return constant(call, out, dims);
  };
}
