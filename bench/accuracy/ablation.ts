// What each step of the decomposition is worth: ResNet-8 with one step left out at a time, and the table of the figures.

import type { Figures } from "../accuracy.ts";
import type { Row } from "./rows.ts";

/** K / T at which the file with every layer alike has about these sizes. */
const SIZES = [
  { title: "17 kB", rank: 1.03, budget: 17_100 },
  { title: "28 kB", rank: 1.95, budget: 28_150 },
];
const RECOVER_MINUTES = 5;

type Options = Partial<Row["options"]>;

const VARIANTS: { title: string; options?: Options; budget?: true; recoverMinutes?: number }[] = [
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
  { title: "ADMM, full H, everything" },
  { title: "with allocation (`--budget`)", budget: true },
  { title: `with label-free recovery, ${RECOVER_MINUTES} minutes`, recoverMinutes: RECOVER_MINUTES },
];

const idOf = (variant: number, size: number) => `ablation-${SIZES[size].title.replace(" ", "")}-${variant + 1}`;

export const ABLATION: Row[] = VARIANTS.flatMap(({ title, options, budget, recoverMinutes }, variant) =>
  SIZES.map(({ rank, budget: bytes }, size): Row => {
    const target = budget ? ({ kind: "budget", bytes } as const) : undefined;
    return {
      id: idOf(variant, size),
      group: "ablation",
      network: "resnet8",
      title,
      options: { scheme: "semi-binary", rank, solver: "admm", objective: "feature-map", ...options, target },
      recoverMinutes,
    };
  }),
);

/** The table of docs/decomposition.md; rows that were not measured stay empty. */
export function ablationTable({ rows }: Figures): string {
  const percent = (share: number) => (100 * share).toFixed(2);
  const cells = (variant: number) =>
    SIZES.flatMap((_, size) => {
      const row = rows[idOf(variant, size)];
      return row ? [row.bytes.toLocaleString("en-US"), percent(row.simulated), percent(row.integers)] : ["", "", ""];
    });
  const header = SIZES.map(({ title }) => `${title}: bytes | float | integers`).join(" | ");
  return [
    "ResNet-8, top-1 % on the 10,000 test images, calibrated on 2,000 training images, every layer with the same K / T but where it says allocation. *Float* is the decomposed network in floating point, *integers* the model file in WebAssembly. Figures of `npm run accuracy -- ablation`.",
    "",
    `| | ${header} |`,
    `| --- |${" ---: | ---: | ---: |".repeat(SIZES.length)}`,
    ...VARIANTS.map(({ title }, variant) => `| ${[title, ...cells(variant)].join(" | ")} |`),
  ].join("\n");
}
