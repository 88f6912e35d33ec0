// Counts instructions of an inference on Cortex-M cores; writes bench/cortex-m/expected.json, which tests/cortex-m.test.ts
// holds them to, and the table of docs/kernels.md.
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { readModel } from "../host/read.ts";
import { type Core, countInstructions, type Kernels, noCortexM } from "./cortex-m/index.ts";
import { type Counted, table } from "./cortex-m/table.ts";
import { benchModel, type ModelName } from "./speed/models.ts";

const COUNTED: [name: ModelName, kernels: Kernels][] = [
  ["resnet8", "runtime"],
  ["resnet8_int8", "runtime"],
  ["resnet8_int8", "plain-int8"],
  ["dscnn", "runtime"],
  ["dscnn_int8", "runtime"],
];
const CORES: Core[] = ["m4", "m0"];
const EXPECTED = "bench/cortex-m/expected.json";
const PAGE = "docs/kernels.md";

if (noCortexM) throw new Error(noCortexM);
const counted: Counted[] = [];
for (const [name, kernels] of COUNTED) {
  const model = await benchModel(name);
  for (const core of CORES) {
    const { correct, ...count } = await countInstructions(core, model, name, kernels);
    if (!correct) throw new Error(`${name} gives other bytes on ${core} than in Node`);
    counted.push({ name, core, kernels, ...count, model: readModel(model, name) });
  }
}
const lines = counted.map(({ model: _, ...row }) => JSON.stringify(row));
writeFileSync(EXPECTED, `[\n${lines.join(",\n")}\n]\n`);
const text = table(counted);
const page = readFileSync(PAGE, "utf8");
writeFileSync(
  PAGE,
  page.replace(/(<!-- cortex-m -->\n)[\s\S]*(<!-- end -->)/, (_, start, end) => `${start}${text}\n${end}`),
);
process.stdout.write(`${text}\n`);
