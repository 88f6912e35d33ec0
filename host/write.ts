import crc32 from "crc-32";
import * as f from "../format/layout.ts";
import { HalfbitError } from "./errors.ts";
import { elementBytes, KIND_CODES } from "./kinds.ts";
import { packWeights } from "./packing.ts";
import type { Program, ProgramLayer } from "./program.ts";

/** Appends arrays to the data section, each aligned to its element, and remembers where. */
class DataSection {
  readonly parts: { at: number; bytes: Uint8Array }[] = [];
  end = 0;

  /** Offset from the section's start, or −1 for an empty array. */
  add(values: ArrayLike<number>, elementSize: 1 | 2 | 4): number {
    if (values.length === 0) return -1;
    const at = Math.ceil(this.end / elementSize) * elementSize;
    const bytes = new Uint8Array(values.length * elementSize);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < values.length; i++) {
      if (elementSize === 1) view.setUint8(i, values[i] & 255);
      else if (elementSize === 2) view.setUint16(2 * i, values[i] & 0xffff, true);
      else view.setInt32(4 * i, values[i], true);
    }
    this.parts.push({ at, bytes });
    this.end = at + bytes.length;
    return at;
  }
}

interface LayerData {
  weights: number;
  weightsU: number;
  bias: number;
  multipliers: number;
  shifts: number;
  parameters: number;
}

function addLayerData(section: DataSection, layer: ProgramLayer): LayerData {
  const { bias, multipliers, shifts } = elementBytes(layer.kind);
  const signed = layer.kind !== "SemiBinary"; // M and R are not
  checkArray(layer, "bias", layer.bias, bias, true);
  checkArray(layer, "multipliers", layer.multipliers, multipliers, signed);
  checkArray(layer, "shifts", layer.shifts, shifts, signed);
  return {
    weights: section.add(packWeights(layer), 1),
    weightsU: section.add(layer.weightsU, 1),
    bias: bias ? section.add(layer.bias, bias) : -1,
    multipliers: multipliers ? section.add(layer.multipliers, multipliers) : -1,
    shifts: shifts ? section.add(layer.shifts, shifts) : -1,
    parameters: section.add(layer.parameters, 4),
  };
}

/** Numbers must fit their `bytes` in the data section; what the kind has none of is not written. */
function checkArray(layer: ProgramLayer, name: string, values: Int32Array, bytes: number, signed: boolean): void {
  if (bytes === 0) return;
  const least = signed ? -(2 ** (8 * bytes - 1)) : 0;
  const most = least + 2 ** (8 * bytes) - 1;
  const beyond = values.find((value) => value < least || value > most);
  if (beyond !== undefined) throw beyondFormat(layer, `${name} holds ${beyond}`, least, most);
}

function beyondFormat({ name }: ProgramLayer, what: string, least: number, most: number): HalfbitError {
  return new HalfbitError("E_TOO_LARGE", `layer ${name}: ${what}; the model format holds ${least} to ${most}`);
}

/** Largest values of the record's small fields, checked so that nothing wraps silently. */
function checkField(layer: ProgramLayer, name: string, value: number, limit: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= limit) return;
  throw beyondFormat(layer, `${name} is ${value}`, 0, limit);
}

function writeLayer(view: DataView, at: number, layer: ProgramLayer, data: LayerData, dataStart: number): void {
  const u8 = (offset: number, name: string, value: number) => {
    checkField(layer, name, value, 255);
    view.setUint8(at + offset, value);
  };
  const u16 = (offset: number, name: string, value: number) => {
    checkField(layer, name, value, 65535);
    view.setUint16(at + offset, value, true);
  };
  const pointer = (offset: number, value: number) =>
    view.setUint32(at + offset, value < 0 ? 0 : dataStart + value, true);
  u8(f.L_KIND, "kind", KIND_CODES[layer.kind]);
  u8(f.L_PLANES, "planes", layer.planes);
  u16(f.L_INPUT, "input", layer.input);
  u16(f.L_INPUT2, "second input", layer.input2 < 0 ? f.NO_TENSOR : layer.input2);
  u16(f.L_OUTPUT, "output", layer.output);
  u16(f.L_KERNEL_HEIGHT, "kernel height", layer.kernel[0]);
  u16(f.L_KERNEL_WIDTH, "kernel width", layer.kernel[1]);
  u8(f.L_STRIDE_HEIGHT, "stride height", layer.stride[0]);
  u8(f.L_STRIDE_WIDTH, "stride width", layer.stride[1]);
  u8(f.L_DILATION_HEIGHT, "dilation height", layer.dilation[0]);
  u8(f.L_DILATION_WIDTH, "dilation width", layer.dilation[1]);
  u8(f.L_PAD_TOP, "padding at the top", layer.padTop);
  u8(f.L_PAD_LEFT, "padding at the left", layer.padLeft);
  view.setInt8(at + f.L_ACTIVATION_MIN, layer.activationMin);
  view.setInt8(at + f.L_ACTIVATION_MAX, layer.activationMax);
  u16(f.L_GROUPS, "groups", layer.groups);
  u16(f.L_RANK, "rank", layer.rank);
  u8(f.L_SHIFT_M, "shift of M", layer.shiftM);
  u8(f.L_SHIFT_R, "shift of R", layer.shiftR);
  u8(f.L_STRIP_ROWS, "rows of a strip", layer.stripRows);
  u8(f.L_STRIP_COLUMNS, "columns of a strip", layer.stripColumns);
  u16(f.L_BATCH, "batch", layer.batch);
  pointer(f.L_WEIGHTS, data.weights);
  pointer(f.L_WEIGHTS_U, data.weightsU);
  pointer(f.L_BIAS, data.bias);
  pointer(f.L_MULTIPLIERS, data.multipliers);
  pointer(f.L_SHIFTS, data.shifts);
  view.setUint32(at + f.L_SCRATCH, layer.scratchOffset, true);
  view.setUint32(at + f.L_SCRATCH_BYTES, layer.scratchBytes, true);
  pointer(f.L_PARAMETERS, data.parameters);
  u8(f.L_PARAMETER_COUNT, "parameters", layer.parameters.length);
  u8(f.L_BIAS_SHIFT, "shift of the biases", layer.biasShift);
}

