// model.json as it stands: which kind of TensorFlow.js model it holds, and the weights that it names.

import type { io } from "@tensorflow/tfjs-core";
import { HalfbitError } from "../../errors.ts";
import { count, MAX_NUMBERS, show } from "../numbers.ts";
import type { Source } from "../source.ts";

export type Json = Record<string, unknown>;

export interface TfjsModel {
  file: string;
  format: "layers-model" | "graph-model";
  topology: Json;
  manifest: io.WeightsManifestConfig;
  /** Of a graph model: the names of its inputs and outputs. */
  signature?: unknown;
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Text of other people's in a message of one line: without control characters, at most 300 characters. */
export function line(text: string): string {
  return text.replace(/\p{C}+/gu, " ").slice(0, 300);
}

/** Throws E_SOURCE_FORMAT for JSON that holds something else, E_SOURCE_CORRUPT for a model that is damaged. */
export function readModel({ bytes, name: file }: Source): TfjsModel {
  const corrupt = (what: string) => new HalfbitError("E_SOURCE_CORRUPT", `${file}: ${what}; export or copy it again`);
  const other = (what: string) =>
    new HalfbitError("E_SOURCE_FORMAT", `${file}: not a TFLite, ONNX or TensorFlow.js network but ${what}`);
  const text = new TextDecoder().decode(bytes);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    if (!/"(modelTopology|weightsManifest)"/.test(text)) throw other("text that is no JSON either");
    throw corrupt(`broken JSON (${line(String(error))})`);
  }
  const format = isObject(json) ? formatOf(json) : undefined;
  if (!isObject(json) || format === undefined) throw other(otherJson(json));
  const { modelTopology: topology, weightsManifest: manifest, signature, userDefinedMetadata: metadata } = json;
  if (!isObject(topology)) throw corrupt("modelTopology is not an object");
  if (!Array.isArray(manifest)) throw corrupt("weightsManifest is missing, so that there are no weights");
  for (const group of manifest) checkGroup(group, corrupt);
  return { file, format, topology, manifest, signature: signature ?? (isObject(metadata) && metadata.signature) };
}

/** Early versions of TensorFlow.js wrote no "format". */
function formatOf({ format, modelTopology }: Json): TfjsModel["format"] | undefined {
  if (format === "layers-model" || format === "graph-model") return format;
  if (!isObject(modelTopology)) return undefined;
  if (Array.isArray(modelTopology.node)) return "graph-model";
  return "model_config" in modelTopology || "class_name" in modelTopology ? "layers-model" : undefined;
}

/** What people pass by mistake, and what to do. */
function otherJson(json: unknown): string {
  if (Array.isArray(json) && json.some((group) => isObject(group) && "weights" in group)) {
    return "the weights manifest of an old TensorFlow.js model; convert the network again with tensorflowjs_converter";
  }
  if (!isObject(json)) return "other JSON";
  if ("arenaBytes" in json && "layers" in json) {
    return "the dump of a compiled halfbit model; compile its source network, or run `halfbit assemble`";
  }
  if ("class_name" in json) return "a Keras architecture without weights; save the model as TensorFlow.js or TFLite";
  return "other JSON; give the model.json that has modelTopology and weightsManifest";
}

/** Bytes a number of the types that weights are stored in. */
const BYTES: Record<string, number> = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2 };

function checkGroup(group: unknown, corrupt: (what: string) => HalfbitError): void {
  const { paths, weights } = isObject(group) ? group : {};
  if (!Array.isArray(paths) || !paths.every((path) => typeof path === "string") || !Array.isArray(weights)) {
    throw corrupt("weightsManifest has a group without a list of paths or of weights");
  }
  for (const weight of weights) {
    const { name, shape } = isObject(weight) ? weight : {};
    const valid = Array.isArray(shape) && shape.every((n) => Number.isInteger(n) && n >= 0);
    if (typeof name !== "string" || !valid) throw corrupt("weightsManifest has a weight without name or shape");
    if (count(shape) > MAX_NUMBERS) throw corrupt(`weight "${line(name)}" has the impossible shape ${show(shape)}`);
    if (storedBytes(weight) !== undefined) continue;
    throw corrupt(`weight "${line(name)}" has a type or quantisation that holds no numbers`);
  }
}

/** Bytes that a weight takes in the shards; undefined where no numbers can be read from them. */
export function storedBytes({ shape, dtype, quantization }: io.WeightsManifestEntry): number | undefined {
  if (!quantization) return BYTES[dtype] && count(shape) * BYTES[dtype];
  const { dtype: stored, scale, min } = quantization;
  if (stored !== "float16" && !(Number.isFinite(scale) && Number.isFinite(min))) return undefined;
  return BYTES[stored] && count(shape) * BYTES[stored];
}
