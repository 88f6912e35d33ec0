import type { Command } from "commander";
import type { Level } from "../engine.ts";
import { HalfbitError, inFile } from "../errors.ts";
import { type Evaluation, evaluate } from "../evaluate.ts";
import { readFile } from "../files.ts";
import { readInt8, readLabels, sampleCount } from "../samples.ts";
import { Session } from "../session.ts";
import { level } from "./options.ts";
import { print, table, thousands } from "./output.ts";
import { Progress } from "./progress.ts";

interface Options {
  raw: string;
  labels: string;
  json?: boolean;
  level?: Level;
  quiet?: boolean;
}

const NOTES = `
Raw samples are int8 in the model's input type, H x W x C, one after another; NumPy arrays and idx files are taken too.

Example:
  halfbit eval model.bin --raw samples.bin --labels labels.bin --json`;

/** Beyond this many classes the confusion table is for --json only. */
const TABLE_CLASSES = 20;

export function evalCommand(root: Command): void {
  root
    .command("eval")
    .description("measure a model's accuracy on labelled samples")
    .argument("<model>", "model file")
    .requiredOption("--raw <file>", "samples")
    .requiredOption("--labels <file>", "labels, one byte each (or an idx or .npy file)")
    .option("--json", "print {top1, count, confusion} as JSON")
    .option("--level <level>", "runtime build: simd128 or scalar", level)
    .option("--quiet", "no progress")
    .addHelpText("after", NOTES)
    .action(evalModel);
}

async function evalModel(model: string, options: Options): Promise<void> {
  const session = await Session.open(model, { level: options.level });
  const { shape, scale, zeroPoint } = session.input;
  const { preprocessing } = session.metadata;
  const input = { shape, quantisation: { scale, zeroPoint }, preprocessing };
  const samples = readInt8(readFile(options.raw), options.raw, input);
  const count = sampleCount({ file: options.raw, shape: [samples.length], data: samples }, shape);
  const labels = readLabels(readFile(options.labels), options.labels, count);
  if (labels.length !== count) {
    throw new HalfbitError(
      "E_LABELS",
      `${options.labels}: ${labels.length} labels, but ${options.raw} holds ${count} samples`,
    );
  }
  const progress = new Progress(options.quiet || options.json);
  let result: Evaluation;
  try {
    result = evaluate(session, samples, labels, (done, total) => progress.update("evaluating", done, total));
  } catch (error) {
    throw inFile(options.labels, "E_LABELS", error);
  } finally {
    progress.end();
  }
  print(options.json ? `${JSON.stringify(result)}\n` : describe(session, result));
}

function describe(session: Session, { top1, count, confusion }: Evaluation): string {
  const right = Math.round(top1 * count);
  const summary = `top-1 ${(100 * top1).toFixed(2)} %  (${thousands(right)} of ${thousands(count)})\n`;
  if (confusion.length > TABLE_CLASSES) return summary;
  const header = ["label \\ answer", ...confusion.map((_, index) => session.label(index)), "right"];
  const rows = confusion.map((row, index) => {
    const total = row.reduce((sum, n) => sum + n, 0);
    return [session.label(index), ...row, total === 0 ? "-" : `${((100 * row[index]) / total).toFixed(1)} %`];
  });
  return `${summary}\n${table(header, rows)}`;
}
