// Accuracy against bytes. Positions in the drawings are percentages, so that they fill any width while letters keep
// their size; the axes' labels stand in the padding around (style.ts).

import type { Closeness } from "../closeness.ts";
import type { Measured } from "../report.ts";
import { type Content, type Html, html } from "./html.ts";
import { accuracy, niceStep, whole } from "./numbers.ts";
import { table } from "./table.ts";

interface Point {
  /** The row's number in the table, from 1. */
  number: number;
  bytes: number;
  value: number;
  chosen: boolean;
}

/** What is drawn: a share, 0…1, of which more is better. */
interface Metric {
  name: string;
  long: string;
  of: (point: Closeness) => number;
}

const AGREEMENT: Metric = {
  name: "Agreement",
  long: "Top-1 agreement with the original network",
  of: ({ agreement }) => agreement ?? 0,
};
const KEPT: Metric = {
  name: "Output kept",
  long: "Share of the original output's variance that is kept",
  of: ({ loss }) => 1 - loss,
};

/** Agreement, unless the outputs are no classes. */
export function metricOf(points: readonly Closeness[]): Metric {
  return points.every(({ agreement }) => agreement !== undefined) ? AGREEMENT : KEPT;
}

/** In words, after "on". */
export function judgedOn(judged: Measured["judged"]): string {
  if (!judged) return "";
  const { count, unseen } = judged;
  return `on ${whole(count)} ${unseen ? "unseen samples" : "of the calibration samples"}`;
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
  ticks: number[];
  /** As a percentage of the axis' length. */
  at: (value: number) => string;
}

/** Percentages: ends on whole steps, with room around the outermost values but not beyond 100. */
function shareAxis(values: number[]): Axis {
  const [smallest, largest] = [Math.min(...values), Math.max(...values)];
  const step = niceStep(Math.max(largest - smallest, 1), 5, 1);
  const below = Math.floor((smallest - step / 4) / step) * step;
  const low = smallest >= 0 ? Math.max(0, below) : below;
  const high = Math.min(100, Math.ceil((largest + step / 4) / step) * step);
  const ticks = Array.from({ length: Math.round((high - low) / step) + 1 }, (_, i) => low + i * step);
  return { ticks, at: (value) => place((high - value) / (high - low)) };
}

/** Bytes, by their logarithm: ends on 1, 2 or 5 times a power of ten. */
function byteAxis(values: number[]): Axis {
  const [smallest, largest] = [Math.min(...values), Math.max(...values)];
  const round = [2, 3, 4, 5, 6, 7, 8].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));
  const low = round.findLast((tick) => tick < smallest) ?? 1;
  const high = round.find((tick) => tick > largest) ?? largest;
  const log = (value: number) => Math.log(value / low) / Math.log(high / low);
  return { ticks: [low, ...round.filter((tick) => tick > low && tick <= high)], at: (value) => place(log(value)) };
}

const place = (share: number) => `${(100 * share).toFixed(2)}%`;

export function curveSection({ curve, judged }: Measured): Content {
  if (!curve || !judged) return undefined;
  const { samples, skipped } = curve;
  const metric = metricOf(curve.points);
  const numbered = curve.points.map((point, i) => ({ ...point, number: i + 1, value: metric.of(point) }));
  type Row = (typeof numbered)[number];
  const points = numbered.map(
    ({ number, bytes, value, chosen }): Point => ({ number, bytes, value, chosen: !!chosen }),
  );
  const front = new Set(paretoFront(points).map(({ number }) => number));
  const known = judged.unseen
    ? "None of them was made with the samples it is judged on."
    : "This file was made with the samples it is judged on, the others were not.";
  return html`<p>Integers in the runtime, judged ${judgedOn(judged)}. The other settings give every layer the same scheme, untrained, and were solved on ${whole(samples)} samples, to save time. ${known}</p>
${points.length > 1 && plot(points, metric)}
${table<Row>(
  "accuracy-table",
  `${metric.long}; bytes of the whole model file, labels aside`,
  [
    {
      header: "Setting",
      cell: ({ number, setting, chosen }) => html`${number}. ${setting}${chosen && html` <em>this file</em>`}`,
    },
    { header: "Bytes", numeric: true, cell: ({ bytes }) => whole(bytes) },
    { header: metric.name, numeric: true, cell: ({ value }) => accuracy(value) },
    ...(judged.measure === "KL divergence"
      ? [{ header: "KL divergence", numeric: true, cell: ({ loss }: Row) => loss.toFixed(4) }]
      : []),
    { header: "Pareto front", cell: ({ number }) => (front.has(number) ? "yes" : "no") },
  ],
  numbered,
)}
${skipped.length > 0 && html`<p class="quiet">Left out, for want of time or because they cannot be compiled: ${skipped.join("; ")}.</p>`}`;
}

