// What a model file holds and costs, as plain data: `halfbit inspect --json` prints it.
import { size } from "./graph/graph.ts";
import { elementBytes, inputsOf } from "./kinds.ts";
import { operations } from "./operations.ts";
import type { Kind, Metadata, Program, ProgramLayer } from "./program.ts";
import type { TensorInfo } from "./session.ts";

export interface LayerInspection {
  name: string;
  kind: Kind;
  /** H × W × C of every input, and of the output. */
  inputs: number[][];
  output: number[];
  /** K of a semi-binary layer, planes of a BinaryPlanes layer; absent elsewhere. */
  rank?: number;
  planes?: number;
  /** As stored. multipliers includes their exponents, or R_t of a semi-binary layer. */
  bytes: { weights: number; bias: number; multipliers: number; total: number };
  scratchBytes: number;
  /** int8 multiply-adds of one inference. */
  macs: number;
  /** Additions and subtractions of inputs or m_k, where weights are signs. */
  additions: number;
  /** Multiplications of a binary layer: requantisation to m_k and to the output, or of the planes' sums by their α. */
  multiplications: number;
}

export interface Inspection {
  name?: string;
  formatVersion: number;
  fileBytes: number;
  arenaBytes: number;
  input: TensorInfo;
  output: TensorInfo;
  macs: number;
  additions: number;
  selfTest: boolean;
  layers: LayerInspection[];
  metadata: Metadata;
}

type Work = Pick<LayerInspection, "macs" | "additions" | "multiplications">;

/** Operations of one inference. */
function work(layer: ProgramLayer, program: Program): Work {
  const { kind, kernel, groups, rank, planes } = layer;
  const input = program.tensors[layer.input].shape;
  const [height, width, T] = program.tensors[layer.output].shape;
  const taps = kernel[0] * kernel[1];
  const shape = { T, S: taps * input[2], pixels: height * width };
  const macs = (S: number) => ({ macs: shape.pixels * T * S, additions: 0, multiplications: 0 });
  switch (kind) {
    case "Conv2D":
      return macs(shape.S / groups);
    case "DepthwiseConv2D":
      return macs(taps);
    case "FullyConnected":
      return macs(size(input));
    case "SemiBinary":
      return { macs: 0, ...operations("semi-binary", { ...shape, rank }) };
    case "BinaryPlanes":
      return { macs: 0, ...operations(`planes:${planes}`, shape) };
    default:
      return { macs: 0, additions: 0, multiplications: 0 };
  }
}

function inspectLayer(layer: ProgramLayer, program: Program): LayerInspection {
  const element = elementBytes(layer.kind);
  const weights = layer.weights.length + layer.weightsU.length;
  const bias = element.bias * layer.bias.length;
  const multipliers =
    element.multipliers * layer.multipliers.length + element.shifts * layer.shifts.length + 4 * layer.parameters.length;
  return {
    name: layer.name,
    kind: layer.kind,
    inputs: inputsOf(layer).map((index) => program.tensors[index].shape),
    output: program.tensors[layer.output].shape,
    ...(layer.kind === "SemiBinary" ? { rank: layer.rank } : {}),
    ...(layer.kind === "BinaryPlanes" ? { planes: layer.planes } : {}),
    bytes: { weights, bias, multipliers, total: weights + bias + multipliers },
    scratchBytes: layer.scratchBytes,
    ...work(layer, program),
  };
}

function edge(program: Program, index: number): TensorInfo {
  const { shape, scale, zeroPoint } = program.tensors[index];
  return { shape, scale, zeroPoint };
}

export function inspect(program: Program, fileBytes: number, formatVersion: number): Inspection {
  const layers = program.layers.map((layer) => inspectLayer(layer, program));
  const sum = (key: "macs" | "additions") => layers.reduce((total, layer) => total + layer[key], 0);
  return {
    name: program.metadata.name,
    formatVersion,
    fileBytes,
    arenaBytes: program.arenaBytes,
    input: edge(program, program.input),
    output: edge(program, program.output),
    macs: sum("macs"),
    additions: sum("additions"),
    selfTest: program.selfTest !== undefined,
    layers,
    metadata: program.metadata,
  };
}
