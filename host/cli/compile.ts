import { type Command, Option } from "commander";
import { inFile } from "../errors.ts";
import { checkWritable, writeAtomically } from "../files.ts";
import { importModel } from "../import/detect.ts";
import type { CompileOptions, Scheme, Target } from "../options.ts";
import { StageClock } from "../report/stage-clock.ts";
import type { Preprocessing } from "../samples.ts";
import {
  calibrationFrom,
  holdsNumbers,
  openSamples,
  openSource,
  preprocessingOf,
  readLabelNames,
  readOverrides,
} from "./compile-inputs.ts";
import {
  byteSize,
  nonNegativeInteger,
  nonNegativeNumber,
  numbers,
  percentage,
  positiveInteger,
  positiveNumber,
  scheme,
} from "./options.ts";
import { print } from "./output.ts";
import { Progress } from "./progress.ts";
import { checkReports, unseenSamples, writeReports } from "./report.ts";
import { summary } from "./summary.ts";
import { checkpointsFor, interruptible, trainingOf } from "./training.ts";

interface Options {
  output: string;
  scheme: Scheme;
  rank: number;
  budget?: number;
  bits?: number;
  maxDrop?: number;
  arenaBudget?: number;
  calib?: string;
  calibCount: number;
  solver: CompileOptions["solver"];
  objective: CompileOptions["objective"];
  seed: number;
  layers?: string;
  recover: number;
  finetune: number;
  train?: string;
  labels?: string[];
  mean?: number[];
  scale?: number[];
  channels?: Preprocessing["channelOrder"];
  report: string[];
  quiet?: boolean;
}

const NOTES = `
Schemes: semi-binary (conv_v, scale, conv_u with signs), sign (sign(W)), alpha (one scale a kernel), planes:N (a sum of
N sign tensors with scales), bits:N (N-bit weights), int8. int8 sources with --scheme int8 need no calibration samples.

Training: --recover moves the signs until the network answers as the original does on the samples of --calib; it needs
no labels, and the more samples (tens of thousands) the better. --finetune learns from labels as well. Ctrl-C compiles
the best state so far; the same command goes on from OUTPUT.recover.checkpoint.

Samples: .npy (float32 real values, uint8 pixels, int8), idx, or raw int8 for int8 sources; N x H x W x C or N x C x H x W.
Pixels become real values by (pixel - mean) * scale, which is recorded in the model for images given to halfbit run.

OVERRIDES.json chooses for layers by name:  {"conv1": {"scheme": "int8"}, "conv2": {"rank": 2}}

Examples:
  halfbit compile network_int8.tflite -o model.bin --scheme int8
  halfbit compile network.onnx -o model.bin --calib samples.npy --rank 2 --labels labels.txt
  halfbit compile network.onnx -o model.bin --calib samples.npy --budget 18kB --recover 10
  halfbit compile network.onnx -o model.bin --calib samples.npy --finetune 20 --train samples.npy --labels classes.npy
  halfbit compile web_model/model.json -o model.bin --calib samples.npy
  halfbit compile digits.onnx -o digits.bin --calib train-images-idx3-ubyte.gz --scale 0.00392156862745098`;

export function compileCommand(root: Command): void {
  root
    .command("compile")
    .description("compile a trained network (TFLite, ONNX, TensorFlow.js) into a model file")
    .argument("<source>", "network file: .tflite, .onnx, or model.json with its weights beside it")
    .requiredOption("-o, --output <file>", "model file to write")
    .option(
      "--scheme <scheme>",
      "how weights are stored: semi-binary, sign, alpha, planes:N, bits:N, int8",
      scheme,
      "semi-binary",
    )
    .option(
      "--rank <x>",
      "K of semi-binary layers over the lesser of T and S (over T up to 4,096 weights)",
      positiveNumber,
      1,
    )
    .addOption(
      choosing("--budget <size>", "choose scheme and K of every layer: the model takes at most 24kB").argParser(
        byteSize,
      ),
    )
    .addOption(choosing("--bits <n>", "likewise, so many bits a weight on average").argParser(positiveNumber))
    .addOption(
      choosing("--max-drop <percent>", "likewise, the smallest that answers otherwise at most so often").argParser(
        percentage,
      ),
    )
    .option("--arena-budget <size>", "the arena takes at most 36kB: layers of signs take smaller tables", byteSize)
    .option("--calib <samples>", "calibration samples")
    .option("--calib-count <n>", "how many of them the solver uses, spread evenly", positiveInteger, 2000)
    .addOption(new Option("--solver <name>", "how signs are found").choices(["admm", "greedy"]).default("admm"))
    .addOption(
      new Option("--objective <name>", "what the solver keeps close")
        .choices(["feature-map", "weights"])
        .default("feature-map"),
    )
    .option("--seed <n>", "of the solver's random starts", nonNegativeInteger, 1)
    .option("--layers <overrides.json>", "scheme and rank of single layers")
    .option(
      "--recover <minutes>",
      "train without labels on the calibration samples, at most so long",
      nonNegativeNumber,
      0,
    )
    .option("--finetune <epochs>", "train with labels, so many rounds through --train", nonNegativeInteger, 0)
    .option("--train <samples>", "training samples of --finetune")
    .option(
      "--labels <file>",
      "names of the outputs, one a line or a JSON list; or labels of the training samples (.npy, idx); can be repeated",
      (file: string, files: string[] = []) => [...files, file],
    )
    .option("--mean <m>", "of pixels: one number, or one a channel with commas", numbers)
    .option("--scale <s>", "of pixels, likewise", numbers)
    .addOption(new Option("--channels <order>", "of pixels").choices(["RGB", "BGR", "grayscale"]))
    .option(
      "--report <file>",
      "what became of every layer, beside the baselines, as .html or .json; takes a minute or two; can be repeated",
      (file: string, files: string[]) => [...files, file],
      [],
    )
    .option("--quiet", "no progress and no table")
    .addHelpText("after", NOTES)
    .action(compileModel);
}

