import type { Command } from "commander";
import type { Level } from "../engine.ts";
import { HalfbitError } from "../errors.ts";
import { checkWritable, readFile, writeAtomically } from "../files.ts";
import { readInt8, sampleCount } from "../samples.ts";
import { Session } from "../session.ts";
import { level, nonNegativeInteger, positiveInteger } from "./options.ts";
import { print } from "./output.ts";
import { resultJson, resultLines } from "./results.ts";

interface Options {
  top: number;
  json?: boolean;
  output?: string;
  saveInput?: string;
  index?: number;
  level?: Level;
}

const NOTES = `
INPUT is an image (PNG, JPEG: stretched to the model's input, transparency over white), a NumPy array (float32 real
values, uint8 pixels, int8 as the model takes it), an idx file, or raw int8; the content decides. - is standard input.

Examples:
  halfbit run model.bin photo.png --top 3
  halfbit run model.bin digits.idx3-ubyte --index 7 --save-input image.raw
  wasmtime --dir . infer.wasm model.bin image.raw`;

export function runCommand(root: Command): void {
  root
    .command("run")
    .description("classify images or arrays with a model")
    .argument("<model>", "model file")
    .argument("<inputs...>", "images, arrays or raw int8 files")
    .option("--top <n>", "how many scores to print, the highest first", positiveInteger, 5)
    .option("--json", "one line of JSON for each input")
    .option("--output <file>", "write the raw int8 output tensor")
    .option("--save-input <file>", "write the raw int8 input tensor, as infer.wasm takes it")
    .option("--index <n>", "which sample of a file that holds several, from 0", nonNegativeInteger)
    .option("--level <level>", "runtime build: simd128 or scalar", level)
    .addHelpText("after", NOTES)
    .action(run);
}

async function run(model: string, inputs: string[], options: Options): Promise<void> {
  for (const output of [options.output, options.saveInput]) if (output !== undefined) checkWritable(output);
  const session = await Session.open(model, { level: options.level });
  const tensors = inputs.map((input) => readInput(session, input, options.index));
  const outputs = tensors.map((tensor) => session.runRaw(tensor));
  if (options.saveInput !== undefined) writeAtomically(options.saveInput, joined(tensors));
  if (options.output !== undefined) writeAtomically(options.output, joined(outputs));
  for (const [i, raw] of outputs.entries()) {
    if (options.json) print(resultJson(session, inputs[i], raw, options.top));
    else print((inputs.length > 1 ? `${inputs[i]}:\n` : "") + resultLines(session, raw, options.top));
  }
}

/** The int8 input tensor for one input file. */
function readInput(session: Session, file: string, index: number | undefined): Int8Array {
  const { shape, scale, zeroPoint } = session.input;
  const { preprocessing } = session.metadata;
  const values = readInt8(readFile(file), file, { shape, quantisation: { scale, zeroPoint }, preprocessing });
  const count = sampleCount({ file, shape: [values.length], data: values }, shape);
  if (index === undefined && count > 1) {
    throw new HalfbitError(
      "E_INPUT_SIZE",
      `${file}: ${values.length} values are ${count} samples of ${shape.join("x")}; choose one with --index`,
    );
  }
  if ((index ?? 0) >= count) {
    throw new HalfbitError("E_INPUT_SIZE", `${file}: there is no sample ${index}, the file holds ${count}`);
  }
  const each = values.length / count;
  return values.subarray((index ?? 0) * each, ((index ?? 0) + 1) * each);
}

function joined(parts: Int8Array[]): Uint8Array {
  return Buffer.concat(parts.map((part) => new Uint8Array(part.buffer, part.byteOffset, part.length)));
}
