// A report as a file, in the format that the file's name says.

import { HalfbitError } from "../errors.ts";
import { renderHtml } from "./html/page.ts";
import type { Report } from "./report.ts";

/** Throws E_USAGE where the name has another extension. */
export function reportFormat(path: string): "html" | "json" {
  const format = /\.(html|json)$/i.exec(path)?.[1].toLowerCase();
  if (format === "html" || format === "json") return format;
  throw new HalfbitError("E_USAGE", `${path}: a report is HTML or JSON; end its name with .html or .json`);
}

export async function renderReport(report: Report, path: string): Promise<Uint8Array> {
  const text = reportFormat(path) === "html" ? await renderHtml(report) : `${JSON.stringify(report, null, 2)}\n`;
  return new TextEncoder().encode(text);
}
