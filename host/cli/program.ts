// The commands, and what --help says.
import { Command } from "commander";
import { VERSION } from "../version.ts";
import { assembleCommand } from "./assemble.ts";
import { compileCommand } from "./compile.ts";
import { dumpCommand } from "./dump.ts";
import { evalCommand } from "./eval.ts";
import { inspectCommand } from "./inspect.ts";
import { runCommand } from "./run.ts";

const EXAMPLES = `
Examples:
  halfbit compile network.onnx -o model.bin --calib samples.npy
  halfbit run model.bin photo.png
  halfbit eval model.bin --raw samples.bin --labels labels.bin
  halfbit inspect model.bin

Each command has its own help: halfbit compile --help`;

/** The command line; parsing errors are thrown as CommanderError and printed by main.ts. */
export function program(): Command {
  const root = new Command("halfbit")
    .description("Compiles neural networks to binary weights and runs them in WebAssembly.")
    .version(VERSION)
    .addHelpText("after", EXAMPLES)
    .showHelpAfterError(false);
  for (const add of [compileCommand, runCommand, evalCommand, inspectCommand, dumpCommand, assembleCommand]) add(root);
  for (const command of [root, ...root.commands]) {
    command.exitOverride().configureOutput({ outputError: () => {} });
  }
  return root;
}
