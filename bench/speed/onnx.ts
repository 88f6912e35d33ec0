// A graph as an ONNX file for the peers that read ONNX: in float, or as QuantizeLinear / DequantizeLinear pairs around
// the same operators, which onnxruntime fuses into its integer kernels.

import type {
  Activation,
  Conv2D,
  DepthwiseConv2D,
  Geometry,
  Graph,
  Layer,
  Tensor,
  TensorId,
} from "../../host/graph/graph.ts";
import {
  type BuilderModel,
  type BuilderTensor,
  buildOnnx,
  floats,
  ints,
  node,
  scalar,
} from "../../tests/support/onnx-builder.ts";

/** Numbers of the activations; weights of the quantised ones are int8. */
export type OnnxNumbers = "float" | "uint8" | "int8";

interface Draft {
  graph: Graph;
  numbers: OnnxNumbers;
  nodes: BuilderModel["nodes"];
  constants: Record<string, BuilderTensor>;
}

const nameOf = (id: TensorId) => `t${id}`;

/** ONNX of a graph from x, 1 × C × H × W. A quantised one needs the quantisations and int8 weights of an int8 source. */
export function toOnnx(graph: Graph, numbers: OnnxNumbers): Uint8Array {
  const draft: Draft = { graph, numbers, nodes: [], constants: {} };
  const [height, width, channels] = graph.tensors[graph.input].shape;
  finish(draft, graph.input, "x");
  for (const layer of graph.layers) finish(draft, layer.output, layerValue(draft, layer));
  return buildOnnx({ input: [1, channels, height, width], ...draft, outputs: [nameOf(graph.output)] });
}

function add(draft: Draft, op: string, name: string, inputs: string[], attributes = {}): string {
  draft.nodes.push(node(op, name, inputs, attributes));
  return name;
}

function constant(draft: Draft, name: string, tensor: BuilderTensor): string {
  draft.constants[name] = tensor;
  return name;
}

/** Tensor `id` is `value`, rounded to what it can hold. */
function finish(draft: Draft, id: TensorId, value: string): void {
  const name = nameOf(id);
  if (draft.numbers === "float") {
    add(draft, "Identity", name, [value]);
    return;
  }
  const { scale, zeroPoint } = quantisationOf(draft.graph.tensors[id]);
  const factor = constant(draft, `${name}.scale`, scalar(scale));
  const zero = constant(draft, `${name}.zero`, zeroTensor(draft.numbers, zeroPoint));
  add(draft, "DequantizeLinear", name, [
    add(draft, "QuantizeLinear", `${name}.q`, [value, factor, zero]),
    factor,
    zero,
  ]);
}

function zeroTensor(numbers: OnnxNumbers, zeroPoint: number): BuilderTensor {
  return { dims: [], data: numbers === "int8" ? Int8Array.of(zeroPoint) : Uint8Array.of(zeroPoint + 128) };
}

function quantisationOf({ name, quantisation }: Tensor) {
  if (!quantisation) throw new Error(`${name} has no quantisation`);
  return quantisation;
}

/** The name of what the layer computes, in real numbers. */
function layerValue(draft: Draft, layer: Layer): string {
  const { graph } = draft;
  const inputs = layer.inputs.map(nameOf);
  const name = nameOf(layer.output);
  switch (layer.kind) {
    case "Conv2D":
    case "DepthwiseConv2D": {
      const group = layer.kind === "Conv2D" ? layer.groups : graph.tensors[layer.inputs[0]].shape[2];
      const attributes = { ...window(layer.geometry), group };
      const sums = add(draft, "Conv", `${name}.conv`, [inputs[0], ...weights(draft, layer)], attributes);
      return activated(draft, layer, sums);
    }
    case "FullyConnected": {
      const [w, b] = weights(draft, layer);
      const flat = add(draft, "Flatten", `${name}.flat`, [pointwise(graph, layer.inputs[0])], { axis: 1 });
      const sums = add(draft, "Gemm", `${name}.gemm`, [flat, w, b], { transB: 1 });
      const shape = constant(draft, `${name}.shape`, ints(1, -1, 1, 1));
      return add(draft, "Reshape", `${name}.reshape`, [activated(draft, layer, sums), shape]);
    }
    case "Add":
      return activated(draft, layer, add(draft, "Add", `${name}.add`, inputs));
    case "AveragePool":
      return activated(draft, layer, add(draft, "AveragePool", `${name}.pool`, inputs, window(layer.geometry)));
    case "Mean":
      return add(draft, "GlobalAveragePool", `${name}.mean`, inputs);
    case "Softmax":
      return add(draft, "Softmax", `${name}.softmax`, inputs, { axis: 1 });
    case "Reshape":
      pointwise(graph, layer.output);
      return add(draft, "Identity", `${name}.same`, [pointwise(graph, layer.inputs[0])]);
    default:
      throw new Error(`${layer.kind} is not written as ONNX here`);
  }
}

