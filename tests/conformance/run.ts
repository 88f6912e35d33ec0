// `npm run conformance -- [--json FILE]`: the table on every host that is here, and the matrix. Exit code 1 where a byte
// differs.
import { parseArgs } from "node:util";
import { writeAtomically } from "../../host/files.ts";
import { outcome } from "./compare.ts";
import { HOSTS } from "./hosts.ts";
import { differing, matrix, type Outcome } from "./matrix.ts";
import { table, writeFolder } from "./table.ts";

const { json } = parseArgs({ options: { json: { type: "string" } } }).values;
const print = (text: string) => process.stdout.write(`${text}\n`);

const { cases, skipped } = await table();
const folder = writeFolder(cases);
const outcomes: Outcome[] = [];
for (const host of HOSTS) {
  if (host.skip) {
    skipped.push({ name: host.name, reason: host.skip });
    continue;
  }
  const start = performance.now();
  const compared = await outcome(host, cases, folder);
  outcomes.push({ host: host.name, compared });
  process.stderr.write(`${host.name}: ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
}

for (const { host, compared } of outcomes)
  compared.cases.forEach((differences, c) => {
    for (const difference of differences) print(`${host}: ${cases[c].name}: ${difference}`);
  });
const memories = new Set(outcomes.flatMap(({ compared }) => compared.memory ?? []));
if (memories.size > 1) print(`memory has grown to different sizes: ${[...memories].join(", ")} bytes`);
const wrong = outcomes.reduce((sum, { compared }) => sum + differing(compared), 0);
print(`\n${matrix(cases, outcomes)}\n`);
print(`${outcomes.length} hosts × ${cases.length} cases, ${wrong === 0 ? "all equal" : `${wrong} that differ`}`);
for (const { name, reason } of skipped) print(`skipped: ${name}: ${reason}`);
if (json) {
  const result = { hosts: outcomes.map(({ host }) => host), cases: cases.length, differing: wrong, skipped };
  writeAtomically(json, new TextEncoder().encode(`${JSON.stringify(result)}\n`));
}
process.exitCode = wrong > 0 || memories.size > 1 ? 1 : 0;
