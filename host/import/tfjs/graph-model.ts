// A graph model (a GraphDef as JSON): what the output depends on, node by node.

import { HalfbitError } from "../../errors.ts";
import { layerName } from "../tensorflow-names.ts";
import { type GraphNode, nodeOf, placeholderShape, sizes, titleOf } from "./graph-node.ts";
import { OPERATORS } from "./graph-operators.ts";
import { nodesFor, outputsOf, readNodes } from "./graph-topology.ts";
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

/** Adds what the output depends on to the draft; returns input and output. */
export async function importGraphModel(
  model: TfjsModel,
  weights: StoredWeights,
  draft: Draft,
): Promise<{ input: Activation; output: Activation }> {
  const refuse = (what: string) => new HalfbitError("E_UNSUPPORTED", `${model.file}: ${what}`);
  const nodes = readNodes(model);
  const outputs = outputsOf(model, nodes);
  if (outputs.length !== 1) {
    throw refuse(`${outputs.length} outputs (${line(outputs.join(", "))}); halfbit takes networks of one`);
  }
  const ordered = nodesFor(model.file, nodes, outputs[0]);
  const inputs = ordered.filter(({ operator }) => operator === "Placeholder");
  if (inputs.length > 1) {
    const names = line(inputs.map(({ name }) => name).join(", "));
    throw refuse(`${inputs.length} inputs (${names}); halfbit takes networks of one`);
  }
  const constants = await decodeWeights(weights);
  const values = new Map<string, Value>();
  for (const node of ordered) values.set(node.name, importNode(model, node, draft, constants, values));
  const input = values.get(inputs[0]?.name);
  const output = values.get(nodeOf(outputs[0]));
  if (input?.kind !== "activation" || output?.kind !== "activation") {
    throw refuse("the output is not computed from an input");
  }
  return { input, output };
}

function importNode(
  model: TfjsModel,
  node: GraphNode,
  draft: Draft,
  constants: ReadonlyMap<string, Constant>,
  values: ReadonlyMap<string, Value>,
): Value {
  const op = operation(draft, node);
  if (node.operator === "Const") {
    const found = constants.get(node.name);
    if (found === undefined) throw corrupt(op, "has no numbers in the weightsManifest");
    return found;
  }
  if (node.operator === "Placeholder") {
    const dims = placeholderShape(node) ?? signedShape(model, node.name);
    if (dims === undefined) throw failure(op, "E_UNSUPPORTED", "has no shape; export the network with a fixed size");
    return addInput({ ...op, name: node.name }, dims);
  }
  const importer = OPERATORS.get(node.operator);
  if (importer === undefined) {
    const supported = ["Const", "Placeholder", ...OPERATORS.keys()].join(", ");
    throw failure(op, "E_UNSUPPORTED_OPERATOR", `is not supported; supported: ${supported}`);
  }
  const inputs = node.inputs.map((input) => values.get(nodeOf(input))!);
  return importer({ ...op, node, inputs });
}

/** The shape that the signature gives an input. */
function signedShape({ signature }: TfjsModel, name: string): (number | null)[] | undefined {
  const signed = isObject(signature) && isObject(signature.inputs) ? Object.values(signature.inputs) : [];
  const input = signed.filter(isObject).find((one) => nodeOf(String(one.name)) === name);
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
  return { draft, title: titleOf(node), name };
}
