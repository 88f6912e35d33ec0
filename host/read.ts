import crc32 from "crc-32";
import * as f from "../format/layout.ts";
import * as status from "../format/status.ts";
import { readMetadata as checkMetadata } from "./dump/fields.ts";
import { HalfbitError, refused } from "./errors.ts";
import { elementBytes, KIND_NAMES } from "./kinds.ts";
import { unpackWeights } from "./packing.ts";
import type { Metadata, Program, ProgramLayer, ProgramTensor } from "./program.ts";

/** How many numbers a layer's arrays hold, from its record and tensors. */
function counts(
  layer: ProgramLayer,
  tensors: ProgramTensor[],
): Record<"weights" | "weightsU" | "bias" | "multipliers" | "shifts", number> {
  const none = { weights: 0, weightsU: 0, bias: 0, multipliers: 0, shifts: 0 };
  const [h, w, c] = tensors[layer.input].shape;
  const [rows, columns, t] = tensors[layer.output].shape;
  const pixels = rows * columns;
  const taps = layer.kernel[0] * layer.kernel[1];
  switch (layer.kind) {
    case "Conv2D":
      return { ...none, weights: (t * taps * c) / layer.groups, bias: t, multipliers: t, shifts: t };
    case "DepthwiseConv2D":
      return { ...none, weights: taps * t, bias: t, multipliers: t, shifts: t };
    case "FullyConnected":
      return { ...none, weights: (t * h * w * c) / pixels, bias: t, multipliers: t, shifts: t };
    case "Lookup":
      return { ...none, weights: 256 };
    case "SemiBinary":
      return {
        weights: layer.rank * f.packedRowBytes(taps * c),
        weightsU: t * f.packedRowBytes(layer.rank),
        bias: t,
        multipliers: layer.rank,
        shifts: t,
      };
    case "BinaryPlanes":
      return {
        ...none,
        weights: t * layer.planes * f.packedRowBytes(taps * c),
        bias: t,
        multipliers: t * layer.planes,
      };
    default:
      return none;
  }
}

/** Header checks of the runtime, in its order. Returns the status and leaves records to the readers below. */
function headerStatus(bytes: Uint8Array, view: DataView): number {
  if (bytes.length < 8) return status.STATUS_TRUNCATED;
  if (view.getUint32(f.H_MAGIC, true) !== f.MAGIC) return status.STATUS_MAGIC;
  const version = view.getUint32(f.H_VERSION, true);
  if (version < f.FORMAT_VERSION) return status.STATUS_VERSION_OLD;
  if (version > f.FORMAT_VERSION) return status.STATUS_VERSION_NEW;
  if (bytes.length < f.HEADER_BYTES) return status.STATUS_TRUNCATED;
  if (view.getUint32(f.H_FILE_BYTES, true) !== bytes.length) return status.STATUS_FILE_BYTES;
  const sum = crc32.buf(bytes.subarray(f.H_CRC32 + 4));
  return view.getInt32(f.H_CRC32, true) === sum ? status.STATUS_OK : status.STATUS_CHECKSUM;
}

function readTensor(view: DataView, at: number): ProgramTensor {
  return {
    shape: [
      view.getUint16(at + f.T_HEIGHT, true),
      view.getUint16(at + f.T_WIDTH, true),
      view.getUint32(at + f.T_CHANNELS, true),
    ],
    scale: view.getFloat32(at + f.T_SCALE, true),
    zeroPoint: view.getInt32(at + f.T_ZERO_POINT, true),
    arenaOffset: view.getUint32(at + f.T_ARENA, true),
  };
}

/** `count` integers of 1, 2 or 4 bytes at the offset stored in the record. RangeError where they leave the file. */
function readArray(
  view: DataView,
  pointerAt: number,
  count: number,
  bytes: 0 | 1 | 2 | 4,
  signed: boolean,
): Int32Array {
  const at = view.getUint32(pointerAt, true);
  if (count < 0 || count * bytes + at > view.byteLength) throw new RangeError("array outside the file");
  const values = new Int32Array(bytes === 0 ? 0 : count);
  for (let i = 0; i < values.length; i++) {
    const p = at + i * bytes;
    if (bytes === 1) values[i] = signed ? view.getInt8(p) : view.getUint8(p);
    else if (bytes === 2) values[i] = signed ? view.getInt16(p, true) : view.getUint16(p, true);
    else values[i] = view.getInt32(p, true);
  }
  return values;
}

