// A Layers model (Keras topology). TensorFlow.js's own library checks and connects the layers; their symbolic tensors are
// then followed from the output back to the input.

import type { LayersModel, layers, SymbolicTensor } from "@tensorflow/tfjs-layers";
import { HalfbitError } from "../../errors.ts";
import { startTfjs } from "../../tfjs/backend.ts";
import type { Numbers } from "../numbers.ts";
import { ACTIVATIONS } from "./elementwise.ts";
import { inOrder } from "./in-order.ts";
import { activationOf, importLayer, LAYERS } from "./keras-layers.ts";
import { isObject, type Json, line, type TfjsModel } from "./model.ts";
import { type Activation, addInput, type Constant, type Draft, unsupported } from "./values.ts";
import type { StoredWeights } from "./weights.ts";

type Layer = layers.Layer;

const CONTAINERS = ["Sequential", "Model", "Functional"];

/** Adds the model's layers to the draft; returns its input and output. */
export async function importLayersModel(
  { file, topology }: TfjsModel,
  { specs, data }: StoredWeights,
  draft: Draft,
): Promise<{ input: Activation; output: Activation }> {
  const config = isObject(topology.model_config) ? topology.model_config : topology;
  checkLayers(config, file); // before the library, which knows more layers than are supported here, and others less
  await startTfjs();
  const library = await import("@tensorflow/tfjs-layers");
  const artifacts = { modelTopology: config, weightSpecs: specs, weightData: data };
  const model = await library.loadLayersModel({ load: async () => artifacts }).catch((cause: unknown) => {
    const why = line(cause instanceof Error ? cause.message : String(cause));
    throw new HalfbitError("E_SOURCE_CORRUPT", `${file}: TensorFlow.js refuses the model: ${why}`, { cause });
  });
  try {
    const { inputs, outputs } = model;
    for (const [what, { length }] of Object.entries({ inputs, outputs })) {
      if (length === 1) continue;
      throw new HalfbitError("E_UNSUPPORTED", `${file}: ${length} ${what}; halfbit takes networks of one`);
    }
    const { name } = inputs[0].sourceLayer;
    const input = addInput({ draft, title: `input "${name}"`, name }, inputs[0].shape);
    const isContainer = (layer: Layer): layer is LayersModel => layer instanceof library.LayersModel;
    return { input, output: valueOfTensor(outputs[0], [[inputs[0], input]], draft, isContainer) };
  } finally {
    for (const weight of new Set(model.weights)) weight.dispose(); // model.dispose() leaves those of shared layers
  }
}

/** Throws E_UNSUPPORTED_OPERATOR for a layer or an activation that is not supported, wherever it is nested. */
function checkLayers(container: Json, file: string): void {
  const { config } = container;
  const listed = isObject(config) ? config.layers : config; // early Sequential models are a mere list
  for (const layer of Array.isArray(listed) ? listed.filter(isObject) : []) {
    const kind = String(layer.class_name);
    const { name = layer.name, activation } = isObject(layer.config) ? layer.config : {};
    const refuse = (what: string, supported: Iterable<string>) => {
      const list = [...supported].join(", ");
      const where = `layer "${line(String(name))}"`;
      return new HalfbitError(
        "E_UNSUPPORTED_OPERATOR",
        `${file}: ${where} ${what} is not supported; supported: ${list}`,
      );
    };
    if (CONTAINERS.includes(kind)) checkLayers(layer, file);
    else if (!LAYERS.has(kind)) throw refuse(`(${line(kind)})`, [...LAYERS.keys(), ...CONTAINERS]);
    if (typeof activation === "string" && activationOf(activation) === undefined)
      throw refuse(`(${kind}): activation ${line(activation)}`, Object.keys(ACTIVATIONS));
  }
}

/** The value of a symbolic tensor of a model; inputs: those of the model's own inputs. */
function valueOfTensor(
  last: SymbolicTensor,
  inputs: readonly (readonly [SymbolicTensor, Activation])[],
  draft: Draft,
  isContainer: (layer: Layer) => layer is LayersModel,
): Activation {
  const known = new Map(inputs);
  const reads = (tensor: SymbolicTensor) => (known.has(tensor) ? [] : tensor.inputs);
  const circle = ({ name }: SymbolicTensor) => new Error(`${name} depends on itself`);
  for (const tensor of inOrder(last, reads, circle)) {
    if (known.has(tensor)) continue;
    const layer = tensor.sourceLayer;
    const values = tensor.inputs.map((input) => known.get(input)!);
    const op = { draft, title: `layer "${line(layer.name)}" (${layer.getClassName()})`, name: layer.name };
    if (isContainer(layer)) {
      if (layer.outputs.length !== 1) throw unsupported(op, `has ${layer.outputs.length} outputs; one is supported`);
      const inside = layer.inputs.map((input, i) => [input, values[i]] as const);
      known.set(tensor, valueOfTensor(layer.outputs[0], inside, draft, isContainer));
      continue;
    }
    const weights = layer
      .getWeights()
      .map((weight): Constant => ({ kind: "constant", dims: weight.shape, data: weight.dataSync() as Numbers }));
    const dims = [1, ...tensor.shape.slice(1).map((n) => n ?? -1)];
    const call = { ...op, kind: layer.getClassName(), inputs: values, config: layer.getConfig(), weights, dims };
    known.set(tensor, importLayer(call));
  }
  return known.get(last)!;
}
