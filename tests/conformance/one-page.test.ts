// A whole network in one page of 64 KiB: code's data, model, arena. The module's memory begins with a page; here it is
// also its limit, so that an engine must refuse another one.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { withMemory } from "../../host/bundle/sections.ts";
import { temporaryFolder } from "../support/commands.ts";
import { noMlperf } from "../support/mlperf.ts";
import { outcome } from "./compare.ts";
import { LEVELS, modulePath } from "./host.ts";
import { HOSTS } from "./hosts.ts";
import { networkCase, writeFolder } from "./table.ts";

const PAGE = 65536;

const folder = temporaryFolder();
const limited = Object.fromEntries(
  LEVELS.map((level) => {
    const path = join(folder, `${level}.wasm`);
    writeFileSync(path, withMemory(readFileSync(modulePath(level)), 1));
    return [level, path];
  }),
);

const fits = noMlperf ? [] : [await networkCase("ResNet-8", "semi-binary")];
const list = writeFolder(fits);

for (const host of HOSTS.filter(({ shows }) => shows === "layers and memory")) {
  test(`ResNet-8, K = T, in one page: ${host.name}`, { skip: noMlperf || host.skip }, async () => {
    const level = LEVELS.find((one) => host.name.endsWith(one))!;
    const run = () => host.run(list, limited[level]);
    const { cases: differences, memory } = await outcome({ ...host, run }, fits, list);
    assert.deepEqual(differences, [[]]);
    assert.equal(memory, PAGE);
  });
}

test("int8 ResNet-8, which needs two pages, is refused there: the limit holds", { skip: noMlperf }, async () => {
  const cases = [await networkCase("ResNet-8", "int8")];
  await assert.rejects(HOSTS[0].run(writeFolder(cases), limited.scalar), /no memory/);
});
