// Accuracy against bytes. Positions in the drawings are percentages, so that they fill any width while letters keep
// their size; the axes' labels stand in the padding around (style.ts).

import type { Accuracy, AccuracyRow } from "../report.ts";
import { type Html, html } from "./html.ts";
import { accuracy, niceStep, whole } from "./numbers.ts";
import { table } from "./table.ts";

interface Point {
  /** The row's number in the table, from 1. */
  number: number;
  bytes: number;
  value: number;
  chosen: boolean;
}

type Metric = "accuracy" | "agreement";

/** Accuracy where it was measured, else agreement. */
export function metricOf(rows: readonly AccuracyRow[]): Metric {
  return rows.some((row) => row.accuracy !== undefined) ? "accuracy" : "agreement";
}

/** Points that no other is at once as small and as good as, by rising bytes. */
export function paretoFront<P extends { bytes: number; value: number }>(points: readonly P[]): P[] {
  let best = Number.NEGATIVE_INFINITY;
  return [...points]
    .sort((a, b) => a.bytes - b.bytes || b.value - a.value)
    .filter(({ value }) => {
      const better = value > best;
      best = Math.max(best, value);
      return better;
    });
}

interface Axis {
  low: number;
  high: number;
  ticks: number[];
}

/** Ends on whole steps, with room around the outermost values. */
function axis(values: number[], most: number, least: number): Axis {
  const [smallest, largest] = [Math.min(...values), Math.max(...values)];
  const step = niceStep(Math.max(largest - smallest, least), most, least);
  const low = Math.floor((smallest - step / 4) / step) * step;
  const high = Math.ceil((largest + step / 4) / step) * step;
  const count = Math.round((high - low) / step);
  return { low, high, ticks: Array.from({ length: count + 1 }, (_, i) => low + i * step) };
}

const at = (value: number, { low, high }: Axis) => `${((100 * (value - low)) / (high - low)).toFixed(2)}%`;

const METRIC_NAMES: Record<Metric, string> = {
  accuracy: "Top-1 accuracy",
  agreement: "Top-1 agreement with the original network",
};

export function accuracySection({ samples, rows }: Accuracy): Html {
  const metric = metricOf(rows);
  const points = rows.flatMap((row, i): Point[] => {
    const value = row[metric];
    return value === undefined ? [] : [{ number: i + 1, bytes: row.bytes, value, chosen: row.chosen === true }];
  });
  const front = new Set(paretoFront(points).map(({ number }) => number));
  const has = (key: Metric) => rows.some((row) => row[key] !== undefined);
  const numbered = rows.map((row, i) => ({ ...row, number: i + 1 }));
  type Row = (typeof numbered)[number];
  return html`${points.length > 1 && plot(points, metric)}
${table<Row>(
  "accuracy-table",
  `Measured on ${samples}`,
  [
    {
      header: "Scheme",
      cell: ({ number, scheme, chosen }) => html`${number}. ${scheme}${chosen && html` <em>this file</em>`}`,
    },
    { header: "Bytes", numeric: true, cell: ({ bytes }) => whole(bytes) },
    ...(["accuracy", "agreement"] as const)
      .filter(has)
      .map((key) => ({ header: METRIC_NAMES[key], numeric: true, cell: (row: Row) => accuracy(row[key]) })),
    {
      header: "Pareto front",
      cell: ({ number }) => (front.has(number) ? "yes" : "no"),
    },
  ],
  numbered,
)}`;
}

function plot(points: Point[], metric: Metric): Html {
  const x = axis(
    points.map(({ bytes }) => bytes),
    4,
    1000,
  );
  const y = axis(
    points.map(({ value }) => 100 * value),
    5,
    1,
  );
  const [left, up] = [
    (point: Point) => at(point.bytes, x),
    (point: Point) => at(y.high + y.low - 100 * point.value, y),
  ];
  const front = paretoFront(points);
  const steps = front.slice(1).map(
    (point, i) => html`
<line class="front" x1="${left(front[i])}" y1="${up(front[i])}" x2="${left(point)}" y2="${up(front[i])}"/><line class="front" x1="${left(point)}" y1="${up(front[i])}" x2="${left(point)}" y2="${up(point)}"/>`,
  );
  const best = points.find(({ chosen }) => chosen) ?? front.at(-1)!;
  return html`<figure>
<p class="axis-title" aria-hidden="true">${METRIC_NAMES[metric]}, %</p>
<svg class="plot" role="img" aria-labelledby="plot-title plot-text">
<title id="plot-title">${METRIC_NAMES[metric]} against bytes of the model file</title>
<desc id="plot-text">${points.length} networks from ${whole(x.low)} to ${whole(x.high)} bytes; ${
    best.chosen ? "this file" : "the best"
  }: ${accuracy(best.value)} at ${whole(best.bytes)} bytes. The table below has every point.</desc>
${y.ticks.map(
  (
    tick,
  ) => html`<line class="grid" x1="0%" x2="100%" y1="${at(y.high + y.low - tick, y)}" y2="${at(y.high + y.low - tick, y)}"/><text class="y" x="0%" dx="-8" y="${at(y.high + y.low - tick, y)}" dy="4">${Number(tick.toFixed(1))}</text>
`,
)}${x.ticks.map(
  (
    tick,
  ) => html`<line class="tick" x1="${at(tick, x)}" x2="${at(tick, x)}" y1="100%" y2="100%"/><text class="x" x="${at(tick, x)}" y="100%" dy="20">${kilobytes(tick)}</text>
`,
)}${steps}
${points.map(
  (
    point,
  ) => html`<circle class="${point.chosen ? "chosen" : "point"}" cx="${left(point)}" cy="${up(point)}" r="${point.chosen ? 7 : 5}"/><text class="label" x="${left(point)}" y="${up(point)}" dx="9" dy="-7">${point.number}</text>
`,
)}</svg>
<p class="axis-title end" aria-hidden="true">Bytes of the model file, labels aside</p>
<figcaption><span class="key chosen"></span> this file <span class="key point"></span> others, numbered as in the table <span class="key front"></span> the most for its bytes (Pareto front)</figcaption>
</figure>`;
}

function kilobytes(bytes: number): string {
  return `${Number((bytes / 1000).toFixed(1))} kB`;
}
