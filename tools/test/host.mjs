// The tests of everything but the runtime's insides: tests/**/*.test.ts, by Node's test runner.
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { ROOT, run, say } from "../support/project.mjs";

const FOLDER = "tests";
const RESULTS = path.join(ROOT, ".cache", `test-results-${process.pid}.json`);
const FLAGS = [
  "--import=tsx",
  "--test",
  "--test-concurrency=2",
  "--test-timeout=900000",
  "--test-reporter=./tools/test/host-reporter.mjs",
  "--test-reporter-destination=stdout",
];

function testFiles(pattern) {
  const names = readdirSync(path.join(ROOT, FOLDER), { recursive: true }).map((name) => name.replaceAll("\\", "/"));
  const tests = names.filter((name) => name.endsWith(".test.ts")).map((name) => `${FOLDER}/${name}`);
  return tests.filter((name) => name.includes(pattern)).sort();
}

function readResults() {
  try {
    return JSON.parse(readFileSync(RESULTS, "utf8"));
  } catch {
    return undefined;
  }
}

/** Runs the files whose names contain `pattern`; {passed, failed, skipped: [{file, name, reason}]}. */
export async function hostTests(pattern) {
  const files = testFiles(pattern);
  if (files.length === 0) return { passed: 0, failed: 0, skipped: [] };
  say(`host tests: ${files.length} files`);
  mkdirSync(path.dirname(RESULTS), { recursive: true });
  const env = { ...process.env, HALFBIT_TEST_RESULTS: RESULTS };
  const code = await run(process.execPath, [...FLAGS, ...files], { env });
  const totals = readResults() ?? { passed: 0, failed: 0, skipped: [] };
  rmSync(RESULTS, { force: true });
  if (code !== 0 && totals.failed === 0) {
    process.stdout.write(`FAILED: the test runner ended with exit code ${code}\n`);
    totals.failed = 1;
  }
  return totals;
}
