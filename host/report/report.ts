// The report of a compilation as plain data: what --report writes as JSON, and what html/ draws.

import type { Compiled, LayerReport } from "../compile.ts";
import { type Graph, size } from "../graph/graph.ts";
import { type Operations, operations } from "../operations.ts";
import type { Scheme } from "../options.ts";
import { isWeightLayer } from "../passes/decompose/choose.ts";
import { writeModel } from "../write.ts";
import type { BaselineError } from "./baselines.ts";
import type { Closeness, Judge } from "./closeness.ts";
import { type MemoryMap, memoryMap } from "./memory-map.ts";
import type { StageLoss } from "./stages.ts";

/** Rises when a field is renamed or changes its meaning. */
export const REPORT_VERSION = 1;

export interface ReportLayer {
  name: string;
  kind: LayerReport["kind"];
  scheme: Scheme;
  /** K of a semi-binary layer. */
  rank?: number;
  /** Channels of output, and weights a channel. */
  T: number;
  S: number;
  /** Output pixels; 1 of a FullyConnected. */
  pixels: number;
  /** Weights, scales and bias, over T·S. */
  bitsPerWeight: number;
  bytes: number;
  int8Bytes: number;
  /** Of one inference (host/operations.ts). */
  original: Operations;
  chosen: Operations;
  /** ‖W − Ŵ‖² / ‖W‖². */
  weightError?: number;
  /** Share of the original network's output variance that the layer misses on the calibration samples. */
  featureMapError?: number;
  /** Absent: not measured. */
  baselines?: BaselineError[];
  /** The reason for the choice. */
  why: string;
}

export interface StageSeconds {
  stage: string;
  seconds: number;
}

/** A model file: bytes, labels aside, and how close its answers are to the original's. */
export interface CurvePoint extends Closeness {
  setting: string;
  bytes: number;
  /** This is the file that was written. */
  chosen?: true;
}

/** What was measured for the report (measure.ts); absent without samples. */
export interface Measured {
  /** On what stages and curve were judged. unseen: on samples that no part of the compilation met. */
  judged?: { count: number; unseen: boolean; measure: Judge["measure"] };
  stages?: StageLoss[];
  curve?: {
    /** Samples that the other settings were solved on. */
    samples: number;
    points: CurvePoint[];
    /** Settings that there was no time for, or that cannot be compiled. */
    skipped: string[];
  };
}

export interface Report extends Measured {
  reportVersion: number;
  name: string;
  compiler: string;
  source: { file: string; bytes: number; sha256: string };
  /** Those recorded in the model file, the seed among them. */
  options: Record<string, unknown>;
  file: { bytes: number; withoutLabels: number };
  arena: { bytes: number; lowerBound: number };
  layers: ReportLayer[];
  /** Sums over the layers with weights. */
  total: { bytes: number; int8Bytes: number; original: Operations; chosen: Operations };
  /** Of the compilation, without what the report took. */
  seconds?: StageSeconds[];
  training: Compiled["training"];
  allocation?: Compiled["allocation"];
  memory: MemoryMap;
}

/** `measured` is reported as it is; what it lacks as not measured. */
export function buildReport(
  compiled: Compiled,
  { seconds, ...measured }: Measured & { seconds?: StageSeconds[] },
): Report {
  const { file, sourceBytes, program, graph, report, arenaLowerBound, training, allocation } = compiled;
  const { name, provenance } = program.metadata;
  const options = provenance?.options ?? {};
  const pixels = outputPixels(graph);
  const layers = report.map((layer, i) => reportLayer(layer, pixels[i], options));
  return {
    reportVersion: REPORT_VERSION,
    name: name ?? "network",
    compiler: provenance?.compiler ?? "",
    source: { file: provenance?.source ?? "", bytes: sourceBytes, sha256: provenance?.sha256 ?? "" },
    options,
    file: { bytes: file.length, withoutLabels: bytesWithoutLabels(compiled) },
    arena: { bytes: program.arenaBytes, lowerBound: arenaLowerBound },
    layers,
    total: {
      bytes: layers.reduce((sum, layer) => sum + layer.bytes, 0),
      int8Bytes: layers.reduce((sum, layer) => sum + layer.int8Bytes, 0),
      original: sumOf(layers.map((layer) => layer.original)),
      chosen: sumOf(layers.map((layer) => layer.chosen)),
    },
    seconds,
    training,
    allocation,
    ...measured,
    memory: memoryMap(program, arenaLowerBound),
  };
}

/** Of every layer with weights, in the order of LayerReport[]. */
function outputPixels({ layers, tensors }: Graph): number[] {
  return layers.filter(isWeightLayer).map((layer) => size(tensors[layer.output].shape) / layer.bias.length);
}

function reportLayer(layer: LayerReport, pixels: number, options: Record<string, unknown>): ReportLayer {
  const { name, kind, scheme, rank, T, S, weightBytes, int8Bytes, weightError, featureMapError, baselines } = layer;
  return {
    name,
    kind,
    scheme,
    rank,
    T,
    S,
    pixels,
    bitsPerWeight: (8 * weightBytes) / (T * S),
    bytes: weightBytes,
    int8Bytes,
    original: operations("int8", { T, S, pixels }),
    chosen: operations(scheme, { T, S, pixels, rank }),
    weightError,
    featureMapError,
    baselines,
    why: layer.why ?? layer.reason ?? asAsked(layer, options),
  };
}

/** Of a layer that got what the command line says for it, or for all. */
function asAsked({ name, rank, T }: LayerReport, { overrides }: Record<string, unknown>): string {
  const own = typeof overrides === "object" && overrides !== null && Object.hasOwn(overrides, name);
  const asked = `as asked for ${own ? "this layer" : "all layers"}`;
  return rank === undefined ? asked : `K = ${Number((rank / T).toFixed(2))}·T, ${asked}`;
}

/** Of the model file, as targets count them. */
export function bytesWithoutLabels({ program, file }: Pick<Compiled, "program" | "file">): number {
  const { labels, ...metadata } = program.metadata;
  return labels === undefined ? file.length : writeModel({ ...program, metadata }).length;
}

function sumOf(all: Operations[]): Operations {
  return {
    additions: all.reduce((sum, { additions }) => sum + additions, 0),
    multiplications: all.reduce((sum, { multiplications }) => sum + multiplications, 0),
  };
}
