// The files and options that a compilation reads beside its source.

import { HalfbitError } from "../errors.ts";
import { readFile } from "../files.ts";
import type { Graph } from "../graph/graph.ts";
import type { LayerOverride, Samples, Scheme } from "../options.ts";
import { type Preprocessing, readSamples, type SampleArray, sampleCount, toReal } from "../samples.ts";
import { isScheme } from "./options.ts";

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

/** At most `limit` samples, spread evenly over the file, as real values, and whether the file holds pixels. */
export function readCalibration(
  file: string,
  graph: Graph,
  limit: number,
  preprocessing?: Preprocessing,
): Samples & { pixels: boolean } {
  const { shape, quantisation } = graph.tensors[graph.input];
  const input = { shape, quantisation, preprocessing };
  const all = readSamples(readFile(file), file, input);
  const held = sampleCount(all, shape);
  const count = Math.min(held, limit);
  const each = all.data.length / held;
  const data: SampleArray["data"] = all.data.slice(0, count * each);
  for (let i = 0; i < count; i++) {
    const from = Math.floor((i * held) / count) * each;
    data.set(all.data.subarray(from, from + each), i * each);
  }
  return { data: toReal({ ...all, data }, input), count, pixels: data instanceof Uint8Array };
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
