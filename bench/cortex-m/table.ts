// Instructions by kind of layer, in all and for each multiply-add of the original network.
import { size } from "../../host/graph/graph.ts";
import { OF_SIGNS } from "../../host/kinds.ts";
import type { Kind, Program, ProgramLayer } from "../../host/program.ts";
import { MODELS, type ModelName } from "../speed/models.ts";
import { type Checks, CORES, type Core, type Count, type Kernels } from "./index.ts";

/** A row of expected.json. */
export interface Expected extends Omit<Count, "correct"> {
  name: ModelName;
  core: Core;
  kernels: Kernels;
  checks: Checks;
}

export interface Counted extends Expected {
  model: Program;
}

const KINDS: [title: string, has: (kind: Kind) => boolean][] = [
  ["int8 convolutions", (kind) => kind === "Conv2D"],
  ["depthwise", (kind) => kind === "DepthwiseConv2D"],
  ["layers of signs", (kind) => OF_SIGNS.has(kind)],
];

/** What the original network takes; 0 of layers without weights. */
function multiplyAdds({ tensors }: Program, layer: ProgramLayer): number {
  const outputs = size(tensors[layer.output].shape);
  const taps = layer.kernel[0] * layer.kernel[1];
  const channels = tensors[layer.input].shape[2];
  if (layer.kind === "DepthwiseConv2D") return outputs * taps;
  if (layer.kind === "FullyConnected") return outputs * size(tensors[layer.input].shape);
  return layer.kind === "Conv2D" || OF_SIGNS.has(layer.kind) ? (outputs * taps * channels) / layer.groups : 0;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);
const millions = (n: number) => (n / 1e6).toFixed(1);

function cells({ name, core, kernels, total, layers, model }: Counted): string[] {
  const work = model.layers.map((layer) => multiplyAdds(model, layer));
  const parts = KINDS.map(([, has]) => {
    const own = (numbers: readonly number[]) => sum(numbers.filter((_, i) => has(model.layers[i].kind)));
    const instructions = own(layers);
    return instructions === 0 ? "" : `${millions(instructions)} (${(instructions / own(work)).toFixed(2)})`;
  });
  const title = kernels === "runtime" ? MODELS[name].title : `${MODELS[name].title}, plain C`;
  return [title, CORES[core].title, millions(total), (total / sum(work)).toFixed(2), ...parts];
}

export function table(counted: readonly Counted[]): string {
  const titles = ["network", "core", "instructions, M", "a multiply-add", ...KINDS.map(([title]) => title)];
  return [
    `| ${titles.join(" | ")} |`,
    `| --- | --- |${" ---: |".repeat(titles.length - 2)}`,
    ...counted.map((row) => `| ${cells(row).join(" | ")} |`),
  ].join("\n");
}

/** Instructions of one network by how memory is checked, and what that adds to none. */
export function checksTable(counted: readonly Counted[]): string {
  const cores = Object.keys(CORES) as Core[];
  const total = (core: Core, checks: Checks) =>
    counted.find((row) => row.core === core && row.checks === checks)?.total ?? Number.NaN;
  const cell = (core: Core, checks: Checks) => {
    const added = total(core, checks) / total(core, "NONE") - 1;
    return `${millions(total(core, checks))} (+${(100 * added).toFixed(0)} %)`;
  };
  const rows = [...new Set(counted.map(({ checks }) => checks))];
  return [
    `| \`CHECKS\` | ${cores.map((core) => `${CORES[core].title}, M`).join(" | ")} |`,
    `| --- |${" ---: |".repeat(cores.length)}`,
    ...rows.map((checks) => `| \`${checks}\` | ${cores.map((core) => cell(core, checks)).join(" | ")} |`),
  ].join("\n");
}