function plot(points: Point[], metric: Metric): Html {
  const x = byteAxis(points.map(({ bytes }) => bytes));
  const y = shareAxis(points.map(({ value }) => 100 * value));
  const [left, up] = [(point: Point) => x.at(point.bytes), (point: Point) => y.at(100 * point.value)];
  const front = paretoFront(points);
  const steps = front.slice(1).map(
    (point, i) => html`
<line class="front" x1="${left(front[i])}" y1="${up(front[i])}" x2="${left(point)}" y2="${up(front[i])}"/><line class="front" x1="${left(point)}" y1="${up(front[i])}" x2="${left(point)}" y2="${up(point)}"/>`,
  );
  const drawn = points.toSorted((a, b) => Number(a.chosen) - Number(b.chosen)); // this file on top
  const best = points.find(({ chosen }) => chosen) ?? front.at(-1)!;
  // Above a point of the front, to the left, there is none.
  const number = (point: Point) =>
    front.includes(point)
      ? html`<text class="front-number" x="${left(point)}" y="${up(point)}" dx="-8" dy="-6">${point.number}</text>`
      : html`<text x="${left(point)}" y="${up(point)}" dx="8" dy="16">${point.number}</text>`;
  return html`<figure class="curve">
<p class="axis-title" aria-hidden="true">${metric.long}, %</p>
<svg class="plot" role="img" aria-labelledby="plot-title plot-text">
<title id="plot-title">${metric.long} against bytes of the model file</title>
<desc id="plot-text">${points.length} networks from ${whole(x.ticks[0])} to ${whole(x.ticks.at(-1)!)} bytes; ${
    best.chosen ? "this file" : "the best"
  }: ${accuracy(best.value)} at ${whole(best.bytes)} bytes. The table below has every point.</desc>
${y.ticks.map(
  (
    tick,
  ) => html`<line class="grid" x1="0%" x2="100%" y1="${y.at(tick)}" y2="${y.at(tick)}"/><text class="y" x="0%" dx="-8" y="${y.at(tick)}" dy="4">${Number(tick.toFixed(1))}</text>
`,
)}${x.ticks.map(
  (
    tick,
  ) => html`<line class="tick" x1="${x.at(tick)}" x2="${x.at(tick)}" y1="100%" y2="100%"/><text class="x" x="${x.at(tick)}" y="100%" dy="20">${kilobytes(tick)}</text>
`,
)}${steps}
${drawn.map(
  (
    point,
  ) => html`<circle class="${point.chosen ? "chosen" : "point"}" cx="${left(point)}" cy="${up(point)}" r="${point.chosen ? 7 : 5}"/>${number(point)}
`,
)}</svg>
<p class="axis-title end" aria-hidden="true">Bytes of the model file, labels aside (logarithmic)</p>
<figcaption><span><span class="key chosen"></span>this file</span> <span><span class="key point"></span>others, numbered as in the table</span> <span><span class="key front"></span>the most for its bytes (Pareto front)</span></figcaption>
</figure>`;
}

function kilobytes(bytes: number): string {
  return `${Number((bytes / 1000).toFixed(1))} kB`;
}
