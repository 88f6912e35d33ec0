// The commands, and what --help says.
import { Command, type CommanderError } from "commander";
import { HalfbitError } from "../errors.ts";
import { VERSION } from "../version.ts";
import { assembleCommand } from "./assemble.ts";
import { bundleCommand } from "./bundle.ts";
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
  halfbit bundle model.bin --target c -o firmware
  halfbit bundle model.bin --target worker -o my-worker

Each command has its own help: halfbit compile --help`;

/** Help and version end parsing as they are; every other end is an error of usage that leads to `command`'s help. */
function usage(command: string, error: CommanderError): Error {
  if (error.exitCode === 0 || error.code === "commander.help") return error;
  const message = error.message.replace(/^error: /, "").replace(/\.$/, "");
  return new HalfbitError("E_USAGE", `${message}; see ${command} --help`, { cause: error });
}

/** Commander answers `halfbit nosuch --help` with the help of the whole. */
function refuseUnknown(root: Command): void {
  const name = root.args.find((arg) => arg !== "help");
  if (name === undefined || name.startsWith("-") || root.commands.some((command) => command.name() === name)) return;
  root.error(`error: unknown command '${name}'`);
}

/** The command line; errors of usage are thrown as E_USAGE, help and version as CommanderError. */
export function program(): Command {
  const root = new Command("halfbit")
    .description("Compiles neural networks to binary weights and runs them in WebAssembly.")
    .version(VERSION)
    .addHelpText("after", EXAMPLES)
    .showHelpAfterError(false);
  for (const add of [
    compileCommand,
    runCommand,
    evalCommand,
    inspectCommand,
    bundleCommand,
    dumpCommand,
    assembleCommand,
  ])
    add(root);
  for (const command of [root, ...root.commands]) {
    const name = command === root ? "halfbit" : `halfbit ${command.name()}`;
    const end = (error: CommanderError): never => {
      throw usage(name, error);
    };
    command.exitOverride(end).configureOutput({ outputError: () => {} });
  }
  return root.on("beforeHelp", () => refuseUnknown(root));
}
