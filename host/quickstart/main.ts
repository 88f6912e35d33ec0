// `npm start`: a trained network is compiled under four schemes, and classifies real digits in WebAssembly.
// Run by tools/start.mjs, in the project's folder.
import { mkdirSync, writeFileSync } from "node:fs";
import { table, thousands } from "../cli/output.ts";
import { Progress } from "../cli/progress.ts";
import { resultLines } from "../cli/results.ts";
import { type Compiled, compile } from "../compile.ts";
import { readFile } from "../files.ts";
import type { Graph } from "../graph/graph.ts";
import type { CompileOptions, Scheme } from "../options.ts";
import { Session } from "../session.ts";
import { simulatedTop1 } from "../simulate.ts";
import { digitAt, digits, draw, PREPROCESSING, realInput } from "./digits.ts";
import { int8Digits, modelAccuracy, networkSize } from "./measure.ts";

const SOURCE = "models/mnist/mnist.onnx";
const MODEL = "models/mnist/mnist.bin";
const DIGIT = ".cache/quickstart/digit.raw";
const CALIBRATION_DIGITS = 500;
const TEST_DIGITS = 2000;
/** Of the test digits, the one that is shown. */
const SHOWN = 2;

const SCHEMES: { title: string; scheme: Scheme; rank: number }[] = [
  { title: "int8", scheme: "int8", rank: 1 },
  { title: "one sign tensor, α·B", scheme: "alpha", rank: 1 },
  { title: "semi-binary, K = T", scheme: "semi-binary", rank: 1 },
  { title: "semi-binary, K = 2T", scheme: "semi-binary", rank: 2 },
];

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

function describeImport(graph: Graph, bytes: number): string {
  const { parameters, macs } = networkSize(graph);
  const kinds = new Map<string, number>();
  for (const { kind } of graph.layers) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const layers = [...kinds].map(([kind, count]) => `${count} ${kind}`).join(", ");
  return [
    `${SOURCE}: ${thousands(bytes)} bytes of float32, trained on MNIST (recipe in models/mnist)`,
    `imported: ${graph.layers.length} layers (${layers})`,
    `          ${thousands(parameters)} parameters, ${thousands(macs)} multiply-adds an image`,
  ].join("\n");
}

/** One compilation a scheme, on the same calibration digits. */
async function compileAll(bytes: Uint8Array): Promise<Compiled[]> {
  const calibrationDigits = digits("train", CALIBRATION_DIGITS);
  const common: Omit<CompileOptions, "scheme" | "rank"> = {
    solver: "admm",
    objective: "feature-map",
    seed: 1,
    calibration: { data: realInput(calibrationDigits.pixels), count: calibrationDigits.count },
    preprocessing: PREPROCESSING,
  };
  const progress = new Progress();
  const models: Compiled[] = [];
  for (const { title, scheme, rank } of SCHEMES) {
    const onProgress = (stage: string, done: number, total: number) =>
      progress.update(`${title}: ${stage}`, done, total);
    models.push(await compile({ bytes, name: SOURCE }, { ...common, scheme, rank, onProgress }));
  }
  progress.end();
  return models;
}

/** Scheme by scheme: bytes, memory, accuracy on digits that neither training nor compiling has seen. */
async function comparison(sourceBytes: number, models: Compiled[]): Promise<string> {
  const test = digits("t10k", TEST_DIGITS);
  const float = await simulatedTop1(models[0].graph, realInput(test.pixels), test.labels);
  const rows: (string | number)[][] = [["float32 (ONNX)", sourceBytes, "", percent(float)]];
  for (const [i, { file, program }] of models.entries()) {
    rows.push([SCHEMES[i].title, file.length, program.arenaBytes, percent(await modelAccuracy(file, test))]);
  }
  const shipped = readFile(MODEL);
  const same = models.findIndex(({ file }) => Buffer.compare(file, shipped) === 0);
  const note = same < 0 ? "" : `${SCHEMES[same].title} is ${MODEL}, byte for byte.\n`;
  const text = table(["scheme", "model bytes", "arena bytes", `right of ${thousands(TEST_DIGITS)} test digits`], rows);
  return text + note;
}

/** One digit through the shipped model; writes its int8 input for infer.wasm. */
async function classifyOne(): Promise<string> {
  const session = await Session.open(MODEL);
  const { pixels, labels } = digits("t10k", TEST_DIGITS);
  const digit = digitAt(pixels, SHOWN);
  const input = int8Digits(session, digit);
  mkdirSync(".cache/quickstart", { recursive: true });
  writeFileSync(DIGIT, input);
  const heading = `A test digit, a ${labels[SHOWN]}; ${MODEL} in WebAssembly (${session.level}) takes it for:`;
  return `${draw(digit)}\n\n${heading}\n\n${resultLines(session, session.runRaw(input), 5).trimEnd()}`;
}

const source = readFile(SOURCE);
const models = await compileAll(source);
print(`\n${describeImport(models[0].graph, source.length)}\n`);
print(await comparison(source.length, models));
print(await classifyOne());
print(`
The same digit in wasmtime:

  npx wasmtime --dir . dist/infer.wasm ${MODEL} ${DIGIT}

What the model holds, and how to compile your own network:

  npx halfbit inspect ${MODEL}
  npx halfbit compile --help`);
