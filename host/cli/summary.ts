// What a compilation prints when it is done.

import type { Compiled, LayerReport } from "../compile.ts";
import type { TrainingReport } from "../passes/recover.ts";
import type { StageSeconds } from "../report/report.ts";
import { table, thousands } from "./output.ts";

interface Files {
  source: string;
  output: string;
}

export function summary(
  { source, output }: Files,
  { file, sourceBytes, program, report, training }: Compiled,
  seconds: StageSeconds[],
): string {
  return `${layerTable(report)}
source ${thousands(sourceBytes)} bytes: ${source}
model  ${thousands(file.length)} bytes: ${output}
arena  ${thousands(program.arenaBytes)} bytes
${training.map(trainingLine).join("")}time   ${timesOf(seconds)}
`;
}

function layerTable(report: LayerReport[]): string {
  const rows = report.map((layer) => [
    layer.name,
    layer.kind,
    layer.scheme,
    layer.rank ?? "",
    layer.int8Bytes,
    layer.weightBytes,
    percent(layer.weightError),
    percent(layer.featureMapError),
    layer.why ?? layer.reason ?? "",
  ]);
  const header = ["layer", "kind", "scheme", "K", "int8 bytes", "bytes", "weight error", "output error", ""];
  return table(header, rows);
}

/** What training did to the loss on the samples that it did not train on. */
function trainingLine({ stage, before, after, finished }: TrainingReport): string {
  const end = finished ? "" : ", interrupted";
  return `${stage}: held-back loss ${before.toFixed(4)} before, ${after.toFixed(4)} after${end}\n`;
}

/** The whole, and the stages that took a tenth of a second. */
function timesOf(seconds: StageSeconds[]): string {
  const whole = seconds.reduce((sum, stage) => sum + stage.seconds, 0);
  const long = seconds.filter((stage) => stage.seconds >= 0.1);
  return `${whole.toFixed(1)} s: ${long.map((stage) => `${stage.stage} ${stage.seconds.toFixed(1)}`).join(", ")}`;
}

function percent(share: number | undefined): string {
  return share === undefined ? "" : `${(100 * share).toFixed(2)} %`;
}
