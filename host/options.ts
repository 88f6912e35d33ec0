// What the compiler can be told.

import type { Metadata } from "./program.ts";

export type Scheme = "semi-binary" | "sign" | "alpha" | `planes:${number}` | "int8";

/** Calibration samples: count × H × W × C real values in the source network's input range. */
export interface Samples {
  data: Float32Array;
  count: number;
}

export interface LayerOverride {
  scheme?: Scheme;
  rank?: number;
}

export interface CompileOptions {
  scheme: Scheme;
  /** K / T of semi-binary layers. */
  rank: number;
  solver: "greedy";
  /** What the solver minimises: the error of the layer's output feature map on calibration samples, or of its weights. */
  objective: "feature-map" | "weights";
  seed: number;
  calibration?: Samples;
  /** By layer name. */
  overrides?: Record<string, LayerOverride>;
  labels?: string[];
  /** How 8-bit images become the network's input; stored for hosts that read images. */
  preprocessing?: Metadata["preprocessing"];
  onProgress?: (stage: string, done: number, total: number) => void;
}
