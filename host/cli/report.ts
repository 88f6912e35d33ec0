// --report at the command line: files that can be written are checked first, and written last.

import { resolve } from "node:path";
import type { Compiled } from "../compile.ts";
import { HalfbitError } from "../errors.ts";
import { checkWritable, writeAtomically } from "../files.ts";
import type { Source } from "../import/source.ts";
import type { CompileOptions, Samples } from "../options.ts";
import type { Measurements } from "../report/measure.ts";
import { reportFormat } from "../report/render.ts";
import type { StageSeconds } from "../report/report.ts";
import { type SampleFile, spread } from "./compile-inputs.ts";
import { Progress } from "./progress.ts";

/** Before minutes of work. Throws E_USAGE, E_WRITE. */
export function checkReports(reports: readonly string[], output: string): void {
  for (const report of reports) {
    reportFormat(report);
    if (resolve(report) === resolve(output))
      throw new HalfbitError("E_USAGE", `${report}: the report and the model need names of their own`);
    checkWritable(report);
  }
}

/** Most samples that a report judges on. */
const MOST_JUDGED = 500;
/** Fewer say too little. */
const LEAST_JUDGED = 50;

/** The samples at `left`, which nothing was made with, spread evenly; undefined where they are too few. */
export function unseenSamples(file: SampleFile, left: readonly number[]): Samples | undefined {
  if (left.length < LEAST_JUDGED) return undefined;
  const indices = spread(left, MOST_JUDGED);
  return { data: file.read(indices), count: indices.length };
}

/** Measures what a report holds, and writes it under every name. */
export async function writeReports(
  reports: readonly string[],
  source: Source,
  compiled: Compiled,
  options: CompileOptions,
  { seconds, unseen, quiet }: { seconds: StageSeconds[]; unseen?: Samples; quiet?: boolean },
): Promise<void> {
  const [{ buildReport }, { renderReport }] = await Promise.all([
    import("../report/report.ts"),
    import("../report/render.ts"),
  ]);
  const progress = new Progress(quiet);
  const measured = await measuredFor(
    source,
    compiled,
    { ...options, onProgress: progress.update.bind(progress) },
    unseen,
  );
  progress.end();
  const { report = compiled.report, ...others } = measured;
  const built = buildReport({ ...compiled, report }, { seconds, ...others });
  for (const path of reports) writeAtomically(path, await renderReport(built, path));
}

/** Nothing without samples; nor after an interrupt, for who does not wait for training does not wait for a report. */
async function measuredFor(
  source: Source,
  compiled: Compiled,
  { calibration, ...options }: CompileOptions,
  unseen?: Samples,
): Promise<Partial<Measurements>> {
  if (!calibration || options.signal?.aborted) return {};
  const { measure } = await import("../report/measure.ts"); // TensorFlow.js is slow to load
  return measure(source, compiled, { ...options, calibration }, unseen);
}
