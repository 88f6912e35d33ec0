// From real numbers to integers: the quantised graph becomes the records of the model file.

import { HalfbitError } from "../../errors.ts";
import type { Conv2D, FullyConnected, Geometry, Graph, Layer, Quantisation } from "../../graph/graph.ts";
import { size } from "../../graph/graph.ts";
import { emptyLayer, type Kind, type Program, type ProgramLayer, type ProgramTensor } from "../../program.ts";
import { SHARES_QUANTISATION } from "../edges.ts";
import { activationRange } from "./activation.ts";
import { addParameters, meanParameters, mulParameters, softmaxParameters } from "./arithmetic.ts";
import { lowerPlanes, lowerSemiBinary } from "./binary.ts";
import { lowerDense } from "./dense.ts";
import { lookupTable } from "./lookup.ts";

function setGeometry(record: ProgramLayer, geometry: Geometry): void {
  record.kernel = geometry.kernel;
  record.stride = geometry.stride;
  record.dilation = geometry.dilation;
  record.padTop = geometry.padding.top;
  record.padLeft = geometry.padding.left;
}

/** A record with binary weights; FullyConnected becomes a convolution whose kernel is its whole input. */
function lowerBinary(
  layer: Conv2D | FullyConnected,
  record: ProgramLayer,
  from: ProgramTensor,
  to: ProgramTensor,
): void {
  const binary = layer.binary!;
  record.kind = binary.scheme === "semi-binary" ? "SemiBinary" : "BinaryPlanes";
  if (layer.kind === "Conv2D") setGeometry(record, layer.geometry);
  else record.kernel = [from.shape[0], from.shape[1]];
  if (binary.scheme === "semi-binary") lowerSemiBinary(record, binary, layer.bias, from, to);
  else lowerPlanes(record, binary, layer.bias, from, to);
}

const KINDS: Record<Exclude<Layer["kind"], "Reshape">, Kind> = {
  Conv2D: "Conv2D",
  DepthwiseConv2D: "DepthwiseConv2D",
  FullyConnected: "FullyConnected",
  Add: "Add",
  Mul: "Mul",
  Concat: "Concat",
  Pad: "Pad",
  AveragePool: "AveragePool",
  MaxPool: "MaxPool",
  Mean: "Mean",
  Softmax: "Softmax",
  Elementwise: "Lookup",
};

function lowerLayer(layer: Exclude<Layer, { kind: "Reshape" }>, tensors: ProgramTensor[]): ProgramLayer {
  const record = emptyLayer(KINDS[layer.kind], layer.name, layer.inputs[0], layer.output);
  const from = tensors[layer.inputs[0]];
  const to = tensors[layer.output];
  if ("activation" in layer) [record.activationMin, record.activationMax] = activationRange(layer.activation, to);
  switch (layer.kind) {
    case "Conv2D":
    case "DepthwiseConv2D":
    case "FullyConnected": {
      if (layer.kind !== "DepthwiseConv2D" && layer.binary) {
        lowerBinary(layer, record, from, to);
        break;
      }
      if (!layer.int8) throw new HalfbitError("E_CALIBRATION", `layer ${layer.name} has no int8 weights; pass --calib`);
      if (layer.int8.roundsOnce) record.kind = "FullyConnected";
      else if (layer.kind !== "FullyConnected") setGeometry(record, layer.geometry);
      if (layer.kind === "Conv2D") record.groups = layer.groups;
      lowerDense(record, layer.int8, from, to);
      break;
    }
    case "AveragePool":
    case "MaxPool":
      setGeometry(record, layer.geometry);
      break;
    case "Add":
      record.input2 = layer.inputs[1];
      record.parameters = addParameters(from, tensors[layer.inputs[1]], to, [
        record.activationMin,
        record.activationMax,
      ]);
      record.activationMin = -128; // the Add's own bounds stand in its parameters
      record.activationMax = 127;
      break;
    case "Mul":
      record.input2 = layer.inputs[1];
      record.parameters = mulParameters(from, tensors[layer.inputs[1]], to);
      break;
    case "Concat":
      record.parameters = Int32Array.of(layer.axis, ...layer.inputs);
      break;
    case "Pad":
      record.padTop = layer.padding.top;
      record.padLeft = layer.padding.left;
      break;
    case "Mean":
      record.parameters = meanParameters(from, to, from.shape[0] * from.shape[1]);
      break;
    case "Softmax":
      record.parameters = softmaxParameters(from, layer.beta);
      break;
    case "Elementwise":
      record.weights = lookupTable(layer.function, from, to);
      break;
  }
  return record;
}

/** The tensor's quantisation with its scale as the file's float32 holds it. */
function quantisationOf(graph: Graph, id: number): Quantisation {
  const { quantisation, name } = graph.tensors[id];
  if (!quantisation) throw new HalfbitError("E_CALIBRATION", `tensor ${name} has no quantisation; pass --calib`);
  return { scale: Math.fround(quantisation.scale), zeroPoint: quantisation.zeroPoint };
}

/** Layers that copy values need one quantisation on both sides; anything else is a mistake of an earlier pass. */
function checkShared(graph: Graph, layer: Layer): void {
  if (!SHARES_QUANTISATION.has(layer.kind)) return;
  const out = quantisationOf(graph, layer.output);
  for (const id of layer.inputs) {
    const q = quantisationOf(graph, id);
    if (q.scale !== out.scale || q.zeroPoint !== out.zeroPoint)
      throw new HalfbitError(
        "E_UNSUPPORTED",
        `layer ${layer.name} (${layer.kind}): input and output differ in scale or zero point; requantise the input first`,
      );
  }
}

/**
 * The program of a graph in which every tensor has a quantisation and every weight layer int8 or binary weights.
 * Reshapes become `views`: pairs of tensors (view, of) that share their bytes. Nothing is placed.
 */
export function lower(graph: Graph): { program: Program; views: Map<number, number> } {
  for (const layer of graph.layers) checkShared(graph, layer);
  const tensors: ProgramTensor[] = graph.tensors.map((tensor, id) => {
    const used = id === graph.input || graph.layers.some((l) => l.output === id || l.inputs.includes(id));
    return { shape: tensor.shape, ...(used ? quantisationOf(graph, id) : { scale: 1, zeroPoint: 0 }), arenaOffset: 0 };
  });
  const views = new Map<number, number>();
  const layers: ProgramLayer[] = [];
  for (const layer of graph.layers) {
    if (layer.kind !== "Reshape") layers.push(lowerLayer(layer, tensors));
    else if (size(tensors[layer.output].shape) === size(tensors[layer.inputs[0]].shape))
      views.set(layer.output, layer.inputs[0]);
    else throw new HalfbitError("E_UNSUPPORTED", `layer ${layer.name}: a Reshape changes the number of values`);
  }
  if (layers.length === 0) throw new HalfbitError("E_UNSUPPORTED", `${graph.name}: no layer computes anything`);
  const program = { tensors, layers, input: graph.input, output: graph.output, arenaBytes: 0, metadata: {} };
  return { program, views };
}
