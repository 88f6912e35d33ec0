import type { Command } from "commander";
import { H_VERSION } from "../../format/layout.ts";
import { Engine } from "../engine.ts";
import { readFile } from "../files.ts";
import { type Inspection, inspect, type LayerInspection } from "../inspect.ts";
import { readModel } from "../read.ts";
import type { TensorInfo } from "../session.ts";
import { print, printable, table, thousands } from "./output.ts";

export function inspectCommand(root: Command): void {
  root
    .command("inspect")
    .description("show what a model file holds and what it costs to run")
    .argument("<model>", "model file")
    .option("--json", "everything as JSON")
    .addHelpText("after", "\nExample:\n  halfbit inspect model.bin --json")
    .action(inspectModel);
}

async function inspectModel(model: string, options: { json?: boolean }): Promise<void> {
  const bytes = readFile(model);
  await Engine.load(bytes, model); // the runtime's verdict comes first
  const version = new DataView(bytes.buffer, bytes.byteOffset).getUint32(H_VERSION, true);
  const inspection = inspect(readModel(bytes, model), bytes.length, version);
  print(options.json ? `${JSON.stringify(inspection)}\n` : describe(model, inspection));
}

function edge({ shape, scale, zeroPoint }: TensorInfo): string {
  return `${shape.join("x")} int8, scale ${Number(scale.toPrecision(6))}, zero point ${zeroPoint}`;
}

function describe(model: string, inspection: Inspection): string {
  const { metadata } = inspection;
  const source = metadata.provenance?.source;
  const facts: [string, string | undefined][] = [
    ["model", `${inspection.name ?? model}${source ? `, from ${source}` : ""}`],
    ["file", `${thousands(inspection.fileBytes)} bytes, format ${inspection.formatVersion}`],
    ["arena", `${thousands(inspection.arenaBytes)} bytes`],
    ["input", edge(inspection.input)],
    ["output", edge(inspection.output)],
    ["labels", metadata.labels?.join(", ")],
    ["work", `${thousands(inspection.macs)} int8 multiply-adds, ${thousands(inspection.additions)} sign additions`],
    ["self-test", inspection.selfTest ? "recorded" : "none"],
  ];
  const head = facts.map(([key, value]) => (value === undefined ? "" : `${key.padEnd(10)} ${printable(value)}\n`));
  return `${head.join("")}\n${table(
    ["layer", "kind", "output", "K", "weights", "bias", "scales", "operations"],
    inspection.layers.map(row),
  )}`;
}

function row(layer: LayerInspection): (string | number)[] {
  const { weights, bias, multipliers } = layer.bytes;
  const size = layer.rank ?? layer.planes ?? "";
  const operations = layer.macs + layer.additions;
  return [layer.name, layer.kind, layer.output.join("x"), size, weights, bias, multipliers, operations];
}
