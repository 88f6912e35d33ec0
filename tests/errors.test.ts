// docs/errors.md explains every code, exit code and status that there is.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { statusName, statusText } from "../format/messages.ts";
import * as status from "../format/status.ts";
import { CODES, EXIT, HalfbitError, refused } from "../host/errors.ts";

const page = readFileSync(new URL("../docs/errors.md", import.meta.url), "utf8");

test("every code stands on the page with its exit code, and no others do", () => {
  const rows = [...page.matchAll(/^\| `(E_\w+)` \| (\d+) \|/gm)].map(([, code, exit]) => [code, Number(exit)]);
  assert.deepEqual(rows, Object.entries(CODES));
});

test("every exit code stands on the page", () => {
  const rows = [...page.matchAll(/^\| (\d+) \| [^`|]+ \|$|^\| (\d+) \| .*HALFBIT_DEBUG/gm)].map((row) =>
    Number(row[1] ?? row[2]),
  );
  for (const code of Object.values(EXIT)) assert.ok(rows.includes(code), `exit code ${code}`);
});

test("every status of format/status.ts has its own name and text, and the page has them", () => {
  for (const [name, number] of Object.entries(status)) {
    assert.equal(`STATUS_${statusName(number)}`, name);
    assert.ok(page.includes(`| ${number} | \`${statusName(number)}\` | ${statusText(number)} |\n`), name);
  }
  assert.equal(statusName(Object.keys(status).length), "UNKNOWN");
});

test("an error knows its exit code, and a refusal its status and record", () => {
  assert.equal(new HalfbitError("E_WRITE", "x").exitCode, EXIT.output);
  const error = refused("m.bin", status.STATUS_WEIGHTS, 3);
  assert.deepEqual([error.code, error.status, error.record], ["E_MODEL", status.STATUS_WEIGHTS, 3]);
  assert.match(error.message, /^m\.bin: .* \(record 3\) \[WEIGHTS\]$/);
});
