// The compiler: source network in, model file out. The passes stand here in the order in which they run.

import { HalfbitError } from "./errors.ts";
import { type Graph, size } from "./graph/graph.ts";
import { importModel } from "./import/detect.ts";
import type { CompileOptions } from "./options.ts";
import { calibrate } from "./passes/calibrate.ts";
import { compact } from "./passes/compact.ts";
import { decompose, type LayerDecomposition } from "./passes/decompose.ts";
import { dequantise } from "./passes/dequantise.ts";
import { isInt8 } from "./passes/edges.ts";
import { fold } from "./passes/fold.ts";
import { fuseAdd } from "./passes/fuse-add.ts";
import { lower } from "./passes/lower/index.ts";
import { plan } from "./passes/plan.ts";
import { selfTest } from "./passes/self-test.ts";
import type { Metadata, Program } from "./program.ts";
import { VERSION } from "./version.ts";
import { writeModel } from "./write.ts";

/** What became of one layer that has weights, or has been given a place of its own in the file. */
export type LayerReport = LayerDecomposition;

export interface Compiled {
  /** The model file. */
  file: Uint8Array;
  program: Program;
  /** The float network after import and folding: what accuracy is compared with. */
  graph: Graph;
  /** The same with its binary weights, in float: what the integers are compared with. */
  simulated: Graph;
  report: LayerReport[];
  /** No arena can be smaller than this for the program's order of layers. */
  arenaLowerBound: number;
}

/** Seed of the self-test's input. */
const SELF_TEST_SEED = 0x2545f491;

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes as BufferSource);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The network with real and integer weights, quantised, its chosen layers binary. */
async function approximate(
  imported: Graph,
  options: CompileOptions,
): Promise<{ source: Graph; simulated: Graph; quantised: Graph; report: LayerReport[] }> {
  // An int8 network keeps its own numbers, so that its outputs keep their bits.
  if (isInt8(imported) && options.scheme === "int8" && !options.overrides) {
    const { report } = await decompose(imported, options);
    return { source: imported, simulated: imported, quantised: imported, report };
  }
  const source = isInt8(imported) ? fold(dequantise(imported)) : imported;
  const { calibration } = options;
  if (!calibration)
    throw new HalfbitError(
      "E_CALIBRATION",
      `${imported.name}: ${isInt8(imported) ? `scheme ${options.scheme}` : "a float network"} needs calibration samples; pass --calib SAMPLES.npy`,
    );
  if (calibration.data.length !== calibration.count * size(source.tensors[source.input].shape) || calibration.count < 1)
    throw new HalfbitError(
      "E_CALIBRATION",
      `${imported.name}: calibration holds ${calibration.data.length} values for ${calibration.count} samples; each needs ${source.tensors[source.input].shape.join("×")}`,
    );
  const { graph: simulated, report } = await decompose(source, options);
  options.onProgress?.("calibrate", 0, 1);
  const quantised = await calibrate(simulated, calibration);
  options.onProgress?.("calibrate", 1, 1);
  return { source, simulated, quantised, report };
}

/**
 * Compiles a network file (TFLite or ONNX). Deterministic: same bytes, same samples, same seed, same file.
 * Throws E_SOURCE_FORMAT, E_SOURCE_CORRUPT, E_UNSUPPORTED_OPERATOR, E_UNSUPPORTED, E_CALIBRATION, E_OVERRIDES,
 * E_TOO_LARGE.
 */
export async function compile(input: { bytes: Uint8Array; name: string }, options: CompileOptions): Promise<Compiled> {
  const imported = fold(importModel(input.bytes, input.name));
  const { source, simulated, quantised, report } = await approximate(imported, options);

  const lowered = lower(quantised);
  const fused = fuseAdd(lowered.program, lowered.views);
  const compacted = compact(fused, lowered.views);
  const planned = plan(compacted.program, compacted.views);

  const { scheme, rank, solver, objective, seed, overrides, labels, preprocessing } = options;
  const sourceFile = input.name.split(/[\\/]/).at(-1)!;
  const metadata: Metadata = {
    name: sourceFile.replace(/\.[^.]*$/, ""), // networks call themselves "main_graph" and the like
    labels,
    preprocessing,
    provenance: {
      source: sourceFile,
      sha256: await sha256(input.bytes),
      compiler: `halfbit ${VERSION}`,
      options: scheme === "int8" ? { scheme } : { scheme, rank, solver, objective, seed, overrides },
    },
  };
  const program: Program = { ...planned.program, metadata, selfTest: selfTest(planned.program, SELF_TEST_SEED) };
  return { file: writeModel(program), program, graph: source, simulated, report, arenaLowerBound: planned.lowerBound };
}
