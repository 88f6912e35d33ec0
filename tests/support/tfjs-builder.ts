// TensorFlow.js models in memory: a model.json and its weight shards, from Keras layers or from the nodes of a graph.

import { io } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { Source } from "../../host/import/source.ts";

/** The files of a model's folder, by name. */
export type Folder = Map<string, Uint8Array>;

/** What model.json holds. */
export interface ModelJson {
  format?: string;
  modelTopology: unknown;
  weightsManifest: io.WeightsManifestConfig;
  signature?: unknown;
}

export const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

export function source(folder: Folder, name = "net/model.json"): Source {
  const read = async (path: string) => {
    const bytes = folder.get(path);
    if (bytes === undefined) throw new Error(`${path}: no such file`);
    return bytes;
  };
  return { bytes: folder.get("model.json")!, name, read };
}

/** The folder with model.json changed. */
export function changed(folder: Folder, change: (json: ModelJson) => unknown): Folder {
  const json = JSON.parse(new TextDecoder().decode(folder.get("model.json")));
  return new Map(folder).set("model.json", text(change(json) ?? json));
}

/** The weights in one group of so many shards. */
function folderOf(json: Omit<ModelJson, "weightsManifest">, weights: Weights, shards: number): Folder {
  const paths = Array.from({ length: shards }, (_, i) => `group1-shard${i + 1}of${shards}.bin`);
  const manifest = [{ paths, weights: weights.specs }];
  const each = Math.ceil(weights.data.length / shards);
  const files = paths.map((path, i): [string, Uint8Array] => [path, weights.data.slice(i * each, (i + 1) * each)]);
  return new Map([["model.json", text({ ...json, weightsManifest: manifest })], ...files]);
}

interface Weights {
  specs: io.WeightsManifestEntry[];
  data: Uint8Array;
}

/** A Layers model as TensorFlow.js saves it. */
export async function savedLayers(model: LayersModel, shards = 1): Promise<Folder> {
  let saved: io.ModelArtifacts | undefined;
  await model.save(
    io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: io.getModelArtifactsInfoForJSON(artifacts) };
    }),
  );
  const { modelTopology, weightSpecs: specs = [], weightData } = saved!;
  const data = new Uint8Array(io.CompositeArrayBuffer.join(weightData));
  return folderOf({ format: "layers-model", modelTopology }, { specs, data }, shards);
}

export interface GraphConstant {
  dims: number[];
  data: Float32Array | Int32Array;
}

export interface NodeDef {
  name: string;
  op: string;
  input?: string[];
  attr?: Record<string, unknown>;
}

export interface GraphDraft {
  /** Of the Placeholder "x"; −1 for an unknown size. */
  input: number[];
  constants?: Record<string, GraphConstant>;
  nodes: NodeDef[];
  /** Without, the nodes that no other reads are the outputs. */
  outputs?: string[];
}

export const node = (op: string, name: string, input: string[], attr: NodeDef["attr"] = {}): NodeDef => ({
  name,
  op,
  input,
  attr,
});

/** Attributes as JSON has them: bytes in base64, 64-bit integers as text. */
export const attr = {
  text: (value: string) => ({ s: btoa(value) }),
  texts: (...values: string[]) => ({ list: { s: values.map((value) => btoa(value)) } }),
  ints: (...values: number[]) => ({ list: { i: values.map(String) } }),
  int: (value: number) => ({ i: value }),
  float: (value: number) => ({ f: value }),
  flag: (value: boolean) => ({ b: value }),
  type: (value: string) => ({ type: value }),
};

const isFloat = ({ data }: GraphConstant) => data instanceof Float32Array;

/** A graph model as tensorflowjs_converter writes it. */
export function savedGraph({ input, constants = {}, nodes, outputs }: GraphDraft, shards = 1): Folder {
  const dim = input.map((size) => ({ size: String(size) }));
  const placeholder = { dtype: attr.type("DT_FLOAT"), shape: { shape: { dim } } };
  const named = Object.entries(constants);
  const topology = {
    node: [
      node("Placeholder", "x", [], placeholder),
      ...named.map(([name, constant]) => {
        return node("Const", name, [], { dtype: attr.type(isFloat(constant) ? "DT_FLOAT" : "DT_INT32") });
      }),
      ...nodes,
    ],
    library: {},
    versions: { producer: 175 },
  };
  const signature = outputs && {
    inputs: { x: { name: "x:0", dtype: "DT_FLOAT", tensorShape: { dim } } },
    outputs: Object.fromEntries(outputs.map((name) => [name, { name: `${name}:0` }])),
  };
  const specs = named.map(([name, constant]): io.WeightsManifestEntry => {
    return { name, shape: constant.dims, dtype: isFloat(constant) ? "float32" : "int32" };
  });
  const data = Buffer.concat(
    named.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  );
  return folderOf({ format: "graph-model", modelTopology: topology, signature }, { specs, data }, shards);
}

type Stored = "uint8" | "uint16" | "float16";

/** The folder with its float weights stored in fewer bytes, as `tensorflowjs_converter --quantize_…` does. */
export function quantised(folder: Folder, dtype: Stored): Folder {
  const json: ModelJson = JSON.parse(new TextDecoder().decode(folder.get("model.json")));
  const [{ paths, weights }] = json.weightsManifest;
  const whole = Buffer.concat(paths.map((path) => folder.get(path)!));
  let at = 0;
  const parts = weights.map((weight) => {
    const length = weight.shape.reduce((product, n) => product * n, 1);
    const bytes = whole.subarray(at, at + 4 * length);
    at += 4 * length;
    if (weight.dtype !== "float32") return bytes;
    const values = Array.from({ length }, (_, i) => bytes.readFloatLE(4 * i));
    if (dtype === "float16") {
      weight.quantization = { dtype };
      return Buffer.from(Uint16Array.from(values, half).buffer);
    }
    const top = dtype === "uint8" ? 255 : 65535;
    const min = Math.min(...values);
    const scale = (Math.max(...values) - min) / top || 1;
    weight.quantization = { dtype, min, scale };
    const steps = values.map((value) => Math.round((value - min) / scale));
    return Buffer.from(dtype === "uint8" ? Uint8Array.from(steps) : new Uint8Array(Uint16Array.from(steps).buffer));
  });
  const specs = { specs: weights, data: new Uint8Array(Buffer.concat(parts)) };
  return folderOf({ ...json }, specs, paths.length);
}

/** Bits of a normal binary16 near the value, cut off. */
function half(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0];
  const exponent = ((bits >>> 23) & 255) - 112;
  if (exponent <= 0) return 0;
  return ((bits >>> 16) & 0x8000) | (exponent << 10) | ((bits >>> 13) & 0x3ff);
}
