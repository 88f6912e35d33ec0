import { HalfbitError } from "../../errors.ts";
import type { Graph } from "../../graph/graph.ts";
import { count, MAX_NUMBERS, show } from "../numbers.ts";
import { Call, type Context } from "./call.ts";
import { completeInt8 } from "./int8.ts";
import { inputLayout, sameWalk } from "./layout.ts";
import { type Model, type Node, readModel } from "./model.ts";
import { importerOf, SUPPORTED } from "./operators.ts";
import { HWC, type Value } from "./values.ts";

/**
 * Reads an ONNX network (operator set 11 or later; float32, or int8 in QuantizeLinear/DequantizeLinear form) as a graph
 * over height×width×channels tensors. The batch dimension counts as 1. Networks that are quantised only in part are
 * imported as float. `file` names the source in errors:
 * E_SOURCE_CORRUPT for bytes that are no ONNX network, E_UNSUPPORTED_OPERATOR and E_UNSUPPORTED for what halfbit lacks.
 */
export function importOnnx(bytes: Uint8Array, file: string): Graph {
  try {
    return importModel(readModel(bytes, file), file);
  } catch (cause) {
    if (cause instanceof HalfbitError) throw cause;
    // Damaged bytes can still parse, as shapes and indices that no check above foresaw.
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HalfbitError("E_SOURCE_CORRUPT", `${file}: inconsistent ONNX network (${why}); export it again`, {
      cause,
    });
  }
}

function importModel(model: Model, file: string): Graph {
  const context: Context = {
    file,
    opset: model.opset,
    tensors: [],
    layers: [],
    values: new Map<string, Value>(model.constants),
    readers: readersOf(model.nodes),
    names: new Set(),
  };
  addInput(model, context);
  for (const node of model.nodes) importNode(node, context);

  const output = context.values.get(model.output);
  if (output?.kind !== "activation" || context.layers.length === 0)
    throw new HalfbitError(
      "E_UNSUPPORTED",
      `${file}: output "${model.output}" is not computed from the input "${model.input.name}"`,
    );
  const { shape } = context.tensors[output.tensor];
  if (output.dims.filter((n) => n !== 1).length < 2 && !sameWalk(shape, output.order, shape, HWC))
    throw new HalfbitError(
      "E_UNSUPPORTED",
      `${file}: output "${model.output}" flattens an image channel by channel; end the network before the Flatten`,
    );
  return completeInt8({
    name: model.name,
    tensors: context.tensors,
    layers: context.layers,
    input: 0,
    output: output.tensor,
  });
}

function readersOf(nodes: readonly Node[]): Map<string, Node[]> {
  const readers = new Map<string, Node[]>();
  const read = (node: Node): void => {
    for (const name of node.inputs) {
      const others = readers.get(name);
      if (others === undefined) readers.set(name, [node]);
      else others.push(node);
    }
    for (const { graph } of node.attributes.values()) graph?.nodes.forEach(read);
  };
  nodes.forEach(read);
  return readers;
}

function importNode(node: Node, context: Context): void {
  if (node.operator === "If") {
    importBranch(node, context);
    return;
  }
  const call = new Call(node, context);
  const importer = importerOf(call);
  if (importer === undefined)
    throw new HalfbitError(
      "E_UNSUPPORTED_OPERATOR",
      `${context.file}: operator ${node.operator} (node "${node.name}") is not supported; supported are ${SUPPORTED.join(", ")}`,
    );
  if (node.outputs.length === 0) call.corrupt("has no output");
  context.values.set(node.outputs[0], importer(call));
}

/** If with a condition known at import (PyTorch writes x.squeeze(1) so): the nodes of the branch taken. */
function importBranch(node: Node, context: Context): void {
  const call: Call = new Call(node, context);
  const condition = call.constant(0).data[0] !== 0;
  const { graph } = call.attribute(condition ? "then_branch" : "else_branch") ?? call.corrupt("lacks a branch");
  if (graph === undefined || node.outputs.length !== 1) call.fail("is not a choice between two values");
  for (const [name, value] of graph.constants) context.values.set(name, value);
  for (const inner of graph.nodes) importNode(inner, context);
  const result = context.values.get(graph.output) ?? call.corrupt("has a branch without a result");
  context.values.set(node.outputs[0], result);
}

/** The batch dimension may be a name; every other has to be a number. */
function addInput(model: Model, context: Context): void {
  const { name, dims } = model.input;
  const problem = (what: string) => new HalfbitError("E_UNSUPPORTED", `${context.file}: input "${name}" ${what}`);
  if (dims.slice(1).includes(undefined))
    throw problem("has dimensions without a number; export it with a fixed image size");
  const [batch = 1, ...rest] = dims as number[];
  const fixed = [dims.length > 1 ? batch : 1, ...(dims.length > 1 ? rest : dims.map((n) => n ?? 1))];
  if (fixed[0] !== 1) throw problem(`has a batch of ${fixed[0]}; export it with batch 1`);
  const layout = inputLayout(fixed, readAsChannelsLast(name, fixed, context));
  if (layout === undefined) throw problem(`has shape ${show(fixed)}; images (1×c×h×w) and vectors are supported`);
  if (count(layout.shape) > MAX_NUMBERS) throw problem(`of ${show(fixed)} is too large for any device`);
  context.tensors.push({ name, shape: [...layout.shape] });
  context.names.add(name);
  context.values.set(name, {
    kind: "activation",
    tensor: 0,
    dims: dims.length > 1 ? fixed : [fixed[1]],
    order: layout.order,
  });
}

/**
 * Exports from TensorFlow take N×h×w×c images and start by transposing them to N×c×h×w, maybe after quantising them.
 * Images of one channel they reshape instead.
 */
function readAsChannelsLast(name: string, dims: readonly number[], context: Context): boolean {
  const readers = context.readers.get(name) ?? [];
  return (
    readers.length > 0 &&
    readers.every((node) => {
      if (node.operator === "Transpose") return node.attributes.get("perm")?.ints.join() === "0,3,1,2";
      if (node.operator === "Reshape") return dims.length === 4 && dims[3] === 1;
      const passes = ["QuantizeLinear", "DequantizeLinear", "Identity", "Cast"].includes(node.operator);
      return passes && node.outputs[0] !== name && readAsChannelsLast(node.outputs[0], dims, context);
    })
  );
}
