// The integer network as the model file holds it, record by record: what lower.ts produces, write.ts packs,
// read.ts unpacks, reference.ts executes and dump.ts prints. format/SPEC.md says what each field means.

export type Kind =
  | "Conv2D"
  | "DepthwiseConv2D"
  | "FullyConnected"
  | "Add"
  | "Mul"
  | "Concat"
  | "Pad"
  | "AveragePool"
  | "MaxPool"
  | "Mean"
  | "Softmax"
  | "Lookup"
  | "SemiBinary"
  | "BinaryPlanes";

export interface ProgramTensor {
  shape: [height: number, width: number, channels: number];
  scale: number;
  zeroPoint: number;
  /** Byte offset in the arena, set by the plan pass. */
  arenaOffset: number;
}

export interface ProgramLayer {
  kind: Kind;
  /** Kept in the metadata, for people. */
  name: string;
  input: number;
  /** Second operand of Add and Mul, or the residual of a fused Add; −1 where there is none. */
  input2: number;
  output: number;
  kernel: [height: number, width: number];
  stride: [height: number, width: number];
  dilation: [height: number, width: number];
  padTop: number;
  padLeft: number;
  activationMin: number;
  activationMax: number;
  groups: number;
  rank: number;
  planes: number;
  shiftM: number;
  shiftR: number;
  /** SemiBinary, BinaryPlanes: exponent of the biases, which are int16 there. */
  biasShift: number;
  /** int8 weights, packed signs (V or planes), or the 256-entry Lookup table. */
  weights: Uint8Array;
  /** Packed U of a SemiBinary layer. */
  weightsU: Uint8Array;
  bias: Int32Array;
  /** Q31 multipliers; SemiBinary: M_k (0…65,535); BinaryPlanes: A_{t,i} (−32,768…32,767), planes fastest. */
  multipliers: Int32Array;
  /** Exponents of the Q31 multipliers; SemiBinary: R_t (0…65,535). */
  shifts: Int32Array;
  /** Output pixels that a layer of signs computes at once, and the groups of 4 inputs whose tables stand at once; else 0. */
  stripRows: number;
  stripColumns: number;
  batch: number;
  scratchOffset: number;
  scratchBytes: number;
  parameters: Int32Array;
}

/** What hosts know about a model beside its numbers. Stored as JSON. */
export interface Metadata {
  name?: string;
  labels?: string[];
  /** How an 8-bit image becomes the network's real input: real = (pixel − mean) · scale, a value or one a channel. */
  preprocessing?: { mean: number[]; scale: number[]; channelOrder: "RGB" | "BGR" | "grayscale" };
  provenance?: { source: string; sha256: string; compiler: string; options: Record<string, unknown> };
  layers?: string[];
}

export interface Program {
  tensors: ProgramTensor[];
  layers: ProgramLayer[];
  input: number;
  output: number;
  arenaBytes: number;
  metadata: Metadata;
  /** Seed of the generated input, and the CRC-32 of every layer's output for it. */
  selfTest?: { seed: number; checksums: number[] };
}

/** A record with every field at its neutral value. */
export function emptyLayer(kind: Kind, name: string, input: number, output: number): ProgramLayer {
  return {
    kind,
    name,
    input,
    input2: -1,
    output,
    kernel: [1, 1],
    stride: [1, 1],
    dilation: [1, 1],
    padTop: 0,
    padLeft: 0,
    activationMin: -128,
    activationMax: 127,
    groups: 1,
    rank: 0,
    planes: 0,
    shiftM: 0,
    shiftR: 0,
    biasShift: 0,
    weights: new Uint8Array(0),
    weightsU: new Uint8Array(0),
    bias: new Int32Array(0),
    multipliers: new Int32Array(0),
    shifts: new Int32Array(0),
    stripRows: 0,
    stripColumns: 0,
    batch: 0,
    scratchOffset: 0,
    scratchBytes: 0,
    parameters: new Int32Array(0),
  };
}
