// The figures as text: sections of docs/benchmarks.md, which the terminal shows as well.

import type { Instructions } from "./instructions.ts";
import type { InterpreterResults } from "./interpreter.ts";
import { KERNELS, type Kernel, type KernelRow } from "./kernels.ts";
import { MODELS, type ModelName } from "./models.ts";
import type { NetworkResults } from "./networks.ts";
import { fastestWeb, type Ratios } from "./ratios.ts";
import { ratio } from "./rounds.ts";
import type { Sizes } from "./sizes.ts";
import type { StartRow } from "./startup.ts";
import type { Series } from "./sweep.ts";
import { digits, factor, inUnits, signedPercent, spread, table, thousands } from "./tables.ts";

const MICRO = 1e-6;
const MILLI = 1e-3;

const WHERE = { halfbit: "WebAssembly", web: "WebAssembly", native: "machine code" };

export function networkSection(results: NetworkResults): string {
  const own = results.rows.find(({ where, level }) => where === "halfbit" && level === "simd128")!;
  const rows = results.rows.map(({ name, where, seconds }) => [
    name,
    WHERE[where],
    ...spread(seconds, MICRO),
    seconds === own.seconds ? "" : factor(ratio(seconds, own.seconds)),
  ]);
  const header = ["engine, network", "runs as", "µs", "80 % of the rounds", `time of the first row's`];
  return [
    `### ${results.title}`,
    "",
    table(header, rows, 2),
    "",
    `Fastest of the others in WebAssembly: ${fastestWeb(results).name}.`,
  ].join("\n");
}

export function layersSection(results: NetworkResults): string {
  return results.layers
    .map(({ model, rows }) =>
      [
        `### ${MODELS[model].title}`,
        "",
        table(
          ["layer", "simd128, µs", "scalar, µs"],
          rows.map(({ name, simd128, scalar }) => [name, inUnits(simd128, MICRO), inUnits(scalar, MICRO)]),
        ),
      ].join("\n"),
    )
    .join("\n\n");
}

const KERNEL_TITLES: Record<Kernel, string> = {
  "signs, simd128": "signs, simd128",
  "signs, scalar": "signs, scalar",
  "int8, simd128": "halfbit's int8 layer, simd128",
  pairs: "dense SIMD, pairs",
  rows: "dense SIMD, rows",
  plain: "plain scalar loops",
};

export function kernelsSection(rows: readonly KernelRow[]): string {
  const speed = (macs: number, seconds: number) => (macs / seconds / 1e9).toFixed(1);
  const line = (shape: string, macs: number, medians: readonly number[]) => [
    shape,
    ...medians.map((median) => `${digits(median / MICRO)} (${speed(macs, median)})`),
  ];
  const medians = rows.map(({ times }) => KERNELS.map((name) => times[name].median));
  const sums = KERNELS.map((_, k) => medians.reduce((sum, row) => sum + row[k], 0));
  const macs = rows.reduce((sum, row) => sum + row.macs, 0);
  return [
    table(
      ["layer, 3×3", ...KERNELS.map((name) => KERNEL_TITLES[name])],
      [...rows.map((row, i) => line(row.shape, row.macs, medians[i])), line("**sum**", macs, sums)],
    ),
    "",
    "Microseconds (GMAC/s).",
  ].join("\n");
}

export function interpreterSection({ shape, macs, signs, plain }: InterpreterResults): string {
  const row = (name: string, time: typeof signs) => [name, ...spread(time, MILLI), thousands(macs / time.median / 1e6)];
  return table(
    [`${shape}, 3×3, in wasm3`, "ms", "80 % of the rounds", "MMAC/s"],
    [row("halfbit scalar, one plane of signs", signs), row("plain int8 loops", plain)],
  );
}

export function startupSection(rows: readonly StartRow[]): string {
  const header = ["engine, network", "module, bytes", "model, bytes", "engine, ms", "model, ms", "first answer, ms"];
  return table(
    [...header, "all, ms", "80 % of the starts", "memory beyond Node's, MB"],
    rows.map(({ name, wasmBytes, modelBytes, engine, model, first, all, memory }) => [
      name,
      thousands(wasmBytes),
      thousands(modelBytes),
      ...[engine, model, first].map((phase) => inUnits(phase, MILLI)),
      ...spread(all, MILLI),
      (memory.median / 1e6).toFixed(1),
    ]),
  );
}

export function sizesSection({ modules, models }: Sizes): string {
  return [
    table(
      ["module", "bytes"],
      [
        ["halfbit.scalar.wasm", thousands(modules.scalar)],
        ["halfbit.simd128.wasm", thousands(modules.simd128)],
        ["infer.wasm (WASI)", thousands(modules.infer)],
      ],
    ),
    "",
    table(
      ["model", "file, bytes", "arena, bytes", "lower bound of the arena"],
      (Object.keys(models) as ModelName[]).map((name) => [
        MODELS[name].title,
        thousands(models[name].file),
        thousands(models[name].arena),
        thousands(models[name].lowerBound),
      ]),
    ),
  ].join("\n");
}

export function sweepSection(series: readonly Series[]): string {
  const header = ["layer", "K", "additions, M", "simd128, µs", "G a second", "off the line"];
  return series
    .map(({ title, points }) => {
      const rows = points.map(({ shape, rank, additions, times, deviations }) => [
        shape,
        rank,
        (additions / 1e6).toFixed(2),
        ...(["simd128", "scalar"] as const).flatMap((level) => [
          inUnits(times[level], MICRO),
          (additions / times[level].median / 1e9).toFixed(1),
          signedPercent(deviations[level]),
        ]),
      ]);
      const all = [...header, "scalar, µs", "G a second", "off the line"];
      return [`Over ${title}:`, "", table(all, rows)].join("\n");
    })
    .join("\n\n");
}

export function instructionsSection(counts: Instructions): string {
  return table(
    ["an inference of", "instructions"],
    [
      ["ResNet-8, K = T, Cortex-M4", thousands(counts.m4_resnet8)],
      ["ResNet-8, K = T, Cortex-M0", thousands(counts.m0_resnet8)],
      ["DS-CNN, one plane of signs, Cortex-M4", thousands(counts.m4_dscnn)],
    ],
  );
}

export function ratiosSection(ratios: Ratios, fastest: string): string {
  const rows: [string, number][] = [
    [`ResNet-8, K = T, beside the fastest peer in WebAssembly (${fastest})`, ratios.resnet8_vs_fastest_web],
    ["… beside halfbit's int8 of the same network", ratios.resnet8_vs_own_int8],
    ["… in WebAssembly, beside LiteRT int8 in machine code", ratios.resnet8_vs_litert_int8],
    ["six layers of one plane of signs, beside the fastest dense SIMD convolutions", ratios.convv_vs_dense_simd],
    ["the same without SIMD, beside plain int8 loops", ratios.convv_scalar_vs_plain_scalar],
    ["a layer of signs beside plain int8 loops, both in an interpreter", ratios.interpreter_vs_plain],
  ];
  return table(
    ["halfbit is so many times as fast", "ratio"],
    rows.map(([name, value]) => [name, value.toFixed(2)]),
  );
}
