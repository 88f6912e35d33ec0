// docs/accuracy.md from the figures.

import type { Figures } from "../accuracy.ts";
import { BUDGETS, COLUMNS, equalBytesId, ROWS } from "./rows.ts";

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
const thousands = (n: number) => n.toLocaleString("en-US");

const TITLES = { resnet8: "ResNet-8, CIFAR-10", dscnn: "DS-CNN, keyword spotting" };
const DATA = {
  resnet8:
    "Calibrated on the first 2,000 training images, trained (where it is) on all 50,000, tested on the 10,000 test images.",
  dscnn:
    "There are only 500 samples, so each is tested with a model that was compiled with the 400 that are not in its fifth: five models a row, bytes those of the largest. One sample is 0.2 points.",
};

function byBudget(network: keyof typeof TITLES, { rows }: Figures): string[] {
  return [
    "| model file at most | bytes | no training | label-free recovery | with labels |",
    "| ---: | ---: | ---: | ---: | ---: |",
    ...BUDGETS[network].map((budget) => {
      const cells = COLUMNS.map((column) => rows[`${network}-${budget}-${column.replaceAll(" ", "-")}`]);
      const bytes = Math.max(0, ...cells.map((cell) => cell?.bytes ?? 0));
      const size = bytes > 0 ? thousands(bytes) : "";
      const accuracies = cells.map((cell) => (cell ? percent(cell.integers) : ""));
      return `| ${[thousands(budget), size, ...accuracies].join(" | ")} |`;
    }),
  ];
}

function byScheme(network: keyof typeof TITLES, { rows }: Figures): string[] {
  return [
    "| scheme | model bytes | arena bytes | feature-map error | float simulation | integers | seconds | `--budget` of as many bytes |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...ROWS.filter((row) => row.network === network && row.group === "scheme").flatMap(({ id, title }) => {
      const row = rows[id];
      if (!row) return [];
      const error = row.error === undefined ? "" : row.error > 10 ? "> 1,000 %" : percent(row.error);
      const cells = [
        title,
        thousands(row.bytes),
        thousands(row.arena),
        error,
        percent(row.simulated),
        percent(row.integers),
      ];
      const rival = rows[equalBytesId(id)];
      return [`| ${[...cells, row.seconds.toFixed(0), rival ? percent(rival.integers) : ""].join(" | ")} |`];
    }),
  ];
}

/** With a heading, where any is measured. */
function schemes(network: keyof typeof TITLES, figures: Figures): string[] {
  const [header, line, ...rows] = byScheme(network, figures);
  return rows.length > 0 ? ["By scheme, without training:", "", header, line, ...rows] : [];
}

export function page(figures: Figures): string {
  const sections = (["resnet8", "dscnn"] as const).map((network) =>
    [
      `## ${TITLES[network]}`,
      "",
      `${DATA[network]} The int8 source as it is, on all test samples: ${figures.sources[network] === undefined ? "not measured" : percent(figures.sources[network])}.`,
      "",
      "By size, `--budget`: accuracy of the model file in WebAssembly.",
      "",
      ...byBudget(network, figures),
      "",
      ...schemes(network, figures),
    ].join("\n"),
  );
  return `# Accuracy

Renewed by \`npm run accuracy\` (${figures.machine}), which takes hours; \`npm run accuracy -- TEXT\` renews the rows whose names in \`bench/accuracy.json\` contain TEXT.

Networks: the MLPerf Tiny reference models, compiled from their float TFLite files. First and last layers with weights stay int8 but where \`--budget\` chooses otherwise; depthwise layers always do. *Integers*, and every accuracy by size, is the model file in WebAssembly; *float simulation* runs the decomposed network in floating point. *Feature-map error* is the share of the original output variance that a decomposed layer misses on the calibration samples, on average over the decomposed layers. The last column is the accuracy, in integers, of the network that \`--budget\` chooses within the row's bytes. Test samples are never used for a choice. An empty cell has not been measured with this version.

${sections.join("\n\n")}
`;
}
