import type { Command } from "commander";
import { dump, parseDump } from "../dump.ts";
import { HalfbitError } from "../errors.ts";
import { readFile, writeAtomically } from "../files.ts";
import { readModel } from "../read.ts";
import { writeModel } from "../write.ts";
import { print } from "./output.ts";

export function dumpCommand(root: Command): void {
  root
    .command("dump")
    .description("print a model file as JSON; `halfbit assemble` turns it back, byte for byte")
    .argument("<model>", "model file")
    .option("-o, --output <file>", "write to a file instead of standard output")
    .addHelpText(
      "after",
      "\nExample:\n  halfbit dump model.bin -o model.json && halfbit assemble model.json -o model.bin",
    )
    .action(dumpModel);
}

function dumpModel(model: string, options: { output?: string }): void {
  const bytes = readFile(model);
  const text = dump(readModel(bytes, model));
  if (Buffer.compare(writeModel(parseDump(text, model)), bytes) !== 0) {
    throw new HalfbitError(
      "E_MODEL",
      `${model}: laid out otherwise than halfbit writes it; no dump would give it back`,
    );
  }
  if (options.output === undefined) print(text);
  else writeAtomically(options.output, new TextEncoder().encode(text));
}
