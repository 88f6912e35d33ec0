// Counts instructions of an inference on Cortex-M cores; writes bench/cortex-m/expected.json, which tests/cortex-m.test.ts
// holds them to, and the tables of docs/kernels.md and docs/firmware.md.
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { readModel } from "../host/read.ts";
import { type Checks, type Core, countInstructions, type Kernels, noCortexM } from "./cortex-m/index.ts";
import { type Counted, checksTable, table } from "./cortex-m/table.ts";
import { benchModel, type ModelName } from "./speed/models.ts";

const COUNTED: [name: ModelName, kernels: Kernels, checks?: Checks][] = [
  ["resnet8", "runtime"],
  ["resnet8", "runtime", "ALL"],
  ["resnet8", "runtime", "MASK"],
  ["resnet8", "runtime", "NONE"],
  ["resnet8", "plain-signs"],
  ["resnet8_int8", "runtime"],
  ["resnet8_int8", "plain-int8"],
  ["dscnn", "runtime"],
  ["dscnn_int8", "runtime"],
];
const CORES: Core[] = ["m4", "m0"];
const EXPECTED = "bench/cortex-m/expected.json";

/** Replaces what stands between a page's marks. */
function writeTable(page: string, text: string): void {
  const old = readFileSync(page, "utf8");
  const marked = /(<!-- cortex-m -->\n)[\s\S]*(<!-- end -->)/;
  writeFileSync(
    page,
    old.replace(marked, (_, start, end) => `${start}${text}\n${end}`),
  );
}

if (noCortexM) throw new Error(noCortexM);
const counted: Counted[] = [];
for (const [name, kernels, checks = "STORES"] of COUNTED) {
  const model = await benchModel(name);
  for (const core of CORES) {
    const { correct, ...count } = await countInstructions(core, model, name, kernels, checks);
    if (!correct) throw new Error(`${name} gives other bytes on ${core} than in Node`);
    counted.push({ name, core, kernels, checks, ...count, model: readModel(model, name) });
  }
}
const lines = counted.map(({ model: _, ...row }) => JSON.stringify(row));
writeFileSync(EXPECTED, `[\n${lines.join(",\n")}\n]\n`);
const shipped = table(counted.filter(({ checks }) => checks === "STORES"));
writeTable("docs/kernels.md", shipped);
writeTable(
  "docs/firmware.md",
  checksTable(counted.filter(({ name, kernels }) => name === "resnet8" && kernels === "runtime")),
);
process.stdout.write(`${shipped}\n`);