function readLayer(view: DataView, at: number, name: string, tensors: ProgramTensor[]): ProgramLayer {
  const kind = KIND_NAMES.get(view.getUint8(at + f.L_KIND));
  if (!kind) throw new RangeError("unknown layer kind");
  const second = view.getUint16(at + f.L_INPUT2, true);
  const pair = (a: number, b: number): [number, number] => [view.getUint8(at + a), view.getUint8(at + b)];
  const layer: ProgramLayer = {
    kind,
    name,
    input: view.getUint16(at + f.L_INPUT, true),
    input2: second === f.NO_TENSOR ? -1 : second,
    output: view.getUint16(at + f.L_OUTPUT, true),
    kernel: [view.getUint16(at + f.L_KERNEL_HEIGHT, true), view.getUint16(at + f.L_KERNEL_WIDTH, true)],
    stride: pair(f.L_STRIDE_HEIGHT, f.L_STRIDE_WIDTH),
    dilation: pair(f.L_DILATION_HEIGHT, f.L_DILATION_WIDTH),
    padTop: view.getUint8(at + f.L_PAD_TOP),
    padLeft: view.getUint8(at + f.L_PAD_LEFT),
    activationMin: view.getInt8(at + f.L_ACTIVATION_MIN),
    activationMax: view.getInt8(at + f.L_ACTIVATION_MAX),
    groups: view.getUint16(at + f.L_GROUPS, true),
    rank: view.getUint16(at + f.L_RANK, true),
    planes: view.getUint8(at + f.L_PLANES),
    shiftM: view.getUint8(at + f.L_SHIFT_M),
    shiftR: view.getUint8(at + f.L_SHIFT_R),
    biasShift: view.getUint8(at + f.L_BIAS_SHIFT),
    stripRows: view.getUint8(at + f.L_STRIP_ROWS),
    stripColumns: view.getUint8(at + f.L_STRIP_COLUMNS),
    batch: view.getUint16(at + f.L_BATCH, true),
    weights: new Uint8Array(0),
    weightsU: new Uint8Array(0),
    bias: new Int32Array(0),
    multipliers: new Int32Array(0),
    shifts: new Int32Array(0),
    scratchOffset: view.getUint32(at + f.L_SCRATCH, true),
    scratchBytes: view.getUint32(at + f.L_SCRATCH_BYTES, true),
    parameters: readArray(view, at + f.L_PARAMETERS, view.getUint8(at + f.L_PARAMETER_COUNT), 4, true),
  };
  if (!tensors[layer.input] || !tensors[layer.output]) throw new RangeError("no such tensor");
  const n = counts(layer, tensors);
  const size = elementBytes(kind);
  const weights = Uint8Array.from(readArray(view, at + f.L_WEIGHTS, n.weights, 1, false));
  layer.weights = unpackWeights(layer, weights, tensors[layer.output].shape[2]);
  layer.weightsU = Uint8Array.from(readArray(view, at + f.L_WEIGHTS_U, n.weightsU, 1, false));
  layer.bias = readArray(view, at + f.L_BIAS, n.bias, size.bias, true);
  layer.multipliers = readArray(view, at + f.L_MULTIPLIERS, n.multipliers, size.multipliers, kind !== "SemiBinary");
  layer.shifts = readArray(view, at + f.L_SHIFTS, n.shifts, size.shifts, kind !== "SemiBinary");
  return layer;
}

/** The metadata section alone, after the header's checks. Throws E_MODEL. */
export function readMetadata(bytes: Uint8Array, file: string): Metadata {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const code = headerStatus(bytes, view);
  if (code !== status.STATUS_OK) throw refused(file, code, -1);
  const at = view.getUint32(f.H_METADATA, true);
  const text = bytes.subarray(at, at + view.getUint32(f.H_METADATA_BYTES, true));
  if (text.length === 0) return {};
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text));
  } catch (cause) {
    throw new HalfbitError("E_MODEL", `${file}: the metadata is not valid JSON; compile the model again`, { cause });
  }
  try {
    return checkMetadata(json);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new HalfbitError("E_MODEL", `${file}: ${cause.message}; compile the model again`, { cause });
  }
}

/** Preprocessing has one value for all channels or one each. Throws E_MODEL. */
function checkChannels({ preprocessing }: Metadata, input: ProgramTensor | undefined, file: string): void {
  const channels = input?.shape[2];
  for (const values of [preprocessing?.mean, preprocessing?.scale]) {
    if (values === undefined || values.length === 1 || values.length === channels) continue;
    throw new HalfbitError(
      "E_MODEL",
      `${file}: metadata.preprocessing has ${values.length} values for ${channels} channels; compile the model again`,
    );
  }
}

/**
 * The program in a model file. It checks what it needs to read safely; whether the model may *run* is the runtime's
 * verifier to say. Throws E_MODEL with the runtime's status and the offending record.
 */
export function readModel(bytes: Uint8Array, file: string): Program {
  const metadata = readMetadata(bytes, file);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u32 = (offset: number) => view.getUint32(offset, true);
  const tensorCount = u32(f.H_TENSOR_COUNT);
  const layerCount = u32(f.H_LAYER_COUNT);
  if (tensorCount > f.MAX_TENSORS || layerCount > f.MAX_LAYERS) throw refused(file, status.STATUS_HEADER, -1);
  let reading = -1;
  try {
    const tensors = Array.from({ length: tensorCount }, (_, i) =>
      readTensor(view, u32(f.H_TENSORS) + i * f.TENSOR_BYTES),
    );
    const unscaled = tensors.findIndex(({ scale }) => !(scale > 0 && Number.isFinite(scale)));
    if (unscaled >= 0) throw refused(file, status.STATUS_TENSOR, unscaled);
    checkChannels(metadata, tensors[u32(f.H_INPUT)], file);
    const layers = Array.from({ length: layerCount }, (_, i) => {
      reading = i;
      return readLayer(view, u32(f.H_LAYERS) + i * f.LAYER_BYTES, metadata.layers?.[i] ?? `layer${i}`, tensors);
    });
    const selfTest = u32(f.H_SELF_TEST);
    delete metadata.layers;
    return {
      tensors,
      layers,
      input: u32(f.H_INPUT),
      output: u32(f.H_OUTPUT),
      arenaBytes: u32(f.H_ARENA_BYTES),
      metadata,
      selfTest: selfTest
        ? { seed: u32(selfTest), checksums: layers.map((_, i) => u32(selfTest + 4 + 4 * i)) }
        : undefined,
    };
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw refused(file, reading < 0 ? status.STATUS_TENSOR : status.STATUS_LAYER_KIND, reading);
  }
}
