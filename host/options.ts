// What the compiler can be told.

import type { Metadata } from "./program.ts";
import type { TrainingSet } from "./train/batches.ts";

export type Scheme = "semi-binary" | "sign" | "alpha" | `planes:${number}` | `bits:${number}` | "int8";

/** Calibration samples: count × H × W × C real values in the source network's input range. */
export interface Samples {
  data: Float32Array;
  count: number;
}

export interface LayerOverride {
  scheme?: Scheme;
  rank?: number;
}

/** What the compiler is to reach by choosing scheme and K for every layer itself. */
export type Target =
  /** The whole model file, labels aside, takes at most so many bytes. */
  | { kind: "budget"; bytes: number }
  /** The layers that can be decomposed take at most so many bits a weight on average, scales and bias included. */
  | { kind: "bits"; bits: number }
  /** Of held-back calibration samples, at most this share (0…1) is answered otherwise than by the original network. */
  | { kind: "max-drop"; drop: number };

/** Steps of the decomposition that can be left out, for measuring what each gives. */
export interface Steps {
  /** H of the calibration samples; else the solver starts from weights alone, and only the polish knows H. */
  fullH: boolean;
  /** The target makes up for the error of the layers before. */
  prefixCorrection: boolean;
  /** Sign flips under H after the solver. */
  polish: boolean;
  /** A scale for every output channel, r. */
  outputScales: boolean;
  /** H without the mean, and the bias that restores each output channel's mean. */
  means: boolean;
  /** Scales that restore each output channel's variance. */
  variances: boolean;
  /** A convolution before an Add aims at the original sum. */
  residualTargets: boolean;
  /** int8 layers behind decomposed ones are corrected for what reaches them. */
  int8Correction: boolean;
}

export interface CompileOptions {
  scheme: Scheme;
  /** K / T of semi-binary layers. */
  rank: number;
  /** In place of `scheme` and `rank`. */
  target?: Target;
  solver: "admm" | "greedy";
  /** What the solver minimises: the error of the layer's output feature map on calibration samples, or of its weights. */
  objective: "feature-map" | "weights";
  seed: number;
  /** Bytes of arena that the model may take: layers of signs are slower in less. Without it they take some 12 KB of tables. */
  arenaBudget?: number;
  /** Those left out are what `solver` has: "admm" all of them, "greedy" the paper's. */
  steps?: Partial<Steps>;
  calibration?: Samples;
  /** By layer name. */
  overrides?: Record<string, LayerOverride>;
  labels?: string[];
  /** How 8-bit images become the network's input; stored for hosts that read images. */
  preprocessing?: Metadata["preprocessing"];
  /** Training without labels: at most so many minutes on inputs alone. 0 minutes: none. */
  recover?: { minutes: number; set: TrainingSet };
  /** Training with labels: so many rounds through a set that has them. */
  finetune?: { epochs: number; set: TrainingSet };
  /** Where the states of training are kept, so that an interrupted one can go on. */
  checkpoints?: Checkpoints;
  /** Aborted: training stops at its next step, and the compilation ends with the best state so far. */
  signal?: AbortSignal;
  onProgress?: (stage: string, done: number, total: number) => void;
  /** What the user should know, a line. */
  onNote?: (text: string) => void;
}

/** One state a stage of training. */
export interface Checkpoints {
  /** For messages. */
  name(stage: string): string;
  read(stage: string): Uint8Array | undefined;
  write(stage: string, bytes: Uint8Array): void;
}
