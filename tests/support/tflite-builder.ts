// Writes small TFLite files from the schema that the importer reads them with: the source of test models for
// single operators, which LiteRT runs as well.

import { Builder } from "flatbuffers";
import { OPERATOR_NAMES } from "../../host/import/tflite/operators.ts";
import { OPTIONS_TAG, SCHEMA, type TableName, TENSOR_TYPES } from "../../host/import/tflite/schema.ts";

export interface BuilderTensor {
  name?: string;
  shape: number[];
  /** Default FLOAT32. */
  type?: string;
  scale?: number[];
  /** Default 0 for each scale. */
  zeroPoint?: number[];
  /** Along which dimension several scales run. Default 0. */
  dimension?: number;
  /** −1 for sizes unknown before run time. */
  signature?: number[];
  /** Makes the tensor a constant; the array's type must be the tensor's. */
  data?: ArrayBufferView;
}

export interface BuilderOperator {
  /** "CONV_2D", …; any other name becomes a CUSTOM operator. */
  name: string;
  /** Indices into tensors, −1 for a missing optional input. */
  inputs: number[];
  outputs: number[];
  /** Fields of the operator's options table (OPTIONS below, host/import/tflite/schema.ts); absent ones at 0 or 1. */
  options?: Record<string, number | boolean | number[]>;
  /** Default 1; LiteRT looks its kernels up by it. */
  version?: number;
}

export interface BuilderModel {
  tensors: BuilderTensor[];
  operators: BuilderOperator[];
  inputs: number[];
  outputs: number[];
  /** Schema version. Default 3. */
  version?: number;
}

/** Which table holds an operator's options. */
const OPTIONS: Record<string, TableName> = {
  CONV_2D: "Conv2DOptions",
  DEPTHWISE_CONV_2D: "DepthwiseConv2DOptions",
  FULLY_CONNECTED: "FullyConnectedOptions",
  ADD: "AddOptions",
  SUB: "SubOptions",
  MUL: "MulOptions",
  CONCATENATION: "ConcatenationOptions",
  PAD: "PadOptions",
  PADV2: "PadV2Options",
  AVERAGE_POOL_2D: "Pool2DOptions",
  MAX_POOL_2D: "Pool2DOptions",
  MEAN: "ReducerOptions",
  HARD_SWISH: "HardSwishOptions",
  SOFTMAX: "SoftmaxOptions",
  RESHAPE: "ReshapeOptions",
  SQUEEZE: "SqueezeOptions",
  EXPAND_DIMS: "ExpandDimsOptions",
  TRANSPOSE: "TransposeOptions",
  QUANTIZE: "QuantizeOptions",
  DEQUANTIZE: "DequantizeOptions",
};

/** A .tflite file. Operators need not be ones that halfbit supports. */
export function buildTflite(model: BuilderModel): Uint8Array {
  const codes = [...new Map(model.operators.map((op) => [`${op.name} ${op.version ?? 1}`, op])).values()];
  const buffers: Values[] = [{}];
  const tensors = model.tensors.map((tensor, i): Values => {
    const bytes = tensor.data && new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
    const zeroPoint = tensor.zeroPoint ?? tensor.scale?.map(() => 0) ?? [];
    return {
      shape: tensor.shape,
      type: TENSOR_TYPES.indexOf(tensor.type ?? "FLOAT32"),
      buffer: bytes ? buffers.push({ data: bytes }) - 1 : 0,
      name: tensor.name ?? `t${i}`,
      ...(tensor.scale && {
        quantization: { scale: tensor.scale, zeroPoint, quantizedDimension: tensor.dimension ?? 0 },
      }),
      ...(tensor.signature && { shapeSignature: tensor.signature }),
    };
  });
  const operators = model.operators.map((op): Values => {
    const table = OPTIONS[op.name];
    return {
      opcodeIndex: codes.findIndex((code) => code.name === op.name && code.version === op.version),
      inputs: op.inputs,
      outputs: op.outputs,
      ...(table && { builtinOptionsTag: OPTIONS_TAG[table], builtinOptions: [table, op.options ?? {}] }),
    };
  });
  const builder = new Builder(1024);
  const root = writeTable(builder, "Model", {
    version: model.version ?? 3,
    operatorCodes: codes.map((op): Values => {
      const code = OPERATOR_NAMES.indexOf(op.name);
      const builtinCode = code < 0 ? OPERATOR_NAMES.indexOf("CUSTOM") : code;
      return {
        deprecatedBuiltinCode: Math.min(builtinCode, 127),
        customCode: code < 0 ? op.name : "",
        version: op.version ?? 1,
        builtinCode,
      };
    }),
    subgraphs: [{ tensors, inputs: model.inputs, outputs: model.outputs, operators, name: "main" }],
    description: "test",
    buffers,
  });
  builder.finish(root, "TFL3");
  return builder.asUint8Array().slice();
}

