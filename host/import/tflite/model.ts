// The source network as its file states it, indices checked: tensors with their constant bytes, operators in
// execution order. What the operators mean is the converters' business.

import { HalfbitError } from "../../errors.ts";
import { operatorName } from "./operators.ts";
import { defaults, FlatReader } from "./reader.ts";
import { OPTIONS_TAG, type TableName, type TableOf, TENSOR_TYPES } from "./schema.ts";

export interface SourceTensor {
  index: number;
  name: string;
  shape: number[];
  /** −1 where the size is known only at run time; empty where the file says nothing. */
  signature: number[];
  /** "FLOAT32", "INT8", … */
  type: string;
  /** real = scales[i] · (q − zeroPoints[i]); several entries run along `dimension`. */
  quantisation?: { scales: number[]; zeroPoints: number[]; dimension: number };
  /** Present on constants: little-endian, row-major. */
  data?: Uint8Array;
  /** Why the constant cannot be read, if it cannot. */
  unreadable?: string;
}

export interface SourceOperator {
  index: number;
  name: string;
  /** Tensor indices, −1 where an optional input is missing. */
  inputs: number[];
  outputs: number[];
  options: <N extends TableName>(table: N) => TableOf<N>;
}

export interface SourceModel {
  file: string;
  tensors: SourceTensor[];
  operators: SourceOperator[];
  inputs: number[];
  outputs: number[];
}

/** bytes: a .tflite file; file: its name, for messages. Throws E_SOURCE_FORMAT, E_SOURCE_CORRUPT or E_UNSUPPORTED. */
export function readModel(bytes: Uint8Array, file: string): SourceModel {
  if (bytes.length < 8 || String.fromCharCode(...bytes.subarray(4, 8)) !== "TFL3") {
    throw new HalfbitError("E_SOURCE_FORMAT", `${file}: not a TFLite file (no "TFL3" at byte 4)`);
  }
  const reader = new FlatReader(bytes, file);
  const model = reader.root("Model");
  if (model.version !== 3) {
    throw new HalfbitError("E_SOURCE_FORMAT", `${file}: TFLite schema version ${model.version}; export as version 3`);
  }
  if (model.subgraphs.length !== 1) {
    throw new HalfbitError(
      "E_UNSUPPORTED",
      `${file}: ${model.subgraphs.length} subgraphs; halfbit takes networks of one (no control flow)`,
    );
  }
  const [graph] = model.subgraphs;
  const tensorCount = graph.tensors.length;
  const known = (indices: Int32Array, least: number, where: string) => {
    if (!indices.every((i) => i >= least && i < tensorCount)) {
      throw corrupt(file, `${where} names a tensor that does not exist`);
    }
    return [...indices];
  };
  return {
    file,
    tensors: graph.tensors.map((tensor, index) => sourceTensor(tensor, index, model.buffers, bytes, file)),
    operators: graph.operators.map((operator, index) => {
      const code = model.operatorCodes[operator.opcodeIndex];
      if (code === undefined) throw corrupt(file, `node ${index} has no operator code`);
      const name = operatorName(Math.max(code.builtinCode, code.deprecatedBuiltinCode), printable(code.customCode));
      return {
        index,
        name,
        inputs: known(operator.inputs, -1, `node ${index} (${name})`),
        outputs: known(operator.outputs, 0, `node ${index} (${name})`),
        options: (table) => {
          if (operator.builtinOptionsTag === 0 || operator.builtinOptions === 0) return defaults(table);
          if (operator.builtinOptionsTag === OPTIONS_TAG[table]) return reader.table(table, operator.builtinOptions);
          throw corrupt(file, `node ${index} (${name}) carries another operator's options`);
        },
      };
    }),
    inputs: known(graph.inputs, 0, "the list of inputs"),
    outputs: known(graph.outputs, 0, "the list of outputs"),
  };
}

function sourceTensor(
  tensor: TableOf<"Tensor">,
  index: number,
  buffers: TableOf<"Buffer">[],
  bytes: Uint8Array,
  file: string,
): SourceTensor {
  const name = printable(tensor.name) || `tensor ${index}`;
  const buffer = buffers[tensor.buffer];
  if (buffer === undefined) throw corrupt(file, `tensor "${name}" has no buffer ${tensor.buffer}`);
  const source: SourceTensor = {
    index,
    name,
    shape: [...tensor.shape],
    signature: [...tensor.shapeSignature],
    type: TENSOR_TYPES[tensor.type] ?? `type ${tensor.type}`,
  };
  if (buffer.offset > 1) {
    if (buffer.offset + buffer.size > bytes.length) throw corrupt(file, `the data of "${name}" lie outside the file`);
    source.data = bytes.subarray(buffer.offset, buffer.offset + buffer.size);
  } else if (buffer.data.length > 0) {
    source.data = buffer.data;
  }
  if (tensor.sparsity !== undefined) source.unreadable = "is stored in a sparse format; export it dense";
  if (tensor.externalBuffer !== 0) source.unreadable = "lies in another file; export the network as one file";
  if (tensor.isVariable) source.unreadable = "is a variable that keeps its value between runs";
  const q = tensor.quantization;
  if (q !== undefined && q.detailsTag !== 0) source.unreadable = "is quantised in blocks; use scales per channel";
  if (q !== undefined && q.scale.length > 0) {
    const zeroPoints = q.zeroPoint.length === 0 ? new Array<number>(q.scale.length).fill(0) : q.zeroPoint;
    const valid = zeroPoints.length === q.scale.length && q.scale.every((s) => s > 0 && s < Number.POSITIVE_INFINITY);
    if (!valid) throw corrupt(file, `the scales of "${name}" are not positive numbers, one for each zero point`);
    source.quantisation = { scales: [...q.scale], zeroPoints, dimension: q.quantizedDimension };
  }
  return source;
}

/** Names come from the file and end up in one-line messages: no control characters, at most 2,000 characters. */
function printable(name: string): string {
  return name.replace(/\p{C}/gu, "?").slice(0, 2000);
}

export function corrupt(file: string, what: string): HalfbitError {
  return new HalfbitError("E_SOURCE_CORRUPT", `${file}: damaged TFLite file: ${what}; export or copy it again`);
}
