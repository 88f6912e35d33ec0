// The records of a dump, field by field; host/program.ts says what each means.
import { KIND_CODES } from "../kinds.ts";
import {
  emptyLayer,
  type Kind,
  type Metadata,
  type Program,
  type ProgramLayer,
  type ProgramTensor,
} from "../program.ts";
import { finite, hexBytes, integer, integers, list, object, text } from "./values.ts";

const U32 = 0xffffffff;
const I32: [number, number] = [-(2 ** 31), 2 ** 31 - 1];

/** Ranges of the record's single numbers, and of its pairs. */
const NUMBERS: Partial<Record<keyof ProgramLayer, [number, number]>> = {
  input2: [-1, 0xffff],
  padTop: [0, 255],
  padLeft: [0, 255],
  activationMin: [-128, 127],
  activationMax: [-128, 127],
  groups: [0, 0xffff],
  rank: [0, 0xffff],
  planes: [0, 255],
  shiftM: [0, 255],
  shiftR: [0, 255],
  biasShift: [0, 255],
  stripRows: [0, 255],
  stripColumns: [0, 255],
  batch: [0, 0xffff],
  scratchOffset: [0, U32],
  scratchBytes: [0, U32],
};
const PAIRS: Partial<Record<keyof ProgramLayer, number>> = { kernel: 0xffff, stride: 255, dilation: 255 };

export function readTensor(value: unknown, at: string): ProgramTensor {
  const json = object(value, at);
  const shape = integers(json.shape, `${at}.shape`, 0, U32);
  const { scale } = json;
  if (shape.length !== 3) throw new TypeError(`${at}.shape has ${shape.length} numbers, not height, width, channels`);
  if (typeof scale !== "number") throw new TypeError(`${at}.scale is no number`);
  return {
    shape: [shape[0], shape[1], shape[2]],
    scale,
    zeroPoint: integer(json.zeroPoint, `${at}.zeroPoint`, -128, 127),
    arenaOffset: integer(json.arenaOffset, `${at}.arenaOffset`, 0, U32),
  };
}

function readField(layer: ProgramLayer, key: string, value: unknown, at: string): unknown {
  const name = key as keyof ProgramLayer;
  const range = NUMBERS[name];
  if (range) return integer(value, at, ...range);
  const limit = PAIRS[name];
  if (limit !== undefined) {
    const pair = integers(value, at, 0, limit);
    if (pair.length !== 2) throw new TypeError(`${at} has ${pair.length} numbers, not height and width`);
    return pair;
  }
  if (layer[name] instanceof Uint8Array) return hexBytes(value, at);
  if (layer[name] instanceof Int32Array) return Int32Array.from(integers(value, at, ...I32));
  throw new TypeError(`${at} is no field of a layer`);
}

export function readLayer(value: unknown, at: string): ProgramLayer {
  const { kind, name, input, output, ...fields } = object(value, at);
  if (!Object.hasOwn(KIND_CODES, text(kind, `${at}.kind`)))
    throw new TypeError(`${at}.kind is no kind of layer: ${kind}`);
  const layer = emptyLayer(
    kind as Kind,
    text(name, `${at}.name`),
    integer(input, `${at}.input`, 0, 0xffff),
    integer(output, `${at}.output`, 0, 0xffff),
  );
  const read = Object.entries(fields).map(([key, field]) => [key, readField(layer, key, field, `${at}.${key}`)]);
  return { ...layer, ...Object.fromEntries(read) };
}

export function readSelfTest(value: unknown): Program["selfTest"] {
  const json = object(value, "selfTest");
  return {
    seed: integer(json.seed, "selfTest.seed", 0, U32),
    checksums: integers(json.checksums, "selfTest.checksums", 0, U32),
  };
}

function checkTexts(value: unknown, at: string): void {
  for (const [i, entry] of list(value, at).entries()) text(entry, `${at}[${i}]`);
}

function checkPreprocessing(value: unknown): void {
  const at = "metadata.preprocessing";
  const json = object(value, at);
  for (const key of ["mean", "scale"]) {
    const values = list(json[key], `${at}.${key}`);
    if (values.length === 0) throw new TypeError(`${at}.${key} is empty`);
    for (const [i, entry] of values.entries()) finite(entry, `${at}.${key}[${i}]`);
  }
  if (!["RGB", "BGR", "grayscale"].includes(text(json.channelOrder, `${at}.channelOrder`)))
    throw new TypeError(`${at}.channelOrder is ${json.channelOrder}, not RGB, BGR or grayscale`);
}

/** Metadata is JSON in the model file too and is kept as it is; what hosts print or compute with is checked. */
export function readMetadata(value: unknown): Metadata {
  const json = object(value, "metadata");
  if (json.name !== undefined) text(json.name, "metadata.name");
  for (const key of ["labels", "layers"]) if (json[key] !== undefined) checkTexts(json[key], `metadata.${key}`);
  if (json.preprocessing !== undefined) checkPreprocessing(json.preprocessing);
  return json as Metadata;
}
