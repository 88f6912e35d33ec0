// The nodes of a graph model, its outputs, and what each depends on.

import { type Code, HalfbitError } from "../../errors.ts";
import { type GraphNode, nodeOf, readNode, titleOf } from "./graph-node.ts";
import { inOrder } from "./in-order.ts";
import { isObject, line, type TfjsModel } from "./model.ts";

type Nodes = ReadonlyMap<string, GraphNode>;

export function readNodes({ file, topology }: TfjsModel): Nodes {
  const listed = Array.isArray(topology.node) ? topology.node : [];
  const nodes = listed.map((json): [string, GraphNode] => {
    const node = readNode(json);
    if (node !== undefined) return [node.name, node];
    const what = "modelTopology has a node without name, op or inputs; export it again";
    throw new HalfbitError("E_SOURCE_CORRUPT", `${file}: ${what}`);
  });
  return new Map(nodes);
}

const NO_RESULT = ["Const", "NoOp", "Placeholder"];

/** The outputs that the signature names, else the nodes that no other reads. */
export function outputsOf({ signature }: TfjsModel, nodes: Nodes): string[] {
  const signed = isObject(signature) && isObject(signature.outputs) ? Object.values(signature.outputs) : [];
  const names = signed.flatMap((output) => (isObject(output) && typeof output.name === "string" ? [output.name] : []));
  if (names.length > 0) return [...new Set(names)];
  const read = new Set([...nodes.values()].flatMap(({ inputs }) => inputs.map(nodeOf)));
  const results = [...nodes.values()].filter(({ operator }) => !NO_RESULT.includes(operator));
  return results.map(({ name }) => name).filter((name) => !read.has(name));
}

/** The nodes that the output depends on, each after those that it reads. */
export function nodesFor(file: string, nodes: Nodes, output: string): GraphNode[] {
  return inOrder(
    found(file, nodes, output, `output "${line(output)}"`),
    (node) => node.inputs.map((input) => found(file, nodes, input, titleOf(node))),
    (node) => problem(file, "E_SOURCE_CORRUPT", `${titleOf(node)} depends on its own result`),
  );
}

/** The node of a reference, "node" or "node:index"; reader: what needs it. */
function found(file: string, nodes: Nodes, reference: string, reader: string): GraphNode {
  const node = nodes.get(nodeOf(reference));
  if (node === undefined) {
    throw problem(file, "E_SOURCE_CORRUPT", `${reader} reads "${line(reference)}", which is no node; export it again`);
  }
  if (/:(?!0$)/.test(reference)) {
    throw problem(
      file,
      "E_UNSUPPORTED",
      `${reader} reads "${line(reference)}"; only the first output of a node is supported`,
    );
  }
  return node;
}

const problem = (file: string, code: Code, what: string) => new HalfbitError(code, `${file}: ${what}`);
