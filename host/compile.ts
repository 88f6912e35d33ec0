// The compiler: source network in, model file out. The passes stand here in the order in which they run.

import { Engine } from "./engine.ts";
import { HalfbitError } from "./errors.ts";
import { type Graph, size } from "./graph/graph.ts";
import { importModel } from "./import/detect.ts";
import type { Source } from "./import/source.ts";
import type { CompileOptions, Samples, Target } from "./options.ts";
import { type Allocated, allocate } from "./passes/allocate.ts";
import { calibrate } from "./passes/calibrate.ts";
import { compact } from "./passes/compact.ts";
import { decompose, type LayerDecomposition } from "./passes/decompose.ts";
import { dequantise } from "./passes/dequantise.ts";
import { isInt8 } from "./passes/edges.ts";
import { fold } from "./passes/fold.ts";
import { fuseAdd } from "./passes/fuse-add.ts";
import { lower } from "./passes/lower/index.ts";
import { activationBytes, plan } from "./passes/plan.ts";
import { checkTraining, recover, type TrainingReport } from "./passes/recover.ts";
import { schedule } from "./passes/schedule.ts";
import { selfTest } from "./passes/self-test.ts";
import type { Metadata, Program } from "./program.ts";
import type { BaselineError } from "./report/baselines.ts";
import { VERSION } from "./version.ts";
import { writeModel } from "./write.ts";

/** What became of one layer that has weights, or has been given a place of its own in the file. */
export interface LayerReport extends LayerDecomposition {
  /** What other schemes would have missed of this layer's output, where a report asked for it. */
  baselines?: BaselineError[];
  /** Why the layer has this scheme, where the compiler chose it. */
  why?: string;
}

export interface Compiled {
  /** The model file. */
  file: Uint8Array;
  /** Of the source network, with the files beside it. */
  sourceBytes: number;
  program: Program;
  /** The float network after import and folding: what accuracy is compared with. */
  graph: Graph;
  /** The same with its binary weights, in float: what the integers are compared with. */
  simulated: Graph;
  /** The same with what calibrate adds: quantisations, int8 weights, s_m. In float, m alone is rounded. */
  quantised: Graph;
  report: LayerReport[];
  /** What was tried, where the compiler chose the schemes. */
  allocation?: Allocated["allocation"];
  /** What each stage of training did; empty without. */
  training: TrainingReport[];
  /** No arena can be smaller than this for the program's order of layers. */
  arenaLowerBound: number;
}

/** Seed of the self-test's input. */
const SELF_TEST_SEED = 0x2545f491;

