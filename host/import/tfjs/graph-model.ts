// A graph model (a GraphDef as JSON): nodes are imported from the output back to the input.

import { HalfbitError } from "../../errors.ts";
import { layerName } from "../tensorflow-names.ts";
import { type GraphNode, placeholderShape, readNode, sizes } from "./graph-node.ts";
import { OPERATORS } from "./graph-operators.ts";
import { isObject, line, type TfjsModel } from "./model.ts";
import {
  type Activation,
  addInput,
  type Constant,
  corrupt,
  type Draft,
  failure,
  type Operation,
  type Value,
} from "./values.ts";
import { decodeWeights, type StoredWeights } from "./weights.ts";

interface Import {
  model: TfjsModel;
  draft: Draft;
  nodes: Map<string, GraphNode>;
  constants: Map<string, Constant>;
  /** By the node's name; undefined while its inputs are being imported. */
  values: Map<string, Value | undefined>;
  /** The Placeholder that was met. */
  input?: Activation;
}

/** Adds what the output depends on to the draft; returns input and output. */
export async function importGraphModel(
  model: TfjsModel,
  weights: StoredWeights,
  draft: Draft,
): Promise<{ input: Activation; output: Activation }> {
  const { file } = model;
  const nodes = readNodes(model);
  const constants = await decodeWeights(weights);
  const state: Import = { model, draft, nodes, constants, values: new Map() };
  const outputs = outputNames(model, nodes);
  const refuse = (what: string) => new HalfbitError("E_UNSUPPORTED", `${file}: ${what}`);
  if (outputs.length !== 1) {
    const names = line(outputs.join(", "));
    throw refuse(`${outputs.length} outputs (${names}); halfbit takes networks of one`);
  }
  const output = valueAt(state, outputs[0], `output "${line(outputs[0])}"`);
  const { input } = state;
  if (output.kind !== "activation" || input === undefined) throw refuse("the output is not computed from an input");
  return { input, output };
}

function readNodes({ file, topology }: TfjsModel): Map<string, GraphNode> {
  const listed = Array.isArray(topology.node) ? topology.node : [];
  const nodes = listed.map((json): [string, GraphNode] => {
    const node = readNode(json);
    if (node !== undefined) return [node.name, node];
    throw new HalfbitError(
      "E_SOURCE_CORRUPT",
      `${file}: modelTopology has a node without name, op or inputs; export it again`,
    );
  });
  return new Map(nodes);
}

/** Those of the signature, else the nodes that no other reads. */
function outputNames({ signature }: TfjsModel, nodes: ReadonlyMap<string, GraphNode>): string[] {
  const signed = isObject(signature) && isObject(signature.outputs) ? Object.values(signature.outputs) : [];
  const names = signed.flatMap((output) => (isObject(output) && typeof output.name === "string" ? [output.name] : []));
  if (names.length > 0) return [...new Set(names)];
  const read = new Set([...nodes.values()].flatMap(({ inputs }) => inputs.map((input) => input.split(":")[0])));
  const NO_RESULT = ["Const", "NoOp", "Placeholder"];
  const results = [...nodes.values()].filter(({ operator }) => !NO_RESULT.includes(operator));
  return results.map(({ name }) => name).filter((name) => !read.has(name));
}

/** The value "node" or "node:index"; reader: what needs it, for messages. */
function valueAt(state: Import, reference: string, reader: string): Value {
  const { file } = state.model;
  const [name, index = "0"] = reference.split(":");
  const node = state.nodes.get(name);
  if (node === undefined) {
    throw new HalfbitError(
      "E_SOURCE_CORRUPT",
      `${file}: ${reader} reads "${line(name)}", which is no node; export it again`,
    );
  }
  const op = operation(state.draft, node);
  if (index !== "0")
    throw failure(op, "E_UNSUPPORTED", `gives output ${line(index)} to ${reader}; only the first is supported`);
  const known = state.values.get(name);
  if (known !== undefined) return known;
  if (state.values.has(name)) throw corrupt(op, "depends on its own result");
  state.values.set(name, undefined);
  const value = importNode(state, node, op);
  state.values.set(name, value);
  return value;
}

function importNode(state: Import, node: GraphNode, op: Operation): Value {
  if (node.operator === "Const") {
    const found = state.constants.get(node.name);
    if (found === undefined) throw corrupt(op, "has no numbers in the weightsManifest");
    return found;
  }
  if (node.operator === "Placeholder") {
    const dims = placeholderShape(node) ?? signedShape(state.model, node.name);
    if (dims === undefined) throw failure(op, "E_UNSUPPORTED", "has no shape; export the network with a fixed size");
    if (state.input !== undefined) {
      const first = state.draft.tensors[state.input.tensor].name;
      throw failure(op, "E_UNSUPPORTED", `is an input beside "${line(first)}"; halfbit takes networks of one`);
    }
    state.input = addInput({ ...op, name: node.name }, dims);
    return state.input;
  }
  const importer = OPERATORS.get(node.operator);
  if (importer === undefined) {
    const supported = ["Const", "Placeholder", ...OPERATORS.keys()].join(", ");
    throw failure(op, "E_UNSUPPORTED_OPERATOR", `is not supported; supported: ${supported}`);
  }
  const inputs = node.inputs.map((input) => valueAt(state, input, op.title));
  return importer({ ...op, node, inputs });
}

/** The shape that the signature gives an input. */
function signedShape({ signature }: TfjsModel, name: string): (number | null)[] | undefined {
  const signed = isObject(signature) && isObject(signature.inputs) ? Object.values(signature.inputs) : [];
  const input = signed.filter(isObject).find((one) => String(one.name).split(":")[0] === name);
  return isObject(input?.tensorShape) ? sizes(input.tensorShape) : undefined;
}

/** What TFLite calls these operators, by which names of layers are found. */
const KINDS: Record<string, string> = {
  Conv2D: "CONV_2D",
  _FusedConv2D: "CONV_2D",
  DepthwiseConv2dNative: "DEPTHWISE_CONV_2D",
  FusedDepthwiseConv2dNative: "DEPTHWISE_CONV_2D",
  MatMul: "FULLY_CONNECTED",
  _FusedMatMul: "FULLY_CONNECTED",
};

/** A fused node is named after the last of its operators, its weights after the first: "conv2d/Conv2D/ReadVariableOp". */
function operation(draft: Draft, node: GraphNode): Operation {
  const kind = KINDS[node.operator];
  const weights = kind === undefined ? "" : (node.inputs[1] ?? "").replace(/(\/ReadVariableOp|_weights)$/, "");
  const name = layerName(`${node.name};${weights}`, kind ?? node.operator);
  return { draft, title: `node "${line(node.name)}" (${line(node.operator)})`, name };
}
