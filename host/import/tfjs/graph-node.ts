// One node of a graph model (a NodeDef as JSON): its inputs by name, and its attributes by their type.

import { isObject, type Json, line } from "./model.ts";
import { type Activation, type Constant, corrupt, type Operation, unsupported, type Value } from "./values.ts";

export interface GraphNode {
  name: string;
  operator: string;
  /** Names of nodes; those that only have to run before (^name) are left out. */
  inputs: string[];
  attributes: Json;
}

/** undefined where the JSON is no node. */
export function readNode(json: unknown): GraphNode | undefined {
  if (!isObject(json)) return undefined;
  const { name, op, input = [], attr = {} } = json;
  if (typeof name !== "string" || typeof op !== "string" || !Array.isArray(input) || !isObject(attr)) return undefined;
  if (!input.every((one) => typeof one === "string")) return undefined;
  return { name, operator: op, inputs: input.filter((one) => !one.startsWith("^")), attributes: attr };
}

/** How messages call it. */
export const titleOf = ({ name, operator }: GraphNode) => `node "${line(name)}" (${line(operator)})`;

/** The name of the node that a reference, "node" or "node:index", means. */
export const nodeOf = (reference: string) => reference.split(":")[0];

/** A node being imported, with the values that it reads. */
export interface NodeCall extends Operation {
  node: GraphNode;
  inputs: Value[];
}

export function operand(call: NodeCall, i: number): Value {
  const value = call.inputs[i];
  if (value === undefined) throw corrupt(call, `has no input ${i}`);
  return value;
}

export function activation(call: NodeCall, i: number): Activation {
  const value = operand(call, i);
  if (value.kind === "constant") throw unsupported(call, `has a constant as input ${i}`);
  return value;
}

export function constant(call: NodeCall, i: number): Constant {
  const value = operand(call, i);
  if (value.kind === "activation") {
    throw unsupported(call, `computes input ${i} from the network's input; it has to be constant`);
  }
  return value;
}

/** A constant list of whole numbers: axes, a shape, paddings. */
export function integers(call: NodeCall, i: number): number[] {
  const numbers = Array.from(constant(call, i).data);
  if (!numbers.every(Number.isInteger)) throw corrupt(call, `has numbers that are not whole as input ${i}`);
  return numbers;
}

function attribute(call: NodeCall, name: string): Json {
  const found = call.node.attributes[name];
  return isObject(found) ? found : {};
}

export function flag(call: NodeCall, name: string): boolean {
  return attribute(call, name).b === true;
}

/** int64 is text in JSON. */
export function integer(call: NodeCall, name: string, otherwise: number): number {
  return Number(attribute(call, name).i ?? otherwise);
}

export function float(call: NodeCall, name: string, otherwise: number): number {
  return Number(attribute(call, name).f ?? otherwise);
}

export function string(call: NodeCall, name: string, otherwise: string): string {
  const { s } = attribute(call, name);
  return s === undefined ? otherwise : decoded(s);
}

function list(call: NodeCall, name: string, type: "i" | "s"): unknown[] {
  const { list } = attribute(call, name);
  const values = isObject(list) ? list[type] : undefined;
  return Array.isArray(values) ? values : [];
}

export const integerList = (call: NodeCall, name: string) => list(call, name, "i").map(Number);

export const stringList = (call: NodeCall, name: string) => list(call, name, "s").map(decoded);

/** Bytes are base64 in JSON, or a list of numbers. */
function decoded(bytes: unknown): string {
  return line(Array.isArray(bytes) ? String.fromCharCode(...bytes.map(Number)) : atob(String(bytes)));
}

/** Sizes of a Placeholder, null where they are unknown; undefined where even their number is. */
export function placeholderShape(node: GraphNode): (number | null)[] | undefined {
  const { shape } = isObject(node.attributes.shape) ? node.attributes.shape : {};
  return isObject(shape) && shape.unknownRank !== true ? sizes(shape) : undefined;
}

/** Of a TensorShapeProto. */
export function sizes({ dim = [] }: Json): (number | null)[] {
  return (Array.isArray(dim) ? dim : []).map((one) => {
    const size = Number(isObject(one) ? (one.size ?? 0) : one);
    return size === -1 ? null : size;
  });
}
