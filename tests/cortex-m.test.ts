// Instructions of whole networks on Cortex-M cores stay what they were, and the networks give the same bytes there.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CORES, type Core, countInstructions, noCortexM } from "../bench/cortex-m/index.ts";
import type { Expected } from "../bench/cortex-m/table.ts";
import { benchModel, type ModelName } from "../bench/speed/models.ts";
import { OF_SIGNS } from "../host/kinds.ts";
import { readModel } from "../host/read.ts";
import { noCifar10 } from "./support/data.ts";
import { noMlperf } from "./support/mlperf.ts";

const CASES: [core: Core, name: ModelName][] = [
  ["m4", "resnet8"],
  ["m4", "dscnn"],
  ["m4", "dscnn_int8"],
  ["m0", "resnet8"],
];

const models: Partial<Record<ModelName, Promise<Uint8Array>>> = {};
const file = new URL("../bench/cortex-m/expected.json", import.meta.url);
const expected: Expected[] = JSON.parse(readFileSync(file, "utf8"));

for (const [core, name] of CASES) {
  const skip = noCortexM || noMlperf || (name === "resnet8" && noCifar10);
  test(`${core}: ${name} is right, in as many instructions as expected.json has, but for 1 %`, { skip }, async () => {
    models[name] ??= benchModel(name);
    const { total, correct } = await countInstructions(core, await models[name], name);
    assert.ok(correct);
    const kept = expected.find(
      (row) => row.core === core && row.name === name && row.kernels === "runtime" && row.checks === "STORES",
    )!;
    const change = total / kept.total - 1;
    assert.ok(
      Math.abs(change) <= 0.01,
      `${total} instructions, ${(100 * change).toFixed(1)} % from ${kept.total}: npm run cortex-m keeps the new figures`,
    );
  });
}

for (const core of Object.keys(CORES) as Core[]) {
  test(`${core}: without assembler DS-CNN is right as well`, { skip: noCortexM || noMlperf }, async () => {
    models.dscnn ??= benchModel("dscnn");
    const { correct } = await countInstructions(core, await models.dscnn, "dscnn", "sums-in-c");
    assert.ok(correct);
  });
}

/** Most instructions of the translated runtime for each of the same kernels in C. */
const MOST = 1.15;

for (const core of Object.keys(CORES) as Core[]) {
  const skip = noCortexM || noMlperf || noCifar10;
  test(`${core}: ResNet-8's layers of signs take at most ${MOST} times what they do in plain C`, {
    skip,
  }, async (t) => {
    models.resnet8 ??= benchModel("resnet8");
    const model = await models.resnet8;
    const kinds = readModel(model, "resnet8").layers.map(({ kind }) => kind);
    const count = async (kernels: "runtime" | "plain-signs") => {
      const { layers, correct } = await countInstructions(core, model, "resnet8", kernels);
      assert.ok(correct, kernels);
      return layers.filter((_, i) => OF_SIGNS.has(kinds[i])).reduce((sum, n) => sum + n, 0);
    };
    const [translated, plain] = [await count("runtime"), await count("plain-signs")];
    t.diagnostic(`${translated} / ${plain} = ${(translated / plain).toFixed(3)}`);
    assert.ok(translated <= MOST * plain, `${translated} instructions, ${plain} in C`);
  });
}
