// Instructions of whole networks on Cortex-M cores stay what they were, and the networks give the same bytes there.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type Core, countInstructions, noCortexM } from "../bench/cortex-m/index.ts";
import type { Expected } from "../bench/cortex-m/table.ts";
import { benchModel, type ModelName } from "../bench/speed/models.ts";
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
    const kept = expected.find((row) => row.core === core && row.name === name && row.kernels === "runtime")!;
    const change = total / kept.total - 1;
    assert.ok(
      Math.abs(change) <= 0.01,
      `${total} instructions, ${(100 * change).toFixed(1)} % from ${kept.total}: npm run cortex-m keeps the new figures`,
    );
  });
}
