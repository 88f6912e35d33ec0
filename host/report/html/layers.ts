// The tables of layers: what each became, what it computes, and how far it is from the original beside the baselines.

import type { BaselineError } from "../baselines.ts";
import type { Report, ReportLayer } from "../report.ts";
import { type Content, type Html, html } from "./html.ts";
import { percent, short, times, whole } from "./numbers.ts";
import { type Column, NOT_MEASURED, table } from "./table.ts";

const name: Column<ReportLayer> = { header: "Layer", cell: (layer) => layer.name };

export function layersTable({ layers, total }: Report): Html {
  const weights = layers.reduce((sum, { T, S }) => sum + T * S, 0);
  return table<ReportLayer>(
    "layers-table",
    "Under each name output channels T × weights of one S; bytes in the model file with scales and bias",
    [
      {
        header: "Layer",
        cell: ({ name, kind, T, S }) =>
          html`${name}<br><small>${kind} <span class="word">${whole(T)} × ${whole(S)}</span></small>`,
      },
      { header: "Scheme", cell: ({ scheme }) => scheme },
      { header: "K", numeric: true, cell: ({ rank }) => rank ?? "" },
      { header: "Bits a weight", numeric: true, cell: ({ bitsPerWeight }) => bitsPerWeight.toFixed(2) },
      { header: "Bytes", numeric: true, cell: ({ bytes }) => whole(bytes) },
      { header: "As int8", numeric: true, cell: ({ int8Bytes }) => whole(int8Bytes) },
      { header: "Why", prose: true, cell: ({ why }) => why },
    ],
    layers,
    [
      "All layers with weights",
      "",
      "",
      ((8 * total.bytes) / weights).toFixed(2),
      whole(total.bytes),
      whole(total.int8Bytes),
      "",
    ],
  );
}

export function operationsTable({ layers, total }: Report): Html {
  const fewer = (original: number, now: number) => (original === now ? "as before" : `÷ ${times(original, now)}`);
  return table<ReportLayer>(
    "operations-table",
    "Operations of one inference. A multiply-add is one addition and one multiplication",
    [
      name,
      { header: "Output pixels", numeric: true, cell: ({ pixels }) => whole(pixels) },
      { header: "Original multiply-adds", numeric: true, cell: ({ original }) => whole(original.multiplications) },
      { header: "Additions", numeric: true, cell: ({ chosen }) => whole(chosen.additions) },
      { header: "Multiplications", numeric: true, cell: ({ chosen }) => whole(chosen.multiplications) },
      {
        header: "Multiplications against the original",
        numeric: true,
        cell: ({ original, chosen }) => fewer(original.multiplications, chosen.multiplications),
      },
    ],
    layers,
    [
      "All layers with weights",
      "",
      short(total.original.multiplications),
      short(total.chosen.additions),
      short(total.chosen.multiplications),
      fewer(total.original.multiplications, total.chosen.multiplications),
    ],
  );
}

/** Errors nearer to each other are the same. */
const CLEARLY = 0.99;

/** A baseline wins where it misses clearly less in no more bytes. */
export function wins(baseline: BaselineError, { featureMapError, bytes }: ReportLayer): boolean {
  if (baseline.error === undefined || baseline.bytes === undefined || featureMapError === undefined) return false;
  return baseline.bytes <= bytes && baseline.error < CLEARLY * featureMapError;
}

function baselineCell(layer: ReportLayer, baseline: BaselineError | undefined): Content {
  if (baseline === undefined) return NOT_MEASURED;
  if (baseline.error === undefined) return html`<span class="none">skipped: ${baseline.skipped}</span>`;
  const details = [baseline.setting, baseline.bytes !== undefined && `${whole(baseline.bytes)} B`].filter(Boolean);
  const better = wins(baseline, layer) && html` <strong class="wins">better</strong>`;
  return html`${percent(baseline.error)}${better}<br><small>${details.join(", ")}</small>`;
}

export function errorsTable({ layers }: Report): Html {
  const changed = layers.filter(({ scheme, featureMapError }) => scheme !== "int8" || featureMapError !== undefined);
  if (changed.length === 0) return html`<p>Every layer with weights is int8: nothing was decomposed.</p>`;
  const names = [...new Set(changed.flatMap(({ baselines }) => baselines?.map(({ baseline }) => baseline) ?? []))];
  const find = (layer: ReportLayer, wanted: string) => layer.baselines?.find(({ baseline }) => baseline === wanted);
  const chosen: Column<ReportLayer> = {
    header: "Chosen",
    numeric: true,
    cell: ({ scheme, rank, bytes, featureMapError }) => {
      const error = featureMapError === undefined ? NOT_MEASURED : html`<strong>${percent(featureMapError)}</strong>`;
      return html`${error}<br><small>${rank === undefined ? scheme : `K = ${rank}`}, ${whole(bytes)} B</small>`;
    },
  };
  const baselines =
    names.length === 0
      ? [{ header: "Baselines", cell: () => NOT_MEASURED }]
      : names.map((each) => ({
          header: each,
          numeric: true,
          cell: (layer: ReportLayer) => baselineCell(layer, find(layer, each)),
        }));
  return table<ReportLayer>(
    "errors-table",
    "Share of the wanted output's variance that the layer misses on the calibration samples; less is better",
    [
      name,
      chosen,
      ...baselines,
      {
        header: "Weight error",
        numeric: true,
        cell: ({ weightError }) => (weightError === undefined ? NOT_MEASURED : percent(weightError)),
      },
    ],
    changed,
  );
}
