// The arenas of the reference networks stay within what they are to run in (tables and scratch included).
import assert from "node:assert/strict";
import { test } from "node:test";
import { compiledModel, type ModelName } from "../bench/speed/models.ts";
import { noCifar10 } from "./support/data.ts";
import { noMlperf } from "./support/mlperf.ts";

const KB = 1024;
const LIMITS: [name: ModelName, bytes: number][] = [
  ["resnet8", 44 * KB],
  ["resnet8_small", 36 * KB],
  ["dscnn", 18 * KB],
  ["dscnn_int8", 12 * KB],
  ["vww_int8", 60 * KB],
];

for (const [name, bytes] of LIMITS) {
  const skip = noMlperf || (name.startsWith("resnet8") && noCifar10);
  test(`${name} runs in ${bytes / KB} KB, the least that its plan can take`, { skip }, async () => {
    const { program, arenaLowerBound } = await compiledModel(name);
    assert.ok(program.arenaBytes <= bytes, `${program.arenaBytes} bytes`);
    assert.ok(program.arenaBytes <= 1.02 * arenaLowerBound, `${program.arenaBytes}, at least ${arenaLowerBound}`);
  });
}
