import { basename } from "node:path";
import { type Command, Option } from "commander";
import { type BundleOptions, type Folder, TARGETS } from "../bundle/index.ts";
import { Engine } from "../engine.ts";
import { readFile } from "../files.ts";
import { checkFolder, writeFolder } from "../folders.ts";
import { print, thousands } from "./output.ts";

interface Options extends BundleOptions {
  target: keyof typeof TARGETS;
  output: string;
  force: boolean;
}

const NOTES = `
A folder that an earlier bundle wrote is replaced, with all that was changed in it; any other only with --force.

Examples:
  halfbit bundle model.bin --target c -o firmware
  halfbit bundle model.bin --target wasm -o device
  halfbit bundle model.bin --target worker -o my-worker`;

export function bundleCommand(root: Command): void {
  root
    .command("bundle")
    .description("write a folder with a model and all that it takes to run it somewhere else")
    .argument("<model>", "model file")
    .addOption(
      new Option(
        "--target <target>",
        "c: firmware, built by make; wasm: a module for devices with an engine; worker: an HTTP endpoint for Cloudflare Workers",
      )
        .choices(Object.keys(TARGETS))
        .makeOptionMandatory(),
    )
    .requiredOption("-o, --output <folder>", "folder to write")
    .addOption(
      new Option("--model-from <store>", "where a worker reads the model: bundle (beside its script), kv or r2")
        .choices(["bundle", "kv", "r2"])
        .default("bundle"),
    )
    .addOption(
      new Option("--page-size <bytes>", "a page of a module's memory; 1 for engines with custom page sizes")
        .choices(["65536", "1"])
        .default("65536"),
    )
    .option("--force", "replace a folder that holds other things", false)
    .addHelpText("after", NOTES)
    .action(bundleModel);
}

async function bundleModel(model: string, options: Options): Promise<void> {
  checkFolder(options.output, options.force);
  const bytes = readFile(model);
  await Engine.load(bytes, model); // what the runtime would refuse is not deployed
  const name = model === "-" ? "model" : basename(model).replace(/\.[^.]*$/, "");
  const { files, facts = [] }: Folder = await TARGETS[options.target]({ name, bytes }, options);
  writeFolder(options.output, files, options.force);
  for (const [file, content] of files) print(`${thousands(Buffer.byteLength(content)).padStart(9)}  ${file}\n`);
  print(`\n${facts.map((fact) => `${fact}\n`).join("")}${options.output}/README.md says what to do with them\n`);
}
