// What each step of the decomposition is worth: ResNet-8 at about 17 and 28 kB with one step left out at a time. Writes
// the table at the end of docs/decomposition.md. Run: npm run ablation (an hour; needs ../shared/data and CIFAR-10).
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import type { CompileOptions } from "../host/options.ts";
import { type Measured, measure } from "./accuracy/measure.ts";
import { NETWORKS } from "./accuracy/networks.ts";
import type { Row } from "./accuracy/rows.ts";

/** K / T at which the file with every layer alike has these sizes. */
const SIZES = [
  { title: "17 kB", rank: 1, budget: 17_200 },
  { title: "28 kB", rank: 1.9, budget: 28_200 },
];
const RECOVER_MINUTES = 5;

type Options = Partial<CompileOptions>;

const ROWS: { title: string; options: Options; budget?: true; recoverMinutes?: number }[] = [
  { title: "greedy on weights, the paper's plain method", options: { solver: "greedy", objective: "weights" } },
  { title: "greedy on feature maps (section 3.3)", options: { solver: "greedy" } },
  { title: "ADMM on weights, then polished under H", options: { steps: { fullH: false } } },
  { title: "without prefix correction", options: { steps: { prefixCorrection: false } } },
  { title: "without polish", options: { steps: { polish: false } } },
  { title: "without scales for each output", options: { steps: { outputScales: false } } },
  { title: "without statistics (means, variances)", options: { steps: { means: false, variances: false } } },
  { title: "without variances", options: { steps: { variances: false } } },
  { title: "without residual-aware targets", options: { steps: { residualTargets: false } } },
  { title: "without the correction of int8 layers", options: { steps: { int8Correction: false } } },
  { title: "ADMM, full H, everything", options: {} },
  { title: "with allocation (`--budget`)", options: {}, budget: true },
  { title: `with label-free recovery, ${RECOVER_MINUTES} minutes`, options: {}, recoverMinutes: RECOVER_MINUTES },
];

const percent = (share: number) => (100 * share).toFixed(2);
const network = NETWORKS.resnet8();
const lines: string[] = [];
for (const { title, options, budget, recoverMinutes } of ROWS) {
  const cells: Measured[] = [];
  for (const { rank, budget: bytes } of SIZES) {
    const row: Row = {
      id: title,
      network: "resnet8",
      title,
      options: {
        scheme: "semi-binary",
        rank,
        solver: "admm",
        objective: "feature-map",
        ...options,
        target: budget ? { kind: "budget", bytes } : undefined,
      },
      recoverMinutes,
    };
    cells.push(await measure(row, network));
    process.stderr.write(`${JSON.stringify(cells.at(-1))}\n`);
  }
  const figures = cells.map(({ bytes, simulated, integers }) => [
    bytes.toLocaleString("en-US"),
    percent(simulated),
    percent(integers),
  ]);
  lines.push(`| ${[title, ...figures.flat()].join(" | ")} |`);
}
const header = SIZES.map(({ title }) => `${title}: bytes | float | integers`).join(" | ");
const table = [`| | ${header} |`, `| --- |${" ---: | ---: | ---: |".repeat(SIZES.length)}`, ...lines].join("\n");
const page = readFileSync("docs/decomposition.md", "utf8");
const text = `ResNet-8, top-1 % on the 10,000 test images, calibrated on 2,000 training images, every layer with the same K / T but where it says allocation. *Float* is the decomposed network in floating point, *integers* the model file in WebAssembly.`;
writeFileSync(
  "docs/decomposition.md",
  page.replace(/(<!-- ablation: .* -->\n)[\s\S]*(<!-- end -->)/, `$1${text}\n\n${table}\n$2`),
);
