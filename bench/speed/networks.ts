// Whole networks, beside the peers on the same networks and input, and halfbit's layers one by one.

import { Session } from "../../host/session.ts";
import { candidatesOf, type NetworkCandidate, type Surroundings } from "./candidates/index.ts";
import { compiledModel, MODELS, type ModelName, type Source } from "./models.ts";
import { interleaved, type Measured, type Rounds, type Timing, timing } from "./rounds.ts";
import { sourceNetwork } from "./sources.ts";

export interface NetworkRow extends Omit<NetworkCandidate, "seconds" | "output"> {
  seconds: Measured;
  /** Largest difference of an output from that of the source with the same kind of numbers, as a share of its range. */
  difference?: number;
}

export interface LayerRow {
  name: string;
  /** By level. */
  simd128: Timing;
  scalar: Timing;
}

const SOURCES: Record<Source, string> = {
  ic_resnet8: "ResNet-8 (image classification)",
  kws_dscnn: "DS-CNN (keyword spotting)",
  vww_mobilenetv1: "MobileNetV1 (visual wake words)",
  ad_autoencoder: "auto-encoder (anomaly detection)",
};

export interface NetworkResults {
  title: string;
  rows: NetworkRow[];
  layers: { model: ModelName; rows: LayerRow[] }[];
}

/** How far outputs may be from one another: float ones by rounding alone; int8 ones by a few steps of a layer's. */
const TOLERANCE = { float: 1e-3, int8: 0.05 };

/** Each peer must compute the network: float ones what TensorFlow.js does, int8 ones what halfbit's int8 model does. */
function difference(candidate: NetworkCandidate, all: readonly NetworkCandidate[]): number | undefined {
  const { numbers } = candidate;
  if (numbers === "signs") return undefined;
  const judge = all.find(
    (other) => other.numbers === numbers && other.where === (numbers === "float" ? "web" : "halfbit"),
  )!;
  const range = Math.max(...judge.output) - Math.min(...judge.output);
  const share = Math.max(...judge.output.map((value, i) => Math.abs(value - candidate.output[i]))) / range;
  if (candidate.output.length !== judge.output.length || !(share <= TOLERANCE[numbers]))
    throw new Error(
      `${candidate.name} computes another network than ${judge.name}: outputs differ by ${share} of their range`,
    );
  return share;
}

/** Every layer at both levels, in whole inferences. */
async function layersOf(model: ModelName, rounds: number): Promise<LayerRow[]> {
  const { file, program } = await compiledModel(model);
  const times = async (level: "simd128" | "scalar") => {
    const session = await Session.open(file, { level });
    session.setInput(new Int8Array(session.input.shape.reduce((a, b) => a * b)));
    const samples: number[][] = Array.from({ length: session.layerCount }, () => []);
    for (let round = -rounds; round < rounds; round++) {
      for (let i = 0; i < session.layerCount; i++) {
        const start = performance.now();
        session.step(i);
        if (round >= 0) samples[i].push((performance.now() - start) / 1000);
      }
    }
    return samples.map(timing);
  };
  const simd128 = await times("simd128");
  const scalar = await times("scalar");
  return program.layers.map(({ name }, i) => ({ name, simd128: simd128[i], scalar: scalar[i] }));
}

async function measure(source: Source, surroundings: Surroundings, rounds: Rounds): Promise<NetworkResults> {
  const models = (Object.keys(MODELS) as ModelName[]).filter((name) => MODELS[name].source === source);
  const candidates = await candidatesOf(sourceNetwork(source), models, surroundings);
  const differences = candidates.map((candidate) => difference(candidate, candidates));
  const timings = await interleaved(candidates, rounds);
  const rows = candidates.map(({ name, where, numbers, model, level }, i) => ({
    ...{ name, where, numbers, model, level },
    seconds: timings[i],
    difference: differences[i],
  }));
  const layers: NetworkResults["layers"] = [];
  for (const model of models) layers.push({ model, rows: await layersOf(model, 2 * rounds.rounds) });
  return { title: SOURCES[source], rows, layers };
}

export async function networks(surroundings: Surroundings, rounds: Rounds): Promise<Record<Source, NetworkResults>> {
  const results: Partial<Record<Source, NetworkResults>> = {};
  for (const source of Object.keys(SOURCES) as Source[]) results[source] = await measure(source, surroundings, rounds);
  return results as Record<Source, NetworkResults>;
}
