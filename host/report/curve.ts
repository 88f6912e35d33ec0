// Bytes against closeness: the file that was written among others, compiled for the report with one scheme for all layers.

import { compile } from "../compile.ts";
import { HalfbitError } from "../errors.ts";
import type { Source } from "../import/source.ts";
import type { CompileOptions, Samples, Scheme } from "../options.ts";
import type { Judge } from "./closeness.ts";
import type { CurvePoint } from "./report.ts";

interface Setting {
  scheme: Scheme;
  rank: number;
}

/** Those that are solved soon come first: the time may not be enough for all. */
const SETTINGS: Setting[] = [
  { scheme: "int8", rank: 1 },
  { scheme: "bits:2", rank: 1 },
  { scheme: "bits:3", rank: 1 },
  { scheme: "semi-binary", rank: 0.5 },
  { scheme: "semi-binary", rank: 1 },
  { scheme: "semi-binary", rank: 2 },
  { scheme: "semi-binary", rank: 3 },
];
/** No further setting is begun after so long. All for ResNet-8 take 130 s of one core, K = 3·T 50 of them. */
const MAX_MS = 80_000;

/** Points by rising bytes, and the names of the settings that there was no time for, or no way to compile. */
export async function curve(
  source: Source,
  options: CompileOptions,
  calibration: Samples,
  judge: Judge,
): Promise<{ points: CurvePoint[]; skipped: string[] }> {
  const { target, recover, finetune, onProgress } = options;
  const known = !target && !recover && !finetune;
  const settings = SETTINGS.filter((one) => !(known && nameOf(one) === nameOf(options)));
  const points: CurvePoint[] = [];
  const skipped: string[] = [];
  const began = performance.now();
  for (const [done, setting] of settings.entries()) {
    onProgress?.("report: other settings", done, settings.length);
    const point =
      performance.now() - began < MAX_MS && (await compiledPoint(source, options, setting, calibration, judge));
    if (point) points.push(point);
    else skipped.push(nameOf(setting));
  }
  onProgress?.("report: other settings", settings.length, settings.length);
  return { points: points.sort((a, b) => a.bytes - b.bytes), skipped };
}

async function compiledPoint(
  source: Source,
  { solver, objective, seed, steps, overrides }: CompileOptions,
  setting: Setting,
  calibration: Samples,
  judge: Judge,
): Promise<CurvePoint | undefined> {
  try {
    const options = { ...setting, solver, objective, seed, steps, overrides, calibration };
    const { file, program } = await compile(source, options);
    return { setting: nameOf(setting), bytes: file.length, ...(await judge.integers(file, program)) };
  } catch (error) {
    if (error instanceof HalfbitError) return undefined; // what one scheme cannot do must not cost the whole report
    throw error;
  }
}

export function nameOf({ scheme, rank }: Setting): string {
  return scheme === "semi-binary" ? `semi-binary, K = ${Number(rank.toFixed(2))}·T` : scheme;
}
