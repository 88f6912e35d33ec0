// What is measured: one compilation a row and fold.

import type { CompileOptions, Scheme } from "../../host/options.ts";
import { ABLATION } from "./ablation.ts";

export interface Row {
  id: string;
  /** Table that it stands in. */
  group: "budget" | "scheme" | "equal bytes" | "ablation";
  network: "resnet8" | "dscnn";
  /** Column of the table by bytes, or the name of a scheme. */
  title: string;
  options: Pick<CompileOptions, "scheme" | "rank" | "target" | "solver" | "objective" | "steps">;
  /** Row whose bytes are the budget, instead of options.target. */
  bytesOf?: string;
  recoverMinutes?: number;
  finetuneEpochs?: number;
}

const base = { scheme: "semi-binary", rank: 1, solver: "admm", objective: "feature-map" } as const;

/** Bytes of the whole model file that the targets of the project are set for. */
export const BUDGETS = { resnet8: [12_500, 18_000, 23_500, 29_000], dscnn: [15_500, 20_000] } as const;

export const COLUMNS = ["no training", "label-free recovery", "with labels"] as const;

/** Minutes; of DS-CNN, a fold. */
const RECOVER = { resnet8: 12, dscnn: 1.5 } as const;
const FINETUNE_EPOCHS = 10;

function byBudget(): Row[] {
  return (["resnet8", "dscnn"] as const).flatMap((network) =>
    BUDGETS[network].flatMap((bytes) => {
      const options = { ...base, target: { kind: "budget", bytes } as const };
      const row = (title: (typeof COLUMNS)[number], more: Partial<Row>): Row => ({
        id: `${network}-${bytes}-${title.replaceAll(" ", "-")}`,
        group: "budget",
        network,
        title,
        options,
        ...more,
      });
      const rows = [row(COLUMNS[0], {}), row(COLUMNS[1], { recoverMinutes: RECOVER[network] })];
      return network === "dscnn" ? rows : [...rows, row(COLUMNS[2], { finetuneEpochs: FINETUNE_EPOCHS })];
    }),
  );
}

function byScheme(): Row[] {
  const schemes: { title: string; scheme: Scheme; rank?: number; solver?: "greedy"; objective?: "weights" }[] = [
    { title: "int8", scheme: "int8" },
    { title: "sign(W)", scheme: "sign", solver: "greedy", objective: "weights" },
    { title: "α·B", scheme: "alpha", solver: "greedy", objective: "weights" },
    ...([1, 2, 3, 4] as const).map((n) => ({ title: `${n}-bit weights (GPTQ)`, scheme: `bits:${n}` as const })),
    ...([2, 3] as const).map((n) => ({ title: `Σα·B, ${n} planes`, scheme: `planes:${n}` as const })),
    ...[1, 2, 3].map((rank) => ({
      title: `semi-binary, greedy, K = ${rank}T`,
      scheme: "semi-binary" as const,
      rank,
      solver: "greedy" as const,
    })),
    ...[0.5, 1, 1.5, 2, 3].map((rank) => ({
      title: `semi-binary, K = ${rank}T`,
      scheme: "semi-binary" as const,
      rank,
    })),
  ];
  return (["resnet8", "dscnn"] as const).flatMap((network) =>
    schemes.map(
      ({ title, ...options }): Row => ({
        id: `${network}-${title.replaceAll(/[ ,]+/g, "-")}`,
        group: "scheme",
        network,
        title,
        options: { ...base, ...options },
      }),
    ),
  );
}

/** Of ResNet-8, what --budget chooses at the bytes of each scheme that it could choose alike for every layer. */
function atEqualBytes(rows: readonly Row[]): Row[] {
  const chosen = rows.filter(({ network, options: { scheme, solver, rank } }) => {
    return (
      network === "resnet8" &&
      solver === "admm" &&
      (scheme.startsWith("bits:") || (scheme === "semi-binary" && rank >= 1))
    );
  });
  return chosen.map((row) => ({
    ...row,
    id: equalBytesId(row.id),
    group: "equal bytes",
    options: base,
    bytesOf: row.id,
  }));
}

export const equalBytesId = (id: string): string => `${id}-equal-bytes`;

const SCHEMES = byScheme();

export const ROWS: Row[] = [...SCHEMES, ...atEqualBytes(SCHEMES), ...byBudget(), ...ABLATION];
