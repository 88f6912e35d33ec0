// Writes docs/complexity.md: what AlexNet, ResNet-18 and ResNet-50 at 224×224 take as they are, as int8 and decomposed.
// Run: npm run complexity, or for some of them npm run complexity -- resnet18 (which prints and writes nothing).

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ReportLayer } from "../host/report/report.ts";
import { NETWORKS } from "./networks/index.ts";
import type { Compilation, Inference, Step } from "./networks/measure.ts";

interface Measured {
  title: string;
  parameters: number;
  compilation: Compilation;
  inference: Inference;
}

const MEASURE = fileURLToPath(new URL("networks/measure.ts", import.meta.url));

function step<S extends Step>(what: string, name: string, folder: string): S {
  const done = spawnSync(process.execPath, ["--import", "tsx", MEASURE, what, name, folder], {
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  if (done.status !== 0) throw new Error(`${what} of ${name} failed: ${done.signal ?? `exit code ${done.status}`}`);
  return JSON.parse(done.stdout);
}

function measure(name: string): Measured {
  const folder = mkdtempSync(join(tmpdir(), "halfbit-complexity-"));
  try {
    step("build", name, folder);
    const compilation = step<Compilation>("compile", name, folder);
    const { layers } = compilation.report;
    const parameters = sum(layers, ({ T, S }) => T * S + T);
    if (parameters !== NETWORKS[name].parameters) throw new Error(`${name} has ${parameters} parameters`);
    const inference = step<Inference>("run", name, folder);
    return { ...NETWORKS[name], compilation, inference };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** K(T + S) bits of signs and 16(K + T) of scales. */
const paperBytes = ({ T, S, rank = 0 }: ReportLayer) => (rank * (T + S) + 16 * (rank + T)) / 8;

const thousands = (n: number) => Math.round(n).toLocaleString("en");
const millions = (n: number) => (n / 1e6).toLocaleString("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const sum = (layers: readonly ReportLayer[], of: (layer: ReportLayer) => number) =>
  layers.reduce((total, layer) => total + of(layer), 0);

function layerTable(layers: readonly ReportLayer[]): string[] {
  const cells = (own: readonly ReportLayer[], lead: (string | number)[]) => [
    ...lead,
    millions(sum(own, (layer) => layer.original.multiplications)),
    millions(sum(own, (layer) => layer.chosen.additions)),
    millions(sum(own, (layer) => layer.chosen.multiplications)),
    thousands(sum(own, ({ T, S }) => 4 * (T * S + T))),
    thousands(sum(own, (layer) => layer.int8Bytes)),
    thousands(sum(own, (layer) => layer.bytes)),
  ];
  const rows = layers.map((layer) => [
    ...cells(
      [layer],
      [
        layer.name,
        `${thousands(layer.T)} × ${thousands(layer.S)}`,
        thousands(layer.pixels),
        layer.scheme,
        layer.rank ?? "",
      ],
    ),
    layer.scheme === "semi-binary" ? thousands(paperBytes(layer)) : "",
  ]);
  const decomposed = layers.filter(({ scheme }) => scheme === "semi-binary");
  const total = [
    ...cells(layers, ["**all**", thousands(sum(layers, ({ T, S }) => T * S)), "", "", ""]),
    thousands(sum(decomposed, paperBytes)),
  ];
  return [
    "| layer | T × S | pixels | scheme | K | multiply-adds, M | additions, M | multiplications, M | float bytes | int8 bytes | halfbit bytes | paper's formula |",
    "| --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...[...rows, total].map((row) => `| ${row.join(" | ")} |`),
  ];
}

function summaryRow({ title, parameters, compilation, inference }: Measured): (string | number)[] {
  const { total, file, arena, source } = compilation.report;
  return [
    title,
    millions(parameters),
    millions(source.bytes),
    millions(total.int8Bytes),
    millions(file.bytes),
    thousands(arena.bytes),
    thousands(arena.lowerBound),
    millions(total.original.multiplications),
    millions(total.chosen.additions),
    millions(total.chosen.multiplications),
    compilation.seconds.toFixed(0),
    thousands(compilation.peakBytes / 1e6),
    inference.inferenceSeconds.toFixed(2),
  ];
}

function document(networks: readonly Measured[]): string {
  return `# Complexity of the paper's networks

Renewed by \`npm run complexity\` (Node ${process.versions.node}, ${cpus()[0].model}, ${cpus().length} cores).

AlexNet (one tower, as torchvision has it: 64-192-384-256-256 channels, fully connected layers of 4096-4096-1000), ResNet-18 and ResNet-50 (stride in the 3×3 convolution of a bottleneck) on 224×224×3 images. They are built layer by layer as ONNX files by \`bench/networks\`, with seeded random weights of power-law spectra and batch norm statistics measured on seeded noise. **So this says nothing about accuracy on ImageNet**, whose images are not here: shapes, sizes and times are those of the real networks, the answers are not.

Each goes through import, decomposition, packing and the WebAssembly runtime, in which every layer's output at 224×224 must equal that of \`host/reference\` (the model file's self-test).

| network | parameters, M | ONNX, MB | int8 weights, MB | model file, MB | arena bytes | its lower bound | multiply-adds, M | additions, M | multiplications, M | compilation, s | its peak memory, MB | an inference, s |
| --- | ${"---: | ".repeat(12)}
${networks.map((network) => `| ${summaryRow(network).join(" | ")} |`).join("\n")}

*Multiply-adds* are the original network's, T·S an output pixel. *Additions* and *multiplications* are the model file's, all layers, those that stay int8 included: by section 3.5 of the paper a semi-binary layer takes K(S + T) additions and K + T multiplications an output pixel. At K = T that is 1 + T/S additions for each multiply-add: 1.11 where a 3×3 convolution keeps the number of channels, but 1.25 and 5 in the 1×1 convolutions of a bottleneck that reduce and expand four-fold, so the additions of ResNet-50 outnumber its multiply-adds. *The paper's formula* is K(T + S) bits of signs and 16(K + T) bits of scales; the file adds a bias of 16 bits an output channel and fills rows to whole bytes. AlexNet's first two fully connected layers are too large for the solver: they are two planes of signs, solved for their weights alone. *Float bytes* are 4 a weight and bias, batch norm folded. The peak is the largest resident set of the compiling process, with the float network in it.

${networks.map(({ title, compilation }) => [`## ${title}`, "", ...layerTable(compilation.report.layers)].join("\n")).join("\n\n")}
`;
}

const chosen = process.argv.slice(2);
const text = document((chosen.length > 0 ? chosen : Object.keys(NETWORKS)).map(measure));
if (chosen.length > 0) process.stdout.write(text);
else writeFileSync("docs/complexity.md", text);
