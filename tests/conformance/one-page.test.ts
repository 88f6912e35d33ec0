// A whole network in one page of 64 KiB: code's data, model, arena. The module's memory begins with a page; here it is
// also its limit, so that an engine must refuse another one.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../support/commands.ts";
import { noMlperf } from "../support/mlperf.ts";
import { outcome } from "./compare.ts";
import { LEVELS, modulePath } from "./host.ts";
import { HOSTS } from "./hosts.ts";
import { networkCase, writeFolder } from "./table.ts";

const PAGE = 65536;
const MEMORY_SECTION = 5;
const HEADER_BYTES = 8;

/** The module with a memory of exactly one page. Numbers of a module are LEB128: 7 bits a byte, all but the last marked. */
function inOnePage(module: Uint8Array): Uint8Array {
  let at = HEADER_BYTES;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = module[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  for (;;) {
    const start = at;
    const section = module[at++];
    const end = number() + at;
    if (section === MEMORY_SECTION) {
      // One memory, without a limit, of a page: now with the limit of a page.
      assert.deepEqual([...module.subarray(at, end)], [1, 0, 1]);
      const limited = [MEMORY_SECTION, 4, 1, 1, 1, 1];
      return Uint8Array.from([...module.subarray(0, start), ...limited, ...module.subarray(end)]);
    }
    at = end;
  }
}

const folder = temporaryFolder();
const limited = Object.fromEntries(
  LEVELS.map((level) => {
    const path = join(folder, `${level}.wasm`);
    writeFileSync(path, inOnePage(readFileSync(modulePath(level))));
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