/** Field values of a table: numbers, vectors, tables (as Values), unions (as [table name, Values]). */
interface Values {
  [field: string]: Value;
}
type Value = undefined | number | boolean | string | Uint8Array | number[] | Values | Values[] | [TableName, Values];

type Field = readonly [id: number, type: string, missing?: number];

function writeTable(builder: Builder, name: TableName, values: Values): number {
  const fields = Object.entries(SCHEMA[name] as Record<string, Field>).filter(([field]) => values[field] !== undefined);
  const unknown = Object.keys(values).filter((field) => !(field in SCHEMA[name]));
  if (unknown.length > 0) throw new Error(`${name} has no field ${unknown.join(", ")}`);
  // Whatever a table points to is written before the table.
  const children = new Map(fields.map(([field, [, type]]) => [field, writeChild(builder, type, values[field])]));
  builder.startObject(1 + Math.max(-1, ...Object.values(SCHEMA[name] as Record<string, Field>).map(([id]) => id)));
  for (const [field, [id, type, missing = 0]] of fields) {
    const child = children.get(field);
    if (child !== undefined) builder.addFieldOffset(id, child, 0);
    else if (type === "float32") builder.addFieldFloat32(id, Number(values[field]), missing);
    else if (type === "uint64") builder.addFieldInt64(id, BigInt(Number(values[field])), 0n);
    else if (type === "int32" || type === "uint32") builder.addFieldInt32(id, Number(values[field]), missing);
    else builder.addFieldInt8(id, Number(values[field]), missing);
  }
  return builder.endObject();
}

/** Position of a string, vector, table or union; undefined for what stands in the table itself. */
function writeChild(builder: Builder, type: string, value: Value): number | undefined {
  if (type === "string") return builder.createString(String(value));
  if (type === "union") return writeTable(builder, ...(value as [TableName, Values]));
  if (type in SCHEMA) return writeTable(builder, type as TableName, value as Values);
  if (!type.startsWith("[")) return undefined;
  const element = type.slice(1, -1);
  if (element in SCHEMA) {
    const tables = (value as Values[]).map((item) => writeTable(builder, element as TableName, item));
    builder.startVector(4, tables.length, 4);
    for (const table of tables.reverse()) builder.addOffset(table);
    return builder.endVector();
  }
  if (element === "uint8") {
    const bytes = value as Uint8Array;
    builder.startVector(1, bytes.length, 16); // engines read constants in place
    for (const byte of bytes.toReversed()) builder.addInt8(byte);
    return builder.endVector();
  }
  const numbers = [...(value as number[])].reverse();
  const width = element === "int64" ? 8 : 4;
  builder.startVector(width, numbers.length, width);
  for (const n of numbers) {
    if (element === "int64") builder.addInt64(BigInt(n));
    else if (element === "float32") builder.addFloat32(n);
    else builder.addInt32(n);
  }
  return builder.endVector();
}
