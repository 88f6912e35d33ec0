// The report as one HTML file: no script, no request, everything from the file escaped.

import type { Report, StageSeconds } from "../report.ts";
import { curveSection, judgedOn, metricOf } from "./curve.ts";
import { type Content, Html, html } from "./html.ts";
import { errorsTable, layersTable, operationsTable } from "./layers.ts";
import { memorySection } from "./memory.ts";
import { accuracy, percent, short, times, whole } from "./numbers.ts";
import { allocationTable, stagesTable, trainingTable } from "./stages.ts";
import { styleSheet } from "./style.ts";
import { table } from "./table.ts";

/** The whole page. Asynchronous, for its policy names the style sheet by its SHA-256, as a strict one must. */
export async function renderHtml(report: Report): Promise<string> {
  const style = styleSheet(report.memory.layers.length);
  const policy = `default-src 'none'; style-src 'sha256-${await digest(style)}'; img-src data:; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="${report.compiler}">
<link rel="icon" href="data:,">
<title>${report.name}: halfbit report</title>
<style>${new Html(style)}</style>
</head>
<body>
<header>
<h1>${report.name}</h1>
<p class="lead quiet">${report.source.file}, compiled by ${report.compiler}</p>
${figures(report)}
</header>
<main>
${section("layers", "Layers", layersTable(report))}
${section("operations", "Operations", operationsNote(), operationsTable(report))}
${section("errors", "Feature-map error at equal bytes", errorsNote(report), errorsTable(report))}
${report.allocation && section("allocation", "How schemes were chosen", allocationTable(report.allocation))}
${report.training.length > 0 && section("training", "Training", trainingTable(report.training))}
${section("stages", "What each stage loses", report.stages ? stagesTable(report) : notMeasured())}
${section("accuracy", "Accuracy and bytes", report.curve ? curveSection(report) : notMeasured())}
${section("memory", "Memory map", memorySection(report.memory))}
${section("compilation", "Compilation", compilation(report))}
</main>
</body>
</html>
`.text;
}

async function digest(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}

function section(id: string, title: string, ...content: Content[]): Html {
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
${content}
</section>`;
}

const notMeasured = () => html`<p class="quiet">Not measured.</p>`;

function figures({ file, source, arena, total, seconds, curve, judged }: Report): Html {
  const own = curve?.points.find(({ chosen }) => chosen);
  const metric = own && metricOf([own]);
  const smaller = `source ÷ ${times(source.bytes, file.bytes)}`;
  const labels = file.withoutLabels !== file.bytes && `, ${whole(file.withoutLabels)} without labels`;
  const all = seconds?.reduce((sum, each) => sum + each.seconds, 0);
  return html`<dl class="figures">
${own && metric && figure(metric.name, accuracy(metric.of(own)), judgedOn(judged))}
${figure("Model file, bytes", whole(file.bytes), html`${smaller}${labels}`)}
${figure("Arena, bytes", whole(arena.bytes), `lower bound ${whole(arena.lowerBound)}`)}
${figure("Multiplications", short(total.chosen.multiplications), `original ${short(total.original.multiplications)}`)}
${figure("Additions", short(total.chosen.additions), `original ${short(total.original.additions)}`)}
${all !== undefined && figure("Compilation", `${all.toFixed(1)} s`, "without this report")}
</dl>`;
}

function figure(name: string, value: string, detail: Content): Html {
  return html`<div><dt>${name}</dt><dd>${value}<small>${detail}</small></dd></div>`;
}

function operationsNote(): Html {
  return html`<p>An output pixel of an original or int8 layer takes T·S multiply-adds; of a semi-binary one K·(S + T) additions and K + T multiplications; of N planes N·T·S additions and N·T multiplications. Bias and the requantisation of int8 layers are left aside.</p>`;
}

function errorsNote({ layers, training }: Report): Content {
  if (!layers.some(({ baselines }) => baselines)) return undefined;
  const trained =
    training.length > 0 &&
    " The chosen weights were trained since, for the whole network's answers and not for these errors.";
  return html`<p>What a layer should give is the original output, and before an Add what the other branch lacks as well, from what the layers before it now give. Every baseline is given the same inputs and the bytes nearest to those of the chosen scheme that it can take. sign(W), greedy on weights and int8 aim at the original weights, as their names say; the others at the same target as the chosen scheme.${trained} <strong class="wins">better</strong> marks one that misses less than the chosen scheme, by more than a hundredth, in no more bytes.</p>`;
}

/** What the amount of each kind of Target says. */
const TARGETS: Record<string, (amount: number) => string> = {
  budget: (bytes) => `at most ${whole(bytes)} bytes in all`,
  bits: (bits) => `at most ${bits} bits a weight`,
  "max-drop": (drop) => `at most ${percent(drop)} of answers changed`,
};

function compilation({ source, options, seconds }: Report): Html {
  const text = (key: string, value: unknown) => {
    if (key in TARGETS) return TARGETS[key](value as number);
    return typeof value === "string" ? value : JSON.stringify(value);
  };
  const entries: [string, string][] = [
    ["source", `${source.file}, ${whole(source.bytes)} bytes`],
    ["SHA-256", source.sha256],
    ...Object.entries(options)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]): [string, string] => [key, text(key, value)]),
  ];
  return html`<dl class="plain">
${entries.map(
  ([key, value]) => html`<dt>${key}</dt><dd>${value}</dd>
`,
)}</dl>
${
  seconds &&
  table<StageSeconds>(
    "seconds-table",
    "Seconds of each stage",
    [
      { header: "Stage", cell: ({ stage }) => stage },
      { header: "Seconds", numeric: true, cell: (each) => each.seconds.toFixed(1) },
    ],
    seconds,
  )
}`;
}
