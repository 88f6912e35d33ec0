import type { onnx } from "onnx-proto";
import { HalfbitError } from "../../errors.ts";
import { count, MAX_NUMBERS, type Numbers, show } from "../numbers.ts";
import type { Constant } from "./values.ts";

type Field = "floatData" | "int32Data" | "int64Data" | "doubleData" | "uint64Data";

interface Type {
  name: string;
  /** Bytes of one number in raw_data. */
  bytes: number;
  raw: (view: DataView, offset: number) => number;
  /** Where the numbers are when raw_data is empty. */
  field: Field;
  make: (length: number) => Numbers;
  /** What a number of `field` means: the bit pattern of the 16-bit floats. */
  decode?: (stored: number) => number;
}

const floats = (length: number) => new Float32Array(length);
const wide = (length: number) => new Float64Array(length);

/** TensorProto.DataType → how to read it. */
const TYPES: Record<number, Type> = {
  1: { name: "float32", bytes: 4, raw: (v, o) => v.getFloat32(o, true), field: "floatData", make: floats },
  2: { name: "uint8", bytes: 1, raw: (v, o) => v.getUint8(o), field: "int32Data", make: (n) => new Uint8Array(n) },
  3: { name: "int8", bytes: 1, raw: (v, o) => v.getInt8(o), field: "int32Data", make: (n) => new Int8Array(n) },
  6: {
    name: "int32",
    bytes: 4,
    raw: (v, o) => v.getInt32(o, true),
    field: "int32Data",
    make: (n) => new Int32Array(n),
  },
  7: { name: "int64", bytes: 8, raw: (v, o) => Number(v.getBigInt64(o, true)), field: "int64Data", make: wide },
  9: { name: "bool", bytes: 1, raw: (v, o) => v.getUint8(o), field: "int32Data", make: (n) => new Uint8Array(n) },
  10: {
    name: "float16",
    bytes: 2,
    raw: (v, o) => half(v.getUint16(o, true)),
    field: "int32Data",
    make: floats,
    decode: half,
  },
  11: { name: "float64", bytes: 8, raw: (v, o) => v.getFloat64(o, true), field: "doubleData", make: floats },
  16: {
    name: "bfloat16",
    bytes: 2,
    raw: (v, o) => brain(v.getUint16(o, true)),
    field: "int32Data",
    make: floats,
    decode: brain,
  },
};

/** TensorProto.DataType of the types a Cast may name. */
export const FLOAT = 1;
export const FLOAT16 = 10;
export const DOUBLE = 11;
export const UINT8 = 2;
export const INT8 = 3;

/** An empty array of a TensorProto.DataType, or undefined where the type is not read. */
export function emptyOf(type: number, length: number): Numbers | undefined {
  return TYPES[type]?.make(length);
}

/** IEEE 754 binary16 from its bits: 1 sign, 5 exponent (bias 15), 10 fraction. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** bfloat16: the upper half of a float32. */
function brain(bits: number): number {
  return new Float32Array(new Uint32Array([bits << 16]).buffer)[0];
}

/** The constant a TensorProto holds. `file` is for messages. */
export function readTensor(proto: onnx.ITensorProto, file: string): Constant {
  const name = proto.name || "without a name";
  const bad = (what: string) =>
    new HalfbitError("E_SOURCE_CORRUPT", `${file}: tensor ${name} ${what}; export it again`);
  if (proto.dataLocation === 1 || proto.externalData?.length)
    throw new HalfbitError(
      "E_UNSUPPORTED",
      `${file}: tensor ${name} lies in another file (external data); save the model as one file ` +
        `(onnx.save_model(model, path, save_as_external_data=False))`,
    );
  const type = TYPES[proto.dataType ?? 0];
  if (type === undefined)
    throw new HalfbitError(
      "E_UNSUPPORTED",
      `${file}: tensor ${name} has ONNX data type ${proto.dataType}; export it as float32`,
    );
  const dims = (proto.dims ?? []).map((n) => Number(String(n)));
  const length = count(dims);
  if (!dims.every((n) => Number.isSafeInteger(n) && n >= 0) || length > MAX_NUMBERS)
    throw bad(`has the impossible shape ${show(dims)}`);

  const raw = proto.rawData;
  const data = raw?.length || length === 0 ? type.make(raw?.length ? length : 0) : undefined;
  if (data !== undefined && raw?.length) {
    if (raw.length !== length * type.bytes) throw bad(`holds ${raw.length} bytes instead of ${length * type.bytes}`);
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    for (let i = 0; i < length; i++) data[i] = type.raw(view, i * type.bytes);
  }
  return { kind: "constant", dims, data: data ?? listed(proto, type, length, bad) };
}

function listed(proto: onnx.ITensorProto, type: Type, length: number, bad: (what: string) => HalfbitError): Numbers {
  const stored = proto[type.field] ?? [];
  if (stored.length !== length) throw bad(`holds ${stored.length} numbers instead of ${length}`);
  const decode = type.decode ?? ((n: number) => n);
  const data = type.make(length);
  for (let i = 0; i < length; i++) data[i] = decode(Number(String(stored[i])));
  return data;
}
