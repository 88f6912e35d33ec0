// The tables of what was tried, trained, and lost on the way from the original to the integers.

import type { TrainingReport } from "../../passes/recover.ts";
import type { Report } from "../report.ts";
import type { StageLoss } from "../stages.ts";
import { judgedOn } from "./curve.ts";
import type { Html } from "./html.ts";
import { accuracy, percent, whole } from "./numbers.ts";
import { table } from "./table.ts";

export function allocationTable({ judged, heldBack }: NonNullable<Report["allocation"]>): Html {
  return table<(typeof judged)[number]>(
    "allocation-table",
    `Every allocation was solved and judged by its loss (KL divergence of classes) on ${whole(heldBack)} calibration samples held back; for a size, one is chosen over those before it only where its loss is clearly less`,
    [
      { header: "Allocation", cell: ({ name }) => name },
      { header: "Bytes", numeric: true, cell: ({ bytes }) => whole(bytes) },
      { header: "Loss", numeric: true, cell: ({ loss }) => loss.toFixed(4) },
      { header: "", cell: ({ chosen }) => (chosen ? "chosen" : "") },
    ],
    judged,
  );
}

export function trainingTable(training: readonly TrainingReport[]): Html {
  return table<TrainingReport>(
    "training-table",
    "Loss on samples that training holds back: KL divergence to the original network's answers",
    [
      { header: "Stage", cell: ({ stage }) => (stage === "recover" ? "recovery without labels" : "fine-tuning") },
      { header: "Loss before", numeric: true, cell: ({ before }) => before.toFixed(4) },
      { header: "Loss after", numeric: true, cell: ({ after }) => after.toFixed(4) },
      { header: "Ended", cell: ({ finished }) => (finished ? "as planned" : "interrupted") },
    ],
    training,
  );
}

export function stagesTable({ stages = [], judged }: Report): Html {
  const divergence = judged?.measure === "KL divergence";
  const written = (loss: number) => (divergence ? loss.toFixed(4) : percent(loss)).replace("-", "−");
  const added = (stage: StageLoss) => stage.loss - (stages[stages.indexOf(stage) - 1]?.loss ?? 0);
  return table<StageLoss>(
    "stages-table",
    `Against the original network in float, ${judgedOn(judged)}; each stage after those before it`,
    [
      { header: "Stage", cell: ({ stage }) => stage },
      {
        header: divergence ? "KL divergence" : "Variance missed",
        numeric: true,
        cell: ({ loss }) => written(loss),
      },
      { header: "Of it, added here", numeric: true, cell: (stage) => written(added(stage)) },
      ...(stages.some(({ agreement }) => agreement !== undefined)
        ? [{ header: "Top-1 agreement", numeric: true, cell: ({ agreement }: StageLoss) => accuracy(agreement) }]
        : []),
      { header: "What it is", prose: true, cell: ({ what }) => what },
    ],
    stages,
  );
}
