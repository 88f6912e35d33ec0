import type { Command } from "commander";
import { parseDump } from "../dump.ts";
import { Engine } from "../engine.ts";
import { readFile, writeAtomically } from "../files.ts";
import { writeModel } from "../write.ts";

export function assembleCommand(root: Command): void {
  root
    .command("assemble")
    .description("turn the JSON of `halfbit dump` back into a model file")
    .argument("<dump>", "JSON file")
    .requiredOption("-o, --output <file>", "model file to write")
    .addHelpText("after", "\nExample:\n  halfbit assemble model.json -o model.bin")
    .action(assemble);
}

async function assemble(file: string, options: { output: string }): Promise<void> {
  const bytes = writeModel(parseDump(new TextDecoder().decode(readFile(file)), file));
  await Engine.load(bytes, file); // what the runtime would refuse is not written
  writeAtomically(options.output, bytes);
}
