import { HalfbitError } from "../../errors.ts";
import type { Layer, LayerBody, Tensor } from "../../graph/graph.ts";
import { count, MAX_NUMBERS, show } from "../numbers.ts";
import { axesOf, type Shape, sameWalk } from "./layout.ts";
import type { Attribute, Node } from "./model.ts";
import { layerName } from "./names.ts";
import { readTensor } from "./tensor.ts";
import { type Activation, CHW, type Constant, type Order, type Value } from "./values.ts";

/** What the import has built so far. */
export interface Context {
  file: string;
  opset: number;
  tensors: Tensor[];
  layers: Layer[];
  values: Map<string, Value>;
  /** Nodes that read a value, by its name. */
  readers: Map<string, Node[]>;
  names: Set<string>;
}

/** One node being imported: typed access to its inputs and attributes, and the way to add layers. */
export class Call {
  readonly node: Node;
  readonly context: Context;

  constructor(node: Node, context: Context) {
    this.node = node;
    this.context = context;
  }

  get opset(): number {
    return this.context.opset;
  }

  /** Stops the import at this node: what it does is known and not supported. */
  fail(reason: string, code: "E_UNSUPPORTED" | "E_SOURCE_CORRUPT" = "E_UNSUPPORTED"): never {
    const { operator, name } = this.node;
    throw new HalfbitError(code, `${this.context.file}: ${operator} node "${name}" ${reason}`);
  }

  corrupt(reason: string): never {
    this.fail(`${reason}; the file is damaged or was written wrongly`, "E_SOURCE_CORRUPT");
  }

  /** Input i, or undefined where it is left out. */
  optional(i: number): Value | undefined {
    const name = this.node.inputs[i];
    if (!name) return undefined;
    return this.context.values.get(name) ?? this.corrupt(`reads "${name}", which nothing before it produces`);
  }

  value(i: number): Value {
    return this.optional(i) ?? this.corrupt(`has no input ${i}`);
  }

  activation(i: number): Activation {
    const value = this.value(i);
    if (value.kind === "constant") this.fail(`has a constant as input ${i}; only its weights may be constant`);
    return value;
  }

  constant(i: number): Constant {
    return this.optionalConstant(i) ?? this.corrupt(`has no input ${i}`);
  }

  optionalConstant(i: number): Constant | undefined {
    const value = this.optional(i);
    if (value?.kind === "activation") this.fail(`computes input ${i} from the network's input; it has to be constant`);
    return value;
  }

  attribute(name: string): Attribute | undefined {
    return this.node.attributes.get(name);
  }

  int(name: string, otherwise: number): number {
    return this.attribute(name)?.int ?? otherwise;
  }

  float(name: string, otherwise: number): number {
    return this.attribute(name)?.float ?? otherwise;
  }

  string(name: string, otherwise: string): string {
    return this.attribute(name)?.string ?? otherwise;
  }

  ints(name: string): number[] | undefined {
    return this.attribute(name)?.ints;
  }

  /** A list of integers that older opsets keep in an attribute and newer ones in input i. */
  list(name: string, i: number): number[] | undefined {
    const value = this.optionalConstant(i);
    return value === undefined ? this.ints(name) : Array.from(value.data);
  }

  tensorAttribute(name: string): Constant | undefined {
    const proto = this.attribute(name)?.tensor;
    return proto === undefined ? undefined : readTensor(proto, this.context.file);
  }

  shape(value: Activation): Shape {
    return this.context.tensors[value.tensor].shape;
  }

  /** axis, possibly negative, as an index below `rank`. */
  axis(axis: number, rank: number): number {
    const index = axis < 0 ? axis + rank : axis;
    if (!Number.isInteger(index) || index < 0 || index >= rank) this.corrupt(`names axis ${axis} of ${rank}`);
    return index;
  }

  /** Appends a layer over `inputs`, whose output has the given NHWC shape and is seen by ONNX as dims in order. */
  emit(body: LayerBody, inputs: readonly Activation[], shape: Shape, dims: number[], order: Order): Activation {
    if (!shape.every((n) => Number.isInteger(n) && n >= 1))
      this.corrupt(`has an output of ${show(shape)} (height×width×channels)`);
    if (count(shape) > MAX_NUMBERS) this.fail(`has an output of ${show(shape)}, too large for any device`);
    if (count(shape) !== count(dims)) this.corrupt(`has an output of ${show(dims)} from ${show(shape)} numbers`);
    const { tensors, layers } = this.context;
    const name = layerName(this.node, this.context.names);
    const output = tensors.push({ name, shape: [...shape] }) - 1;
    layers.push({ ...body, name, inputs: inputs.map((v) => v.tensor), output });
    return { kind: "activation", tensor: output, dims, order };
  }

  /** An elementwise layer: the output looks as its input does. */
  emitLike(body: LayerBody, inputs: readonly Activation[]): Activation {
    const [like] = inputs;
    return this.emit(body, inputs, this.shape(like), like.dims, like.order);
  }

  /** The value as an image [1, channels, height, width] whose tensor is height×width×channels. */
  image(value: Activation): Activation {
    const [n, c, h, w] = value.dims;
    if (value.dims.length !== 4 || n !== 1)
      this.fail(`reads a tensor of ${show(value.dims)}; only images of 1×channels×height×width are supported`);
    const shape: Shape = [h, w, c];
    const now = this.shape(value);
    if (!sameWalk(now, value.order, shape, CHW))
      this.fail("reads numbers that a Reshape or Transpose has reordered; export the network without it");
    if (now[0] === h && now[1] === w && now[2] === c) return { ...value, order: CHW };
    return this.emit({ kind: "Reshape" }, [value], shape, value.dims, CHW);
  }

  /** The ONNX dimension that counts the tensor's channels, or undefined. */
  channelDimension(value: Activation): number | undefined {
    const at = axesOf(value.dims, this.shape(value), value.order).indexOf(2);
    return at < 0 ? undefined : at;
  }
}
