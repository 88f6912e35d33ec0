// Node's test runner's reporter for tools/test/host.mjs: a line a file as it ends, details of what failed, and the
// results as JSON in $HALFBIT_TEST_RESULTS.
import { writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { inspect } from "node:util";

function isSuite(data) {
  return data.details?.type === "suite";
}

/** The error that the test threw, beneath the runner's own wrapping. */
function failureText(data) {
  const error = data.details?.error;
  const cause = error?.cause ?? error;
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause);
  return text
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
}

/** A parent fails because its subtest did: the subtest is the one to show and count. */
function failedBelow(data) {
  return data.details?.error?.failureType === "subtestsFailed";
}

/** The runner passes a file that defines no test, under the file's own name. */
function definesNoTest(data) {
  return data.file !== undefined && path.resolve(data.name) === data.file;
}

const LONG_MS = 5000;

const relative = (file) => (file ? path.relative(process.cwd(), file) : "?");

export default async function* report(events) {
  const totals = { passed: 0, failed: 0, skipped: [] };
  let file = "";
  let inFile = { passed: 0, failed: 0, skipped: 0, ms: 0 };
  function* fileLine() {
    if (file === "") return;
    const { passed, failed, skipped, ms } = inFile;
    const skips = skipped > 0 ? `, ${skipped} skipped` : "";
    yield `${failed > 0 ? "FAILED" : "ok"} ${file}: ${passed} passed, ${failed} failed${skips} (${(ms / 1000).toFixed(1)} s)\n`;
  }
  for await (const { type, data } of events) {
    if (type === "test:stderr" || type === "test:stdout") {
      yield data.message;
      continue;
    }
    if (type !== "test:pass" && type !== "test:fail") continue;
    if (relative(data.file) !== file) {
      yield* fileLine();
      file = relative(data.file);
      inFile = { passed: 0, failed: 0, skipped: 0, ms: 0 };
    }
    if (data.nesting === 0) inFile.ms += data.details.duration_ms;
    const reason = data.skip ?? data.todo;
    if (type === "test:pass" && definesNoTest(data)) {
      inFile.failed++;
      totals.failed++;
      yield `FAILED ${file}: it defines no test\n`;
    } else if (reason !== undefined && type === "test:pass") {
      inFile.skipped++;
      totals.skipped.push({ file, name: data.name, reason: typeof reason === "string" ? reason : "no reason" });
    } else if (type === "test:fail") {
      if (failedBelow(data)) continue;
      inFile.failed++;
      totals.failed++;
      yield `FAILED ${file}: ${data.name}\n${failureText(data)}\n`;
    } else if (!isSuite(data)) {
      inFile.passed++;
      totals.passed++;
      const ms = data.details.duration_ms;
      if (ms > LONG_MS) yield `   ${file}: ${data.name} (${(ms / 1000).toFixed(1)} s)\n`;
    }
  }
  yield* fileLine();
  if (process.env.HALFBIT_TEST_RESULTS) writeFileSync(process.env.HALFBIT_TEST_RESULTS, JSON.stringify(totals));
}