/**
 * The model file of a planned program (format/SPEC.md). Byte for byte a function of the program.
 * Throws E_TOO_LARGE where a number does not fit its field.
 */
export function writeModel(program: Program): Uint8Array {
  const data = new DataSection();
  const layerData = program.layers.map((layer) => addLayerData(data, layer));
  const metadata = new TextEncoder().encode(
    JSON.stringify({ ...program.metadata, layers: program.layers.map((layer) => layer.name) }),
  );
  const tensorsAt = f.HEADER_BYTES;
  const layersAt = f.align(tensorsAt + program.tensors.length * f.TENSOR_BYTES);
  const dataAt = f.align(layersAt + program.layers.length * f.LAYER_BYTES);
  const metadataAt = f.align(dataAt + data.end);
  const selfTestAt = program.selfTest ? f.align(metadataAt + metadata.length) : 0;
  const end = program.selfTest ? selfTestAt + 4 + 4 * program.layers.length : metadataAt + metadata.length;
  if (end > f.MAX_FILE_BYTES)
    throw new HalfbitError("E_TOO_LARGE", `the model would take ${end} bytes; the format holds ${f.MAX_FILE_BYTES}`);

  const file = new Uint8Array(end);
  const view = new DataView(file.buffer);
  const header: [number, number][] = [
    [f.H_MAGIC, f.MAGIC],
    [f.H_VERSION, f.FORMAT_VERSION],
    [f.H_FILE_BYTES, end],
    [f.H_ARENA_BYTES, program.arenaBytes],
    [f.H_TENSOR_COUNT, program.tensors.length],
    [f.H_TENSORS, tensorsAt],
    [f.H_LAYER_COUNT, program.layers.length],
    [f.H_LAYERS, layersAt],
    [f.H_DATA, dataAt],
    [f.H_DATA_BYTES, data.end],
    [f.H_METADATA, metadataAt],
    [f.H_METADATA_BYTES, metadata.length],
    [f.H_INPUT, program.input],
    [f.H_OUTPUT, program.output],
    [f.H_SELF_TEST, selfTestAt],
  ];
  for (const [offset, value] of header) view.setUint32(offset, value, true);
  program.tensors.forEach((tensor, i) => {
    const at = tensorsAt + i * f.TENSOR_BYTES;
    if (tensor.shape[0] > 65535 || tensor.shape[1] > 65535)
      throw new HalfbitError(
        "E_TOO_LARGE",
        `a tensor of shape ${tensor.shape.join("×")}: height and width are at most 65535`,
      );
    view.setUint32(at + f.T_ARENA, tensor.arenaOffset, true);
    view.setUint16(at + f.T_HEIGHT, tensor.shape[0], true);
    view.setUint16(at + f.T_WIDTH, tensor.shape[1], true);
    view.setUint32(at + f.T_CHANNELS, tensor.shape[2], true);
    view.setFloat32(at + f.T_SCALE, tensor.scale, true);
    view.setInt32(at + f.T_ZERO_POINT, tensor.zeroPoint, true);
  });
  program.layers.forEach((layer, i) => {
    writeLayer(view, layersAt + i * f.LAYER_BYTES, layer, layerData[i], dataAt);
  });
  for (const part of data.parts) file.set(part.bytes, dataAt + part.at);
  file.set(metadata, metadataAt);
  if (program.selfTest) {
    view.setUint32(selfTestAt, program.selfTest.seed, true);
    program.selfTest.checksums.forEach((sum, i) => {
      view.setUint32(selfTestAt + 4 + 4 * i, sum, true);
    });
  }
  view.setInt32(f.H_CRC32, crc32.buf(file.subarray(f.H_CRC32 + 4)), true);
  return file;
}
