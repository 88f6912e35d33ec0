// Markdown tables that are also readable as they stand, with the columns in line.

import type { Timing } from "./rounds.ts";

export type Cell = string | number | undefined;

/** The first `left` columns are text, the others numbers. */
export function table(header: readonly string[], rows: readonly (readonly Cell[])[], left = 1): string {
  const cells = [header, ...rows].map((row) => row.map((cell) => String(cell ?? "")));
  const widths = header.map((_, column) => Math.max(4, ...cells.map((row) => row[column].length)));
  const pad = (text: string, column: number) =>
    column < left ? text.padEnd(widths[column]) : text.padStart(widths[column]);
  const line = (row: readonly string[]) => `| ${row.map(pad).join(" | ")} |`;
  const rule = widths.map((width, column) => (column < left ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [line(cells[0]), line(rule), ...cells.slice(1).map(line)].join("\n");
}

/** Three digits. */
export const digits = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

/** Grouped by thousands. */
export const thousands = (n: number): string => Math.round(n).toLocaleString("en-US");

/** Median, and the spread within which four fifths of the rounds are; seconds in units of `unit`. */
export function spread({ median, low, high }: Timing, unit: number): [string, string] {
  return [digits(median / unit), `${digits(low / unit)}–${digits(high / unit)}`];
}

export const inUnits = ({ median }: Timing, unit: number): string => digits(median / unit);
export const factor = (value: number): string => `${value.toFixed(2)}×`;
export const signedPercent = (share: number): string => `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(0)} %`;
