// The files and options that a compilation reads beside its source.

import { dirname, join } from "node:path";
import { HalfbitError } from "../errors.ts";
import { readFile } from "../files.ts";
import type { Graph } from "../graph/graph.ts";
import type { Source } from "../import/source.ts";
import type { LayerOverride, Samples, Scheme } from "../options.ts";
import { isIdx } from "../samples/idx.ts";
import { isNpy } from "../samples/npy.ts";
import { type Preprocessing, readLabels, readSamples, type SampleArray, sampleCount, toReal } from "../samples.ts";
import { isScheme } from "./options.ts";

/** The network in a file; what it keeps in others lies in the same folder. */
export function openSource(file: string): Source {
  return { bytes: readFile(file), name: file, read: async (path) => readFile(join(dirname(file), path)) };
}

/** real = (pixel − mean) · scale, where the command line says so; one value or one a channel. */
export function preprocessingOf(
  graph: Graph,
  options: { mean?: number[]; scale?: number[]; channels?: Preprocessing["channelOrder"] },
): Preprocessing | undefined {
  const { mean = [0], scale = [1], channels } = options;
  if (!options.mean && !options.scale && !channels) return undefined;
  const count = graph.tensors[graph.input].shape[2];
  for (const [name, values] of Object.entries({ mean, scale })) {
    if (values.length === 1 || values.length === count) continue;
    throw new HalfbitError("E_USAGE", `--${name} has ${values.length} values, the network's input ${count} channels`);
  }
  return { mean, scale, channelOrder: channels ?? (count === 1 ? "grayscale" : "RGB") };
}

/** A file of samples for a network that is being compiled. */
export interface SampleFile {
  count: number;
  /** Whether it holds pixels. */
  pixels: boolean;
  /** Real values of the samples at `indices`, n × H × W × C. */
  read(indices: ArrayLike<number>): Float32Array;
}

export function openSamples(file: string, graph: Graph, preprocessing?: Preprocessing): SampleFile {
  const { shape, quantisation } = graph.tensors[graph.input];
  const input = { shape, quantisation, preprocessing };
  const all = readSamples(readFile(file), file, input);
  const count = sampleCount(all, shape);
  const each = all.data.length / count;
  const read = (indices: ArrayLike<number>) => {
    const data: SampleArray["data"] = all.data.slice(0, indices.length * each);
    for (let i = 0; i < indices.length; i++) {
      data.set(all.data.subarray(indices[i] * each, (indices[i] + 1) * each), i * each);
    }
    return toReal({ ...all, data }, input);
  };
  return { count, pixels: all.data instanceof Uint8Array, read };
}

/** At most `limit` of `items`, spread evenly. */
export function spread<T>(items: readonly T[], limit: number): T[] {
  const count = Math.min(items.length, limit);
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]);
}

/** Samples for calibration, at most `limit`, and the indices of those left over. */
export function calibrationFrom(file: SampleFile, limit: number): { samples: Samples; left: number[] } {
  const all = Array.from({ length: file.count }, (_, i) => i);
  const used = spread(all, limit);
  const taken = new Set(used);
  return { samples: { data: file.read(used), count: used.length }, left: all.filter((i) => !taken.has(i)) };
}

/** A class of every sample, for training. */
export function readTrainingLabels(file: string, graph: Graph, count: number): Uint8Array {
  const labels = readLabels(readFile(file), file, count);
  const classes = graph.tensors[graph.output].shape.reduce((product, n) => product * n, 1);
  if (labels.length !== count)
    throw new HalfbitError("E_LABELS", `${file}: ${labels.length} labels for ${count} training samples`);
  const wrong = labels.findIndex((label) => label >= classes);
  if (wrong >= 0)
    throw new HalfbitError(
      "E_LABELS",
      `${file}: label ${wrong} is ${labels[wrong]}; the network has ${classes} outputs`,
    );
  return labels;
}

/** Whether a file of labels holds numbers, one a sample, and not names of outputs. */
export function holdsNumbers(file: string): boolean {
  return isNpy(readFile(file)) || isIdx(readFile(file));
}

function parseJson(file: string, code: "E_OVERRIDES" | "E_LABELS"): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(readFile(file)));
  } catch (cause) {
    if (cause instanceof HalfbitError) throw cause;
    throw new HalfbitError(code, `${file}: not valid JSON: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}

/** {"layer name": {"scheme"?, "rank"?}}. The compiler says which names it does not know. */
export function readOverrides(file: string): Record<string, LayerOverride> {
  const bad = (what: string) => new HalfbitError("E_OVERRIDES", `${file}: ${what}`);
  const json = parseJson(file, "E_OVERRIDES");
  if (!isObject(json)) throw bad('an object is expected, {"layer name": {"scheme": …, "rank": …}}');
  const entries = Object.entries(json).map(([layer, value]): [string, LayerOverride] => {
    if (!isObject(value)) throw bad(`${layer}: an object with scheme or rank is expected`);
    const { scheme, rank, ...others } = value;
    const [unknown] = Object.keys(others);
    if (unknown !== undefined) throw bad(`${layer}: there is no setting "${unknown}", only scheme and rank`);
    if (scheme !== undefined && !isScheme(scheme)) throw bad(`${layer}: scheme ${JSON.stringify(scheme)} is not known`);
    if (rank !== undefined && !(typeof rank === "number" && rank > 0)) throw bad(`${layer}: rank must be above 0`);
    return [layer, { scheme: scheme as Scheme | undefined, rank: rank as number | undefined }];
  });
  return Object.fromEntries(entries);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One label a line, or a JSON list of strings, in the order of the network's outputs. */
export function readLabelNames(file: string, graph: Graph): string[] {
  const text = new TextDecoder().decode(readFile(file)).replace(/^\uFEFF/, "");
  const labels = text.trimStart().startsWith("[") ? parseJson(file, "E_LABELS") : lines(text);
  if (!Array.isArray(labels) || !labels.every((label) => typeof label === "string")) {
    throw new HalfbitError("E_LABELS", `${file}: a list of strings, or one label a line, is expected`);
  }
  const outputs = graph.tensors[graph.output].shape.reduce((product, n) => product * n, 1);
  if (labels.length !== outputs) {
    throw new HalfbitError("E_LABELS", `${file}: ${labels.length} labels, but the network has ${outputs} outputs`);
  }
  return labels;
}

function lines(text: string): string[] {
  return text
    .replace(/\s+$/, "")
    .split(/\r?\n/)
    .map((line) => line.trim());
}
