// Constant tensors: real values (dequantised where they are stored as integers) and index lists.

import { size } from "../../graph/graph.ts";
import { type Conversion, inconsistent, source, unsupported } from "./conversion.ts";
import type { SourceOperator, SourceTensor } from "./model.ts";

const WIDTH: Record<string, number> = { FLOAT32: 4, FLOAT16: 2, INT8: 1, UINT8: 1, INT32: 4, INT64: 8 };

/** Stored numbers of a constant, float or integer, before any scale. */
export function storedValues(c: Conversion, op: SourceOperator, tensor: SourceTensor): Float64Array {
  const { data, type, name, shape } = tensor;
  if (tensor.unreadable !== undefined) throw unsupported(c, op, `"${name}" ${tensor.unreadable}`);
  if (data === undefined) throw unsupported(c, op, `"${name}" must be a constant`);
  const width = WIDTH[type];
  if (width === undefined) throw unsupported(c, op, `"${name}" is a constant of type ${type}`);
  const count = size(shape);
  if (shape.some((n) => n < 1) || count * width !== data.length) {
    throw inconsistent(c, op, `"${name}" has shape [${shape.join(", ")}] but ${data.length} bytes of data`);
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const read: Record<string, (at: number) => number> = {
    FLOAT32: (at) => view.getFloat32(at, true),
    FLOAT16: (at) => float16(view.getUint16(at, true)),
    INT8: (at) => view.getInt8(at),
    UINT8: (at) => view.getUint8(at),
    INT32: (at) => view.getInt32(at, true),
    INT64: (at) => Number(view.getBigInt64(at, true)),
  };
  const values = new Float64Array(count);
  const readOne = read[type];
  for (let i = 0; i < count; i++) values[i] = readOne(i * width);
  if (!values.every((v) => Number.isFinite(v))) throw inconsistent(c, op, `"${name}" holds values that are not finite`);
  return values;
}

/** Real values of a constant: scale · (q − zero point) where it is quantised. */
export function realValues(c: Conversion, op: SourceOperator, tensor: SourceTensor): Float32Array {
  const folded = c.folded.get(tensor.index);
  if (folded !== undefined) return folded;
  const values = storedValues(c, op, tensor);
  if (tensor.type.startsWith("FLOAT")) return new Float32Array(values);
  const q = tensor.quantisation;
  if (q === undefined) throw unsupported(c, op, `"${tensor.name}" is an integer constant without a scale`);
  const { scales, zeroPoints, dimension } = q;
  if (scales.length > 1 && scales.length !== tensor.shape[dimension]) {
    throw inconsistent(c, op, `"${tensor.name}" has ${scales.length} scales along a dimension of another size`);
  }
  const inner = size(tensor.shape.slice(dimension + 1));
  const channel = (i: number) => (scales.length === 1 ? 0 : Math.floor(i / inner) % scales.length);
  return new Float32Array(values.map((v, i) => scales[channel(i)] * (v - zeroPoints[channel(i)])));
}

/** Input i as a list of integers: axes, paddings, a permutation. */
export function indices(c: Conversion, op: SourceOperator, i: number): number[] {
  const tensor = source(c, op, i);
  if (tensor.type !== "INT32" && tensor.type !== "INT64")
    throw unsupported(c, op, `operand ${i} has type ${tensor.type}`);
  return [...storedValues(c, op, tensor)];
}

/** IEEE 754 binary16: sign, 5 bits of exponent (bias 15), 10 of fraction. */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
