// A model file as JSON and back, byte for byte: for reading a model, for comparing two, for changing one by hand.
// Fields that are at their neutral value are left out; weights are hexadecimal, in the file's order.
import { FORMAT_VERSION } from "../format/layout.ts";
import { readLayer, readMetadata, readSelfTest, readTensor } from "./dump/fields.ts";
import { printJson } from "./dump/json.ts";
import { integer, list, object } from "./dump/values.ts";
import { HalfbitError } from "./errors.ts";
import { emptyLayer, type Program, type ProgramLayer } from "./program.ts";

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function layerToJson(layer: ProgramLayer): Record<string, unknown> {
  const neutral = emptyLayer(layer.kind, layer.name, layer.input, layer.output);
  const { kind, name, input, output } = layer;
  const json: Record<string, unknown> = { kind, name, input, output };
  for (const key of Object.keys(neutral) as (keyof ProgramLayer)[]) {
    const value = layer[key];
    if (key in json || String(value) === String(neutral[key])) continue;
    if (value instanceof Uint8Array) json[key] = hex(value);
    else json[key] = value instanceof Int32Array ? Array.from(value) : value;
  }
  return json;
}

/** The program as JSON text, to be read by people and by parseDump. */
export function dump(program: Program): string {
  const { input, output, arenaBytes, metadata, selfTest, tensors, layers } = program;
  return `${printJson({
    formatVersion: FORMAT_VERSION,
    input,
    output,
    arenaBytes,
    metadata,
    ...(selfTest ? { selfTest } : {}),
    tensors,
    layers: layers.map(layerToJson),
  })}\n`;
}

/** The program that dump printed. Throws E_INPUT_FORMAT and says which field is wrong. */
export function parseDump(text: string, file: string): Program {
  try {
    const json = object(JSON.parse(text), "the file");
    if (json.formatVersion !== FORMAT_VERSION) {
      throw new TypeError(`formatVersion is ${json.formatVersion}, this version of halfbit writes ${FORMAT_VERSION}`);
    }
    return {
      tensors: list(json.tensors, "tensors").map((tensor, i) => readTensor(tensor, `tensors[${i}]`)),
      layers: list(json.layers, "layers").map((layer, i) => readLayer(layer, `layers[${i}]`)),
      input: integer(json.input, "input", 0, 0xffff),
      output: integer(json.output, "output", 0, 0xffff),
      arenaBytes: integer(json.arenaBytes, "arenaBytes", 0, 0xffffffff),
      metadata: readMetadata(json.metadata ?? {}),
      selfTest: json.selfTest === undefined ? undefined : readSelfTest(json.selfTest),
    };
  } catch (cause) {
    if (!(cause instanceof TypeError || cause instanceof SyntaxError)) throw cause;
    throw new HalfbitError("E_INPUT_FORMAT", `${file}: not a halfbit dump: ${cause.message}`, { cause });
  }
}
