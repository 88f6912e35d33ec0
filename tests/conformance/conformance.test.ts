import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Engine } from "../../host/engine.ts";
import { size } from "../../host/graph/graph.ts";
import { selfTest } from "../../host/passes/self-test.ts";
import { writeModel } from "../../host/write.ts";
import { randomInt8 } from "../support/models.ts";
import { CASES } from "./cases.ts";
import { ENGINES, reference } from "./engines.ts";

/** The extremes of int8, alternating extremes, and noise. */
function inputsFor(length: number): Int8Array[] {
  return [
    new Int8Array(length).fill(-128),
    new Int8Array(length).fill(127),
    Int8Array.from({ length }, (_, i) => (i % 2 ? 127 : -128)),
    randomInt8(length, 1),
    randomInt8(length, 2),
  ];
}

const prepared = CASES.map(({ name, program }) => {
  const file = writeModel(program);
  const inputs = inputsFor(size(program.tensors[program.input].shape));
  return { name, program, file, inputs, expected: reference(file, inputs) };
});

test("the table's outputs vary: a case whose output is constant proves nothing", () => {
  for (const { name, expected } of prepared) {
    const last = expected.map((layers) => layers.at(-1)!);
    assert.ok(new Set(last.flatMap((values) => [...values])).size > 1 || name === "Softmax over 1", name);
  }
});

for (const engine of ENGINES) {
  describe(engine.name, { skip: engine.skip }, () => {
    for (const { name, file, inputs, expected } of prepared) {
      test(name, async () => {
        // A process an input is slow: commands run the noise only.
        const from = engine.name.includes("infer.wasm") ? 4 : 0;
        const got = await engine.run(file, inputs.slice(from));
        got.forEach((layers, i) => {
          const want = expected[from + i].slice(-layers.length);
          layers.forEach((values, l) => {
            assert.deepEqual(values, want[l], `input ${from + i}, layer ${l}`);
          });
        });
      });
    }
  });
}

for (const level of ["scalar", "simd128"] as const) {
  test(`the self-test passes at ${level}, and names the layer whose bits differ`, async () => {
    for (const { name, program } of prepared) {
      const record = selfTest(program, 0x2545f491);
      (await Engine.load(writeModel({ ...program, selfTest: record }), name, level)).selfTest();
      const layer = record.checksums.length - 1;
      record.checksums[layer] ^= 1;
      const wrong = await Engine.load(writeModel({ ...program, selfTest: record }), name, level);
      assert.throws(() => wrong.selfTest(), { code: "E_MODEL", record: layer }, name);
    }
  });
}