/** Of one file after the other. */
async function sha256(files: Uint8Array[]): Promise<string> {
  const bytes = await new Blob(files as BlobPart[]).arrayBuffer();
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The source, and a list of its files: its own, then those beside it, as they are read. */
function recorded({ read, ...own }: Source): { source: Source; files: Uint8Array[] } {
  const files = [own.bytes];
  if (read === undefined) return { source: own, files };
  const recording = async (path: string) => {
    const bytes = await read(path);
    files.push(bytes);
    return bytes;
  };
  return { source: { ...own, read: recording }, files };
}

/** In fewer bytes than a scheme takes, so that a budget of the bytes of a file with one scheme has room for it. */
function aim(target: Target): Record<string, number> {
  if (target.kind === "budget") return { budget: target.bytes };
  return target.kind === "bits" ? { bits: target.bits } : { "max-drop": target.drop };
}

/** What a checkpoint of training belongs to: the same source, decomposed in the same way and trained on as many samples. */
function job(
  digest: string,
  { scheme, rank, target, solver, objective, seed, overrides, steps, ...others }: CompileOptions,
): string {
  const { calibration, recover: recovery, finetune } = others;
  const counts = [calibration?.count, recovery?.set.count, finetune?.set.count];
  return JSON.stringify([digest, scheme, rank, target, solver, objective, seed, overrides, steps, counts]);
}

/** A NaN or an infinity would go through every pass and come out as a model that answers anything. */
function checkWeights(graph: Graph, file: string): void {
  for (const layer of graph.layers) {
    if (!("weights" in layer)) continue;
    if (layer.weights.every(Number.isFinite) && layer.bias.every(Number.isFinite)) continue;
    throw new HalfbitError(
      "E_SOURCE_CORRUPT",
      `${file}: layer ${layer.name} holds NaN or infinite weights; export it again`,
    );
  }
}

/** The samples, of the network's input shape and finite. Throws E_CALIBRATION. */
function checkedSamples(graph: Graph, options: CompileOptions, file: string): Samples {
  const bad = (what: string) => new HalfbitError("E_CALIBRATION", `${file}: ${what}`);
  const { calibration } = options;
  const kind = isInt8(graph) ? `scheme ${options.scheme}` : "a float network";
  if (!calibration) throw bad(`${kind} needs calibration samples; pass --calib SAMPLES.npy`);
  const { data, count } = calibration;
  const { shape } = graph.tensors[graph.input];
  if (count < 1 || data.length !== count * size(shape))
    throw bad(`calibration holds ${data.length} values for ${count} samples; each needs ${shape.join("×")}`);
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw bad(`calibration sample ${Math.floor(wrong / size(shape))} holds ${data[wrong]}; take it out`);
  return calibration;
}

/** The network with real and integer weights, quantised, its chosen layers binary. */
async function approximate(
  imported: Graph,
  options: CompileOptions,
  file: string,
  job: string,
  metadata: Metadata,
): Promise<Pick<Compiled, "simulated" | "quantised" | "report" | "allocation" | "training"> & { source: Graph }> {
  const schemes = [options.scheme, ...Object.values(options.overrides ?? {}).map(({ scheme }) => scheme ?? "int8")];
  // An int8 network keeps its own numbers, so that its outputs keep their bits.
  if (isInt8(imported) && !options.target && schemes.every((scheme) => scheme === "int8")) {
    const { report } = await decompose(imported, options);
    return { source: imported, simulated: imported, quantised: imported, report, training: [] };
  }
  const calibration = checkedSamples(imported, options, file);
  const source = isInt8(imported) ? fold(dequantise(imported)) : imported;
  checkTraining(source, options);
  const { target } = options;
  const {
    graph: decomposed,
    report,
    allocation,
  } = target
    ? await allocate(source, target, { ...options, calibration }, metadata)
    : { ...(await decompose(source, options)), allocation: undefined };
  const { graph: simulated, training } = await recover(source, decomposed, job, options);
  options.onProgress?.("calibrate", 0, 1);
  const quantised = await calibrate(simulated, calibration);
  options.onProgress?.("calibrate", 1, 1);
  return { source, simulated, quantised, report, allocation, training };
}

/** The layers of a quantised network as the runtime has them, in their order, without places in the arena. */
function lowered(quantised: Graph): ReturnType<typeof compact> {
  const { program, views } = lower(quantised);
  return compact(fuseAdd(schedule(program, views), views), views);
}

/**
 * An arena that the activations alone do not fit is refused before time goes into the layers' weights. They are as many
 * bytes whatever the weights and ranges become, so one sample will do. Throws E_BUDGET.
 */
async function checkArena(graph: Graph, options: CompileOptions, file: string): Promise<void> {
  const { arenaBudget } = options;
  if (arenaBudget === undefined) return;
  const first = ({ data, count }: Samples): Samples => ({ data: data.subarray(0, data.length / count), count: 1 });
  const quantised = isInt8(graph) ? graph : await calibrate(graph, first(checkedSamples(graph, options, file)));
  const { program, views } = lowered(quantised);
  const bytes = activationBytes(program, views);
  if (bytes <= arenaBudget) return;
  throw new HalfbitError(
    "E_BUDGET",
    `${file}: the arena does not fit ${arenaBudget} bytes: the activations alone take ${bytes}, and layers need scratch too`,
  );
}

/** The file is what a device will meet: it must load in the runtime and compute the recorded bits there. */
async function proven(file: Uint8Array, program: Program, name: string): Promise<Uint8Array> {
  try {
    (await Engine.load(file, name)).selfTest();
    return file;
  } catch (cause) {
    if (!(cause instanceof HalfbitError) || cause.code !== "E_MODEL") throw cause;
    const layer = program.layers[cause.record];
    const where = layer ? `layer ${layer.name} (${layer.kind})` : "the network";
    throw new HalfbitError("E_UNSUPPORTED", `${name}: ${where} is beyond what the runtime takes: ${cause.message}`, {
      cause,
    });
  }
}

/**
 * Compiles a network (TFLite, ONNX or TensorFlow.js). Deterministic: same bytes, same samples, same seed, same file.
 * Throws E_SOURCE_FORMAT, E_SOURCE_CORRUPT, E_UNSUPPORTED_OPERATOR, E_UNSUPPORTED, E_CALIBRATION, E_OVERRIDES,
 * E_BUDGET, E_TOO_LARGE.
 */
export async function compile(input: Source, options: CompileOptions): Promise<Compiled> {
  const recording = recorded(input);
  const imported = fold(await importModel(recording.source));
  checkWeights(imported, input.name);
  await checkArena(imported, options, input.name);
  const digest = await sha256(recording.files);
  const { scheme, rank, target, solver, objective, seed, overrides, arenaBudget, labels, preprocessing } = options;
  const chosen = target ? aim(target) : { scheme, rank };
  const [sourceFile, folder = ""] = input.name.split(/[\\/]/).reverse();
  const metadata: Metadata = {
    // Networks call themselves "main_graph" and the like, and TensorFlow.js all its files model.json.
    name: sourceFile === "model.json" && /\w/.test(folder) ? folder : sourceFile.replace(/\.[^.]*$/, ""),
    labels,
    preprocessing,
    provenance: {
      source: sourceFile,
      sha256: digest,
      compiler: `halfbit ${VERSION}`,
      options: {
        ...(scheme === "int8" && !target ? { scheme } : { ...chosen, solver, objective, seed, overrides }),
        ...(arenaBudget === undefined ? {} : { "arena-budget": arenaBudget }),
      },
    },
  };
  const { source, ...found } = await approximate(imported, options, input.name, job(digest, options), metadata);

  options.onProgress?.("write", 0, 1);
  const { program: layers, views } = lowered(found.quantised);
  const planned = plan(layers, views, arenaBudget);

  const program: Program = { ...planned.program, metadata, selfTest: selfTest(planned.program, SELF_TEST_SEED) };
  const file = await proven(writeModel(program), program, input.name);
  options.onProgress?.("write", 1, 1);
  const sourceBytes = recording.files.reduce((sum, { length }) => sum + length, 0);
  return { file, sourceBytes, program, graph: source, ...found, arenaLowerBound: planned.lowerBound };
}
