// The report as one HTML file: no script, no request, everything from the file escaped.

import type { Report, StageLoss, StageSeconds } from "../report.ts";
import { type Content, Html, html } from "./html.ts";
import { errorsTable, layersTable, operationsTable } from "./layers.ts";
import { memorySection } from "./memory.ts";
import { accuracy, percent, short, times, whole } from "./numbers.ts";
import { accuracySection } from "./plot.ts";
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
${section("stages", "What each stage costs", report.stages?.length ? stagesTable(report.stages) : notMeasured())}
${section("accuracy", "Accuracy and bytes", report.accuracy?.rows.length ? accuracySection(report.accuracy) : notMeasured())}
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

function figures({ file, source, arena, total, seconds, accuracy: measured }: Report): Html {
  const own = measured?.rows.find(({ chosen }) => chosen);
  const [value, what] = own?.accuracy === undefined ? [own?.agreement, "Agreement"] : [own.accuracy, "Accuracy"];
  const smaller = `source ÷ ${times(source.bytes, file.bytes)}`;
  const labels = file.withoutLabels !== file.bytes && `, ${whole(file.withoutLabels)} without labels`;
  const original = total.original.multiplications;
  return html`<dl class="figures">
${value !== undefined && figure(what, accuracy(value), `on ${measured!.samples}`)}
${figure("Model file, bytes", whole(file.bytes), html`${smaller}${labels}`)}
${figure("Arena, bytes", whole(arena.bytes), `lower bound ${whole(arena.lowerBound)}`)}
${figure("Multiplications", short(total.chosen.multiplications), `original ${short(original)}`)}
${figure("Additions", short(total.chosen.additions), `original ${short(original)}`)}
${seconds && figure("Compilation", `${total_(seconds).toFixed(1)} s`, "")}
</dl>`;
}

function figure(name: string, value: string, detail: Content): Html {
  return html`<div><dt>${name}</dt><dd>${value}<small>${detail}</small></dd></div>`;
}

const total_ = (seconds: StageSeconds[]) => seconds.reduce((sum, each) => sum + each.seconds, 0);

function operationsNote(): Html {
  return html`<p>An output pixel of an original or int8 layer takes T·S multiply-adds; of a semi-binary one K·(S + T) additions and K + T multiplications; of N planes N·T·S additions and N·T multiplications. Bias and the requantisation of int8 layers are left aside.</p>`;
}

function errorsNote({ layers }: Report): Content {
  if (!layers.some(({ baselines }) => baselines)) return undefined;
  return html`<p>Every baseline is given the bytes nearest to those of the chosen scheme that it can take, and the same calibration samples. <strong class="wins">better</strong> marks one that misses less than the chosen scheme in no more bytes.</p>`;
}

function stagesTable(stages: StageLoss[]): Html {
  return table<StageLoss>(
    "stages-table",
    "Each stage measured after those before it",
    [
      { header: "Stage", cell: ({ stage }) => stage },
      { header: "Metric", cell: ({ metric }) => metric },
      { header: "Value", numeric: true, cell: ({ value }) => percent(value) },
    ],
    stages,
  );
}

function compilation({ source, options, seconds }: Report): Html {
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  const entries: [string, string][] = [
    ["source", `${source.file}, ${whole(source.bytes)} bytes`],
    ["SHA-256", source.sha256],
    ...Object.entries(options)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]): [string, string] => [key, text(value)]),
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
