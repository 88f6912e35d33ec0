// Which importer a source network is for: by its bytes, not by its name.

import { HalfbitError } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";
import { importOnnx } from "./onnx/index.ts";
import type { Source } from "./source.ts";
import { importTflite } from "./tflite/index.ts";

/** What people pass by mistake: the first bytes, what they are, and what to do. */
const MISTAKEN: [prefix: string, what: string][] = [
  ["HBIT", "a compiled halfbit model; compile its source network, or run it with `halfbit run`"],
  ["\x89PNG", "a PNG image"],
  ["\xff\xd8\xff", "a JPEG image"],
  ["\x93NUMPY", "a NumPy array"],
  ["\x89HDF", "an HDF5 file (Keras .h5); export the network as TFLite"],
  ["PK\x03\x04", "a ZIP archive (Keras .keras or PyTorch); export the network as ONNX or TFLite"],
  ["\x80\x02", "a Python pickle (PyTorch); export the network as ONNX"],
  ["\x00asm", "a WebAssembly module"],
  ["\x1f\x8b", "gzip data; unpack it first"],
  ["GGUF", "a GGUF file"],
];

/** A TFLite, ONNX or TensorFlow.js network. */
export async function importModel(source: Source): Promise<Graph> {
  const { bytes, name: file } = source;
  const refuse = (what: string) => new HalfbitError("E_SOURCE_FORMAT", `${file}: ${what}`);
  if (bytes.length === 0) throw refuse("the file is empty; a TFLite, ONNX or TensorFlow.js network is expected");
  const start = String.fromCharCode(...bytes.subarray(0, 8));
  if (start.slice(4) === "TFL3") return importTflite(bytes, file);
  const mistaken = MISTAKEN.find(([prefix]) => start.startsWith(prefix));
  if (mistaken !== undefined) throw refuse(`not a TFLite, ONNX or TensorFlow.js network but ${mistaken[1]}`);
  if (isJson(bytes)) {
    const { importTfjs } = await import("./tfjs/index.ts"); // TensorFlow.js is slow to load: only where it is needed
    return importTfjs(source);
  }
  if (isText(bytes)) throw refuse("not a TFLite, ONNX or TensorFlow.js network but text");
  if (/\.onnx$/i.test(file) || isOnnx(bytes)) return importOnnx(bytes, file);
  throw refuse('neither TFLite ("TFL3" at byte 4) nor ONNX nor JSON; give a .tflite or .onnx file, or a model.json');
}

/** An object or a list, after white space. No ONNX file begins so: bytes of these are fields or types that none has there. */
function isJson(bytes: Uint8Array): boolean {
  return /^(\xef\xbb\xbf)?[ \t\r\n]*[{[]/.test(String.fromCharCode(...bytes.subarray(0, 64)));
}

function isText(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 512).every((b) => (b >= 32 && b < 127) || b === 9 || b === 10 || b === 13);
}

/** ONNX has no magic number. ModelProto is a row of protobuf fields 1 … 25 that fill the file, field 7 the graph. */
function isOnnx(bytes: Uint8Array): boolean {
  let at = 0;
  let graph = false;
  const varint = () => {
    let value = 0;
    for (let shift = 1; at < bytes.length; shift *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
    return Number.NaN;
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    if (!(field >= 1 && field <= 25)) return false;
    graph ||= field === 7;
    const value = varint(); // of a number, or the length of what follows
    if (tag % 8 === 2) at += value;
    else if (tag % 8 !== 0) return false;
    if (!(at <= bytes.length)) return false;
  }
  return graph;
}
