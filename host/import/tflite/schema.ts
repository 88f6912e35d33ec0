// The part of the TFLite FlatBuffers schema (file identifier "TFL3") that the importer reads, as data:
// table → field → [field id, type, default where it is not 0]. reader.ts reads it, the tests' builder writes it.
//
// "[T]" is a vector. A "union" occupies two ids: its tag (uint8) at id − 1, the table's offset at id.
// Ids count fields in the schema's order of declaration, so they never change once published.

export const SCHEMA = {
  Model: {
    version: [0, "uint32"],
    operatorCodes: [1, "[OperatorCode]"],
    subgraphs: [2, "[SubGraph]"],
    description: [3, "string"],
    buffers: [4, "[Buffer]"],
  },
  OperatorCode: {
    // One byte in old files; codes above 127 are in builtinCode only. The larger of the two counts.
    deprecatedBuiltinCode: [0, "int8"],
    customCode: [1, "string"],
    version: [2, "int32", 1],
    builtinCode: [3, "int32"],
  },
  SubGraph: {
    tensors: [0, "[Tensor]"],
    inputs: [1, "[int32]"],
    outputs: [2, "[int32]"],
    operators: [3, "[Operator]"],
    name: [4, "string"],
  },
  Tensor: {
    shape: [0, "[int32]"],
    type: [1, "int8"],
    buffer: [2, "uint32"],
    name: [3, "string"],
    quantization: [4, "QuantizationParameters"],
    isVariable: [5, "bool"],
    sparsity: [6, "SparsityParameters"],
    /** The shape with −1 for what is unknown before run time. */
    shapeSignature: [7, "[int32]"],
    externalBuffer: [10, "uint32"],
  },
  QuantizationParameters: {
    scale: [2, "[float32]"],
    zeroPoint: [3, "[int64]"],
    detailsTag: [4, "uint8"],
    quantizedDimension: [6, "int32"],
  },
  /** Only its presence matters. */
  SparsityParameters: {},
  Buffer: {
    data: [0, "[uint8]"],
    // Large models keep the bytes behind the FlatBuffer, at this offset in the file, where it exceeds 1.
    offset: [1, "uint64"],
    size: [2, "uint64"],
  },
  Operator: {
    opcodeIndex: [0, "uint32"],
    inputs: [1, "[int32]"],
    outputs: [2, "[int32]"],
    builtinOptionsTag: [3, "uint8"],
    builtinOptions: [4, "union"],
  },
  Conv2DOptions: {
    padding: [0, "int8"],
    strideW: [1, "int32"],
    strideH: [2, "int32"],
    fusedActivation: [3, "int8"],
    dilationW: [4, "int32", 1],
    dilationH: [5, "int32", 1],
  },
  DepthwiseConv2DOptions: {
    padding: [0, "int8"],
    strideW: [1, "int32"],
    strideH: [2, "int32"],
    depthMultiplier: [3, "int32"],
    fusedActivation: [4, "int8"],
    dilationW: [5, "int32", 1],
    dilationH: [6, "int32", 1],
  },
  Pool2DOptions: {
    padding: [0, "int8"],
    strideW: [1, "int32"],
    strideH: [2, "int32"],
    filterW: [3, "int32"],
    filterH: [4, "int32"],
    fusedActivation: [5, "int8"],
  },
  FullyConnectedOptions: {
    fusedActivation: [0, "int8"],
    weightsFormat: [1, "int8"],
    keepNumDims: [2, "bool"],
  },
  SoftmaxOptions: { beta: [0, "float32"] },
  ConcatenationOptions: { axis: [0, "int32"], fusedActivation: [1, "int8"] },
  AddOptions: { fusedActivation: [0, "int8"] },
  SubOptions: { fusedActivation: [0, "int8"] },
  MulOptions: { fusedActivation: [0, "int8"] },
  ReducerOptions: { keepDims: [0, "bool"] },
  ReshapeOptions: { newShape: [0, "[int32]"] },
  SqueezeOptions: { squeezeDims: [0, "[int32]"] },
  PadOptions: {},
  PadV2Options: {},
  TransposeOptions: {},
  ExpandDimsOptions: {},
  DequantizeOptions: {},
  QuantizeOptions: {},
  HardSwishOptions: {},
} as const;

export type TableName = keyof typeof SCHEMA;

type Value<T> = T extends "bool"
  ? boolean
  : T extends "string"
    ? string
    : T extends "[uint8]"
      ? Uint8Array
      : T extends "[int32]"
        ? Int32Array
        : T extends "[float32]"
          ? Float32Array
          : T extends "[int64]"
            ? number[]
            : T extends TableName
              ? TableOf<T> | undefined
              : T extends `[${infer N extends TableName}]`
                ? TableOf<N>[]
                : number; // integers, floats; "union": the table's position, 0 where there is none

/** A table as reader.ts returns it: every field present, absent ones at their default (0, "", empty, undefined). */
export type TableOf<N extends TableName> = {
  [F in keyof (typeof SCHEMA)[N]]: (typeof SCHEMA)[N][F] extends readonly [number, infer T, ...unknown[]]
    ? Value<T>
    : never;
};

/** Tags of the BuiltinOptions union: the table that holds an operator's options. */
export const OPTIONS_TAG: Partial<Record<TableName, number>> = {
  Conv2DOptions: 1,
  DepthwiseConv2DOptions: 2,
  Pool2DOptions: 5,
  FullyConnectedOptions: 8,
  SoftmaxOptions: 9,
  ConcatenationOptions: 10,
  AddOptions: 11,
  ReshapeOptions: 17,
  MulOptions: 21,
  PadOptions: 22,
  TransposeOptions: 26,
  ReducerOptions: 27,
  SubOptions: 28,
  SqueezeOptions: 30,
  DequantizeOptions: 38,
  PadV2Options: 43,
  ExpandDimsOptions: 52,
  QuantizeOptions: 89,
  HardSwishOptions: 91,
};

/** Names of TensorType, by code. */
export const TENSOR_TYPES = (
  "FLOAT32 FLOAT16 INT32 UINT8 INT64 STRING BOOL INT16 COMPLEX64 INT8 FLOAT64 COMPLEX128 " +
  "UINT64 RESOURCE VARIANT UINT32 UINT16 INT4 BFLOAT16 INT2 UINT4 FLOAT8_E4M3FN FLOAT8_E5M2"
).split(" ");

/** Names of ActivationFunctionType, by code. */
export const ACTIVATIONS = ["NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "SIGN_BIT"];

export const PADDING_SAME = 0;
export const PADDING_VALID = 1;
