// Measures accuracy by bytes and scheme, and writes docs/accuracy.md and the ablation table of docs/decomposition.md.
// Every row is measured anew, which takes hours; `npm run accuracy -- TEXT` measures the rows whose id contains TEXT and
// keeps the other figures (bench/accuracy.json).
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import process from "node:process";
import { ablationTable } from "./accuracy/ablation.ts";
import { type Measured, measure, measureSource } from "./accuracy/measure.ts";
import { NETWORKS, type Network } from "./accuracy/networks.ts";
import { page } from "./accuracy/page.ts";
import { ROWS, type Row } from "./accuracy/rows.ts";

const FIGURES = "bench/accuracy.json";

export interface Figures {
  machine: string;
  /** Top-1 accuracy of the int8 source of each network. */
  sources: Record<string, number>;
  rows: Record<string, Measured>;
}

const only = process.argv.slice(2);
const wanted = (id: string) => only.length === 0 || only.some((text) => id.includes(text));
const old: Figures | undefined =
  only.length > 0 && existsSync(FIGURES) ? JSON.parse(readFileSync(FIGURES, "utf8")) : undefined;
const figures: Figures = {
  machine: `Node ${process.versions.node}, ${cpus()[0].model}`,
  sources: { ...old?.sources },
  rows: { ...old?.rows },
};

function targetOf({ options, bytesOf }: Row): Row["options"]["target"] {
  if (!bytesOf) return options.target;
  const like = figures.rows[bytesOf];
  if (!like) throw new Error(`measure ${bytesOf} first: its bytes are the budget`);
  return { kind: "budget", bytes: like.bytes };
}

const loaded = new Map<string, Network>();
for (const row of ROWS.filter(({ id }) => wanted(id))) {
  const network = loaded.get(row.network) ?? NETWORKS[row.network]();
  loaded.set(row.network, network);
  figures.sources[row.network] ??= await measureSource(network);
  const measured = await measure({ ...row, options: { ...row.options, target: targetOf(row) } }, network);
  figures.rows[row.id] = measured;
  process.stderr.write(`${JSON.stringify(measured)}\n`);
  writeFileSync(FIGURES, `${JSON.stringify(figures, null, 1)}\n`);
}
writeFileSync("docs/accuracy.md", page(figures));
const decomposition = readFileSync("docs/decomposition.md", "utf8");
writeFileSync(
  "docs/decomposition.md",
  decomposition.replace(/(<!-- ablation -->\n)[\s\S]*(<!-- end -->)/, (_, start, end) => {
    return `${start}${ablationTable(figures)}\n${end}`;
  }),
);
