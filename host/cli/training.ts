// Training at the command line: its data, its checkpoints beside the output, and what an interrupt does.

import { existsSync, unlinkSync } from "node:fs";
import { HalfbitError } from "../errors.ts";
import { readFile, writeAtomically } from "../files.ts";
import type { Graph } from "../graph/graph.ts";
import type { Checkpoints, CompileOptions } from "../options.ts";
import type { Preprocessing } from "../samples.ts";
import { holdsNumbers, openSamples, readTrainingLabels, type SampleFile } from "./compile-inputs.ts";

export interface TrainingOptions {
  recover: number;
  finetune: number;
  train?: string;
  labels?: string[];
}

/** What training needs, as compile() takes it. Throws E_USAGE where an option misses another. */
export function trainingOf(
  graph: Graph,
  { recover, finetune, train, labels = [] }: TrainingOptions,
  calibration: SampleFile | undefined,
  preprocessing: Preprocessing | undefined,
): Pick<CompileOptions, "recover" | "finetune"> {
  if (recover > 0 && !calibration) throw new HalfbitError("E_USAGE", "--recover learns from samples; pass --calib");
  const file = labels.find(holdsNumbers);
  if (finetune > 0 && !(train && file)) {
    throw new HalfbitError("E_USAGE", "--finetune needs --train SAMPLES and --labels LABELS, one number a sample");
  }
  if (finetune === 0 && (train || file)) {
    throw new HalfbitError("E_USAGE", `${train ? "--train" : "--labels"} is for --finetune EPOCHS; pass that too`);
  }
  const taught = () => {
    const samples = openSamples(train as string, graph, preprocessing);
    return { ...samples, labels: readTrainingLabels(file as string, graph, samples.count) };
  };
  return {
    recover: recover > 0 && calibration ? { minutes: recover, set: calibration } : undefined,
    finetune: finetune > 0 ? { epochs: finetune, set: taught() } : undefined,
  };
}

/** Checkpoints beside the output: OUTPUT.recover.checkpoint and OUTPUT.finetune.checkpoint. */
export function checkpointsFor(output: string): Checkpoints & { remove(): void } {
  const name = (stage: string) => `${output}.${stage}.checkpoint`;
  return {
    name,
    read: (stage) => (existsSync(name(stage)) ? readFile(name(stage)) : undefined),
    write: (stage, bytes) => writeAtomically(name(stage), bytes),
    remove: () => {
      for (const stage of ["recover", "finetune"]) if (existsSync(name(stage))) unlinkSync(name(stage));
    },
  };
}

/** A second interrupt this soon after the first is the same one, passed on by a write that had to end first. */
const ECHO_MS = 500;

/**
 * From `begin` on, the first interrupt aborts the signal: training stops and its best state is compiled. The second
 * ends the process.
 */
export function interruptible(note: (text: string) => void): { signal: AbortSignal; begin(): void; end(): void } {
  const stop = new AbortController();
  let first = 0;
  const interrupt = () => {
    if (first > 0 && Date.now() - first > ECHO_MS) process.exit(130);
    if (first > 0) return;
    first = Date.now();
    note("interrupted: compiling the best state so far; the same command will go on from here");
    stop.abort();
  };
  let listening = false;
  return {
    signal: stop.signal,
    begin: () => {
      if (!listening) process.on("SIGINT", interrupt);
      listening = true;
    },
    end: () => {
      process.off("SIGINT", interrupt);
    },
  };
}
