import { type Command, Option } from "commander";
import { bundleC } from "../bundle/c.ts";
import { checkNewFolder, readFile, writeFolder } from "../files.ts";
import { print, thousands } from "./output.ts";

export function bundleCommand(root: Command): void {
  root
    .command("bundle")
    .description("write a folder that runs a model elsewhere: C for a microcontroller, built by make")
    .argument("<model>", "model file")
    .addOption(new Option("--target <target>", "what to write").choices(["c"]).makeOptionMandatory())
    .requiredOption("-o, --output <folder>", "folder to write; it must not exist yet, or be empty")
    .addHelpText(
      "after",
      "\nExample:\n  halfbit bundle model.bin --target c -o firmware && make -C firmware size CROSS=arm-none-eabi-",
    )
    .action(bundle);
}

async function bundle(model: string, options: { output: string }): Promise<void> {
  const bytes = readFile(model);
  checkNewFolder(options.output);
  const { files, profile, memory } = await bundleC(bytes, model);
  writeFolder(options.output, files);
  const rows: [string, string][] = [
    [
      "runtime",
      `${thousands(profile.bytes)} bytes of WebAssembly (${thousands(profile.fullBytes)} with every layer kind)`,
    ],
    ["model", `${thousands(bytes.length)} bytes, in flash`],
    [
      "memory",
      `${thousands(memory.total)} bytes: records ${thousands(memory.records)}, window ${thousands(memory.window)}, arena ${thousands(memory.arena)}`,
    ],
    ["next", `make -C ${options.output} size`],
  ];
  print(
    `${options.output}: ${files.size} files\n${rows.map(([key, value]) => `${key.padEnd(8)} ${value}\n`).join("")}`,
  );
}
