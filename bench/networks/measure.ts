// One step of bench/complexity.ts in a process of its own, so that its peak memory is its own:
//   measure.ts build|compile|run NETWORK FOLDER
// Prints what it found as JSON.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile } from "../../host/compile.ts";
import { buildReport, type Report } from "../../host/report/report.ts";
import { Session } from "../../host/session.ts";
import { NETWORKS, samples } from "./index.ts";

export interface Step {
  seconds: number;
  /** Largest resident set of the process. */
  peakBytes: number;
}

export interface Compilation extends Step {
  report: Report;
}

export interface Inference extends Step {
  /** Median of RUNS. */
  inferenceSeconds: number;
}

const CALIBRATION_IMAGES = 8;
const CALIBRATION_SEED = 3;
const RUNS = 5;

const [step, name, folder] = process.argv.slice(2);
const network = NETWORKS[name];
const onnx = join(folder, `${name}.onnx`);
const model = join(folder, `${name}.bin`);

async function build(): Promise<object> {
  writeFileSync(onnx, await network.build());
  return {};
}

async function compileOnce(): Promise<object> {
  const { buffer, byteOffset, length } = readFileSync(onnx);
  const compiled = await compile(
    { bytes: new Uint8Array(buffer, byteOffset, length), name: `${name}.onnx` },
    {
      scheme: "semi-binary",
      rank: 1,
      solver: "admm",
      objective: "feature-map",
      seed: 1,
      calibration: samples(CALIBRATION_IMAGES, network.size, CALIBRATION_SEED),
      ...network.options,
      onProgress: (stage, done, total) => process.stderr.write(`${name}: ${stage} ${done}/${total}\n`),
    },
  );
  writeFileSync(model, compiled.file);
  return { report: buildReport(compiled, {}) };
}

/** Opens the model, compares every layer with the reference's checksums (self-test), and times inferences. */
async function run(): Promise<object> {
  const session = await Session.open(model);
  session.selfTest();
  const { data } = samples(1, network.size, CALIBRATION_SEED + 1);
  const seconds = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    session.run(data);
    return (performance.now() - start) / 1000;
  });
  return { inferenceSeconds: seconds.sort((a, b) => a - b)[RUNS >> 1] };
}

const start = performance.now();
const found = await { build, compile: compileOnce, run }[step as "build" | "compile" | "run"]();
const seconds = (performance.now() - start) / 1000;
process.stdout.write(JSON.stringify({ seconds, peakBytes: process.resourceUsage().maxRSS * 1024, ...found }));