/** An option that chooses the schemes itself, and so excludes those that give them, and the others of its kind. */
function choosing(flags: string, description: string): Option {
  const option = new Option(flags, description);
  const excluded = ["scheme", "rank", "budget", "bits", "maxDrop"];
  return option.conflicts(excluded.filter((name) => name !== option.attributeName()));
}

function targetOf({ budget, bits, maxDrop }: Options): Target | undefined {
  if (budget !== undefined) return { kind: "budget", bytes: budget };
  if (bits !== undefined) return { kind: "bits", bits };
  return maxDrop === undefined ? undefined : { kind: "max-drop", drop: maxDrop };
}

async function compileModel(source: string, options: Options): Promise<void> {
  checkReports(options.report, options.output);
  checkWritable(options.output); // before minutes of work
  const network = openSource(source);
  const graph = await importModel(network);
  const chosen = preprocessingOf(graph, options);
  const samples = options.calib ? openSamples(options.calib, graph, chosen) : undefined;
  // uint8 samples without options: the network takes pixels as they are, and so it shall from images.
  const preprocessing = chosen ?? (samples?.pixels ? preprocessingOf(graph, { scale: [1] }) : undefined);
  const { scheme, rank, solver, objective, seed } = options;
  const { compile } = await import("../compile.ts"); // TensorFlow.js is slow to load: only where it is needed
  const progress = new Progress(options.quiet);
  const names = options.labels?.find((file) => !holdsNumbers(file));
  const checkpoints = checkpointsFor(options.output);
  const interrupt = interruptible((text) => progress.note(text));
  const calibration = samples && calibrationFrom(samples, options.calibCount);
  const clock = new StageClock();
  const settings: CompileOptions = {
    scheme,
    rank,
    target: targetOf(options),
    solver,
    objective,
    seed,
    arenaBudget: options.arenaBudget,
    preprocessing,
    calibration: calibration?.samples,
    ...trainingOf(graph, options, samples, chosen),
    checkpoints,
    signal: interrupt.signal,
    overrides: options.layers ? readOverrides(options.layers) : undefined,
    labels: names ? readLabelNames(names, graph) : undefined,
    onNote: (text) => progress.note(text),
    onProgress: (stage, done, total) => {
      if (stage === "recover" || stage === "finetune") interrupt.begin();
      clock.enter(stage);
      progress.update(stage, done, total);
    },
  };
  const compiled = await compile(network, settings)
    .catch((error: unknown) => {
      throw inFile(options.layers ?? source, "E_OVERRIDES", error);
    })
    .finally(() => {
      progress.end();
      interrupt.end();
    });
  const seconds = clock.seconds();
  writeAtomically(options.output, compiled.file);
  if (interrupt.signal.aborted) process.exitCode = 130;
  else checkpoints.remove();
  if (options.report.length > 0) {
    const trained = options.recover > 0 || options.finetune > 0; // and may have met what calibration left
    const unseen = calibration && !trained ? unseenSamples(samples, calibration.left) : undefined;
    await writeReports(options.report, network, compiled, settings, {
      seconds,
      unseen,
      quiet: options.quiet,
    });
  }
  if (!options.quiet) print(summary({ source, output: options.output }, compiled, seconds));
}
