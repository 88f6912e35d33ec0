import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { Engine } from "../../host/engine.ts";
import { selfTest } from "../../host/passes/self-test.ts";
import { writeModel } from "../../host/write.ts";
import { CASES } from "./cases.ts";
import { type Compared, outcome } from "./compare.ts";
import { LEVELS } from "./host.ts";
import { HOSTS } from "./hosts.ts";
import { table, writeFolder } from "./table.ts";

const { cases, skipped } = await table();
const folder = writeFolder(cases);

for (const { name, reason } of skipped) test(name, { skip: reason }, () => {});

test("the table's outputs vary: a case whose output is constant proves nothing", () => {
  for (const { name, outputs } of cases)
    assert.ok(new Set(outputs.flatMap((values) => [...values])).size > 1 || name === "Softmax over 1", name);
});

test("a checksum that differs, a line that lacks and a host that fails are differences of their cases", async () => {
  const printed = await HOSTS[0].run(folder);
  const changed = printed.replace(/^0 0 .*/, "0 0 00000000").replace(/^.*\n(?=memory)/m, "");
  const differences = async (run: () => Promise<string>) => {
    const { cases: all } = await outcome({ ...HOSTS[0], run }, cases, folder);
    return all.flatMap((those, c) => (those.length > 0 ? [c] : []));
  };
  assert.deepEqual(await differences(async () => printed), []);
  assert.deepEqual(await differences(async () => changed), [0, cases.length - 1]);
  assert.equal((await differences(() => Promise.reject(new Error("trap")))).length, cases.length);
});

const memories = new Set<number>();

for (const host of HOSTS) {
  describe(host.name, { skip: host.skip }, () => {
    let compared: Compared;
    before(async () => {
      compared = await outcome(host, cases, folder);
      if (compared.memory !== undefined) memories.add(compared.memory);
    });
    cases.forEach(({ name }, c) => {
      test(name, () => assert.deepEqual(compared.cases[c], []));
    });
    if (host.shows === "layers and memory")
      test("memory grows as on the hosts before", () => assert.equal(memories.size, 1));
  });
}

for (const level of LEVELS) {
  test(`the self-test passes at ${level}, and names the layer whose bits differ`, async () => {
    for (const { name, program } of CASES) {
      const record = selfTest(program, 0x2545f491);
      (await Engine.load(writeModel({ ...program, selfTest: record }), name, level)).selfTest();
      const layer = record.checksums.length - 1;
      record.checksums[layer] ^= 1;
      const wrong = await Engine.load(writeModel({ ...program, selfTest: record }), name, level);
      assert.throws(() => wrong.selfTest(), { code: "E_MODEL", record: layer }, name);
    }
  });
}
