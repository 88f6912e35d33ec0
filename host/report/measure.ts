// What a report measures beside the compilation itself.

import type { Compiled, LayerReport } from "../compile.ts";
import type { Source } from "../import/source.ts";
import type { CompileOptions, Samples } from "../options.ts";
import { trains } from "../passes/recover.ts";
import { judgeAgainst } from "./closeness.ts";
import { curve, nameOf } from "./curve.ts";
import { measureBaselines } from "./measure-baselines.ts";
import { bytesWithoutLabels, type CurvePoint, type Measured } from "./report.ts";
import { stageLosses } from "./stages.ts";

export interface Measurements extends Measured {
  /** That of the compilation, with baselines. */
  report: LayerReport[];
}

/** Samples that the other settings are solved on, few so that a report takes a minute or two. */
const CURVE_SAMPLES = 100;
/** One calibration sample of so many, the last ones, is held back from the other settings where nothing else is there. */
const HELD_SHARE = 5;
/** Layers meet their baselines on so many of the calibration samples. */
const BASELINE_SAMPLES = 500;

/**
 * Baselines of the layers, losses of the stages and the curve. unseen: samples that no part of the compilation met, to
 * judge on; without any, the last fifth of the calibration samples are, which then only the other settings do not see.
 */
export async function measure(
  source: Source,
  compiled: Compiled,
  options: CompileOptions & { calibration: Samples },
  unseen?: Samples,
): Promise<Measurements> {
  const { calibration } = options;
  const held = Math.max(1, Math.floor(calibration.count / HELD_SHARE));
  const kept = Math.max(1, calibration.count - held);
  const judged = unseen ?? part(calibration, calibration.count - held, calibration.count);
  const used = spread(unseen ? calibration : part(calibration, 0, kept), CURVE_SAMPLES);
  const report = await measureBaselines(compiled, { ...options, calibration: spread(calibration, BASELINE_SAMPLES) });
  options.onProgress?.("report: stages", 0, 1);
  const judge = await judgeAgainst(compiled.graph, judged);
  const stages = await stageLosses(compiled, judge);
  const { points, skipped } = await curve(source, options, used, judge);
  const { agreement, loss } = stages.at(-1)!;
  const chosen: CurvePoint = {
    setting: ownName(options),
    bytes: bytesWithoutLabels(compiled),
    agreement,
    loss,
    chosen: true,
  };
  return {
    report,
    judged: { count: judged.count, unseen: unseen !== undefined, measure: judge.measure },
    stages,
    curve: { samples: used.count, points: [...points, chosen].sort((a, b) => a.bytes - b.bytes), skipped },
  };
}

function ownName(options: CompileOptions): string {
  const { scheme, rank, target } = options;
  const trained = trains(options) ? ", trained" : "";
  return `${target ? "chosen by layer" : nameOf({ scheme, rank })}${trained}`;
}

function part({ data, count }: Samples, from: number, to: number): Samples {
  const each = data.length / count;
  return { data: data.subarray(from * each, to * each), count: to - from };
}

/** At most `most` samples, spread evenly. */
function spread(samples: Samples, most: number): Samples {
  const { data, count } = samples;
  if (count <= most) return samples;
  const each = data.length / count;
  const picked = new Float32Array(most * each);
  for (let i = 0; i < most; i++) {
    const from = Math.floor((i * count) / most);
    picked.set(data.subarray(from * each, (from + 1) * each), i * each);
  }
  return { data: picked, count: most };
}
