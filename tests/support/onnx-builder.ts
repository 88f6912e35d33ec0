// Writes small ONNX files, for networks that no exporter at hand would write.

import onnxProto, { type onnx } from "onnx-proto";

/** float32, int8, uint8, int32, int64; Uint16Array are the bits of float16. */
export type Data = Float32Array | Int8Array | Uint8Array | Int32Array | BigInt64Array | Uint16Array;

export interface BuilderTensor {
  dims: number[];
  data: Data;
  /** Where the numbers are: raw bytes (default), the message's own lists, or another file. */
  stored?: "raw" | "lists" | "external";
}

export type BuilderAttribute = number | number[] | string | { float: number } | BuilderTensor;

export interface BuilderNode {
  op: string;
  inputs: string[];
  /** Default: one output of the node's name. */
  outputs?: string[];
  name: string;
  domain?: string;
  /** Integers, lists of integers, strings, { float }, and tensors. */
  attributes?: Record<string, BuilderAttribute>;
}

export interface BuilderModel {
  /** Input x; a string is a symbolic dimension. */
  input: (number | string)[];
  nodes: BuilderNode[];
  constants?: Record<string, BuilderTensor>;
  /** Default 17. */
  opset?: number;
  /** Default: the first output of the last node. */
  outputs?: string[];
  /** Inputs beside x. */
  otherInputs?: string[];
}

const DATA_TYPES = new Map<unknown, number>([
  [Float32Array, 1],
  [Uint8Array, 2],
  [Int8Array, 3],
  [Int32Array, 6],
  [BigInt64Array, 7],
  [Uint16Array, 10],
]);

export function floats(dims: number[], data: ArrayLike<number>): BuilderTensor {
  return { dims, data: Float32Array.from(data) };
}

export function ints(...data: number[]): BuilderTensor {
  return { dims: [data.length], data: BigInt64Array.from(data, BigInt) };
}

/** A scalar of float32. */
export function scalar(value: number): BuilderTensor {
  return floats([], [value]);
}

export function node(op: string, name: string, inputs: string[], attributes = {}, outputs = [name]): BuilderNode {
  return { op, name, inputs, outputs, attributes };
}

function tensorProto(name: string, { dims, data, stored }: BuilderTensor): onnx.ITensorProto {
  const proto = { name, dims, dataType: DATA_TYPES.get(data.constructor) };
  if (stored === "external")
    return { ...proto, dataLocation: 1, externalData: [{ key: "location", value: "weights" }] };
  if (stored !== "lists") return { ...proto, rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
  const list = Array.from(data, Number);
  if (data instanceof Float32Array) return { ...proto, floatData: list };
  return data instanceof BigInt64Array ? { ...proto, int64Data: list } : { ...proto, int32Data: list };
}

function attributeProto(name: string, value: BuilderAttribute): onnx.IAttributeProto {
  const types = onnxProto.onnx.AttributeProto.AttributeType;
  if (typeof value === "number") return { name, type: types.INT, i: value };
  if (typeof value === "string") return { name, type: types.STRING, s: new TextEncoder().encode(value) };
  if (Array.isArray(value)) return { name, type: types.INTS, ints: value };
  if ("float" in value) return { name, type: types.FLOAT, f: value.float };
  return { name, type: types.TENSOR, t: tensorProto("", value) };
}

function valueInfo(name: string, dims: (number | string)[]): onnx.IValueInfoProto {
  const dim = dims.map((d) => (typeof d === "string" ? { dimParam: d } : { dimValue: d }));
  return { name, type: { tensorType: { elemType: 1, shape: { dim } } } };
}

export function buildOnnx(model: BuilderModel): Uint8Array {
  const last = model.nodes.at(-1);
  const outputs = model.outputs ?? [last?.outputs?.[0] ?? last?.name ?? ""];
  return onnxProto.onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ domain: "", version: model.opset ?? 17 }],
    graph: {
      name: "test",
      input: [valueInfo("x", model.input), ...(model.otherInputs ?? []).map((name) => valueInfo(name, [1, 1]))],
      output: outputs.map((name) => ({ name, type: { tensorType: { elemType: 1 } } })),
      initializer: Object.entries(model.constants ?? {}).map(([name, tensor]) => tensorProto(name, tensor)),
      node: model.nodes.map(({ op, name, inputs, outputs, domain, attributes }) => ({
        opType: op,
        name,
        domain,
        input: inputs,
        output: outputs ?? [name],
        attribute: Object.entries(attributes ?? {}).map(([key, value]) => attributeProto(key, value)),
      })),
    },
  }).finish();
}
