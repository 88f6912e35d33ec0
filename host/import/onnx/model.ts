import onnxProto, { type onnx } from "onnx-proto";
import { HalfbitError } from "../../errors.ts";
import { readTensor } from "./tensor.ts";
import type { Constant } from "./values.ts";

/** The oldest operator set whose meaning the importer knows. */
export const OLDEST_OPSET = 11;

export interface Attribute {
  int: number;
  float: number;
  string: string;
  ints: number[];
  floats: number[];
  tensor?: onnx.ITensorProto;
  graph?: Branch;
}

/** A graph inside a node, such as a branch of If; it reads the values around it. */
export interface Branch {
  nodes: Node[];
  constants: Map<string, Constant>;
  output: string;
}

export interface Node {
  /** "Conv", or "domain::Name" outside the standard domain. */
  operator: string;
  name: string;
  inputs: string[];
  outputs: string[];
  attributes: Map<string, Attribute>;
}

export interface Model {
  name: string;
  opset: number;
  nodes: Node[];
  constants: Map<string, Constant>;
  input: { name: string; dims: (number | undefined)[] };
  output: string;
}

/** Parses an ONNX file and checks what does not depend on operators. Dimensions of the input that are names are undefined. */
export function readModel(bytes: Uint8Array, file: string): Model {
  const proto = decode(bytes, file);
  const graph = proto.graph;
  if (!graph?.node?.length)
    throw new HalfbitError("E_SOURCE_CORRUPT", `${file}: not an ONNX network (it holds no nodes); export it again`);

  const versions = (proto.opsetImport ?? []).filter((o) => !o.domain || o.domain === "ai.onnx");
  const opset = Math.max(0, ...versions.map((o) => number(o.version)));
  if (opset < OLDEST_OPSET)
    throw new HalfbitError(
      "E_UNSUPPORTED",
      `${file}: ONNX operator set ${opset || "missing"}; export with opset_version=${OLDEST_OPSET} or later`,
    );
  if (graph.sparseInitializer?.length)
    throw new HalfbitError("E_UNSUPPORTED", `${file}: sparse initializers; export dense weights`);

  const constants = readConstants(graph, file);
  const inputs = (graph.input ?? []).filter((v) => !constants.has(v.name ?? ""));
  const outputs = graph.output ?? [];
  for (const [what, list] of [["input", inputs] as const, ["output", outputs] as const])
    if (list.length !== 1)
      throw new HalfbitError(
        "E_UNSUPPORTED",
        `${file}: the network has ${list.length} ${what}s (${list.map((v) => v.name).join(", ")}); export it with one`,
      );
  return {
    name: graph.name || proto.producerName || "network",
    opset,
    nodes: graph.node.map((node) => readNode(node, file)),
    constants,
    input: { name: inputs[0].name ?? "", dims: inputDims(inputs[0], file) },
    output: outputs[0].name ?? "",
  };
}

function decode(bytes: Uint8Array, file: string): onnx.ModelProto {
  try {
    return onnxProto.onnx.ModelProto.decode(bytes);
  } catch (cause) {
    throw new HalfbitError("E_SOURCE_CORRUPT", `${file}: not an ONNX file, or a damaged one; export it again`, {
      cause,
    });
  }
}

/** int64 fields are Long objects or numbers, depending on the size. */
function number(value: unknown): number {
  return value === undefined || value === null ? 0 : Number(String(value));
}

function readConstants(graph: onnx.IGraphProto, file: string): Map<string, Constant> {
  return new Map((graph.initializer ?? []).map((t) => [t.name ?? "", readTensor(t, file)]));
}

function readBranch(graph: onnx.IGraphProto, file: string): Branch {
  return {
    nodes: (graph.node ?? []).map((node) => readNode(node, file)),
    constants: readConstants(graph, file),
    output: graph.output?.[0]?.name ?? "",
  };
}

function readNode(proto: onnx.INodeProto, file: string): Node {
  const text = new TextDecoder();
  const type = proto.opType ?? "";
  return {
    operator: !proto.domain || proto.domain === "ai.onnx" ? type : `${proto.domain}::${type}`,
    name: proto.name || proto.output?.[0] || type,
    inputs: proto.input ?? [],
    outputs: proto.output ?? [],
    attributes: new Map(
      (proto.attribute ?? []).map((a) => [
        a.name ?? "",
        {
          int: number(a.i),
          float: a.f ?? 0,
          string: text.decode(a.s ?? new Uint8Array(0)),
          ints: (a.ints ?? []).map(number),
          floats: a.floats ?? [],
          tensor: a.t ?? undefined,
          graph: a.g ? readBranch(a.g, file) : undefined,
        },
      ]),
    ),
  };
}

function inputDims(info: onnx.IValueInfoProto, file: string): (number | undefined)[] {
  const shape = info.type?.tensorType?.shape;
  if (!shape)
    throw new HalfbitError(
      "E_UNSUPPORTED",
      `${file}: input ${info.name} has no shape; export it with a fixed image size`,
    );
  return (shape.dim ?? []).map((d) => {
    const n = number(d.dimValue);
    return n > 0 ? n : undefined;
  });
}