/** The name of a tensor of one pixel, whose numbers are in the same order in NCHW and NHWC. */
function pointwise({ tensors }: Graph, id: TensorId): string {
  const [height, width] = tensors[id].shape;
  if (height * width !== 1) throw new Error(`${tensors[id].name} has ${height} × ${width} pixels`);
  return nameOf(id);
}

function window({ kernel, stride, dilation, padding }: Geometry) {
  const pads = [padding.top, padding.left, padding.bottom, padding.right];
  const undilated = { kernel_shape: [...kernel], strides: [...stride], pads };
  return dilation.every((n) => n === 1) ? undilated : { ...undilated, dilations: [...dilation] };
}

/** Clipping that the quantisation of the output does anyway is left out. */
function activated(draft: Draft, layer: { activation: Activation; output: TensorId }, value: string): string {
  const { activation, output } = layer;
  if (activation === "None") return value;
  if (draft.numbers !== "float") {
    const { scale, zeroPoint } = quantisationOf(draft.graph.tensors[output]);
    const clips = zeroPoint === -128 && (activation === "Relu" || scale * 255 <= 6.01);
    if (clips) return value;
  }
  if (activation === "Relu") return add(draft, "Relu", `${value}.relu`, [value]);
  const limits = [0, 6].map((limit) => constant(draft, `limit${limit}`, scalar(limit)));
  return add(draft, "Clip", `${value}.relu6`, [value, ...limits]);
}

/** Weights as ONNX lays them out, T × c × kh × kw or T × S, and bias. */
function weights(draft: Draft, layer: Conv2D | DepthwiseConv2D | Extract<Layer, { kind: "FullyConnected" }>): string[] {
  const name = nameOf(layer.output);
  const T = layer.bias.length;
  const dims = layer.kind === "FullyConnected" ? [T, layer.weights.length / T] : dimensions(layer, T);
  if (draft.numbers === "float") {
    const data = transposed(layer.weights, dims, layer.kind);
    return [constant(draft, `${name}.w`, floats(dims, data)), constant(draft, `${name}.b`, floats([T], layer.bias))];
  }
  const { int8 } = layer;
  if (!int8) throw new Error(`${layer.name} has no int8 weights`);
  const input = quantisationOf(draft.graph.tensors[layer.inputs[0]]).scale;
  const values = Int8Array.from(transposed(int8.values, dims, layer.kind));
  const quantised = constant(draft, `${name}.w.q`, { dims, data: values });
  const scales = constant(draft, `${name}.w.scale`, floats([T], int8.scales));
  const zeros = constant(draft, `${name}.w.zero`, { dims: [T], data: new Int8Array(T) });
  const bias = constant(draft, `${name}.b.q`, { dims: [T], data: int8.bias });
  const biasScales = constant(
    draft,
    `${name}.b.scale`,
    floats(
      [T],
      int8.scales.map((scale) => scale * input),
    ),
  );
  const biasZeros = constant(draft, `${name}.b.zero`, { dims: [T], data: new Int32Array(T) });
  return [
    add(draft, "DequantizeLinear", `${name}.w`, [quantised, scales, zeros], { axis: 0 }),
    add(draft, "DequantizeLinear", `${name}.b`, [bias, biasScales, biasZeros], { axis: 0 }),
  ];
}

function dimensions({ kind, geometry, weights: values }: Conv2D | DepthwiseConv2D, T: number): number[] {
  const [height, width] = geometry.kernel;
  return [T, kind === "DepthwiseConv2D" ? 1 : values.length / (T * height * width), height, width];
}

/** T × kh × kw × c (depthwise: kh × kw × T) to T × c × kh × kw. */
function transposed(values: ArrayLike<number>, [T, c, height, width]: number[], kind: Layer["kind"]): number[] {
  if (kind === "FullyConnected") return Array.from(values);
  const pixels = height * width;
  return Array.from({ length: T * c * pixels }, (_, at) => {
    const [t, channel, pixel] = [Math.floor(at / (c * pixels)), Math.floor(at / pixels) % c, at % pixels];
    return kind === "DepthwiseConv2D" ? values[pixel * T + t] : values[(t * pixels + pixel) * c + channel];
  });
}
