// tools/: what npm start and npm test promise of themselves.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), "halfbit-tools-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const CASES: { name: string; source: string; expected: { passed: number; failed: number; skipped: string[] } }[] = [
  {
    name: "tests, subtests and suites count once each where they pass",
    source: `test("a", () => {}); describe("b", () => { test("c", () => {}); test("d", () => {}); });`,
    expected: { passed: 3, failed: 0, skipped: [] },
  },
  {
    name: "a skipped test counts with its reason, and a skipped suite as one",
    source: `test("a", { skip: "no data" }, () => {}); test("b", (t) => t.skip("no engine"));
             describe("c", { skip: "no oracle" }, () => { test("d", () => {}); });`,
    expected: { passed: 0, failed: 0, skipped: ["no data", "no engine", "no oracle"] },
  },
  {
    name: "a failing subtest counts once, not for its parent too",
    source: `test("a", async (t) => { await t.test("b", () => { throw new Error("x"); }); });`,
    expected: { passed: 0, failed: 1, skipped: [] },
  },
  {
    name: "a file that defines no test has failed",
    source: "",
    expected: { passed: 0, failed: 1, skipped: [] },
  },
  {
    name: "a file that does not start has failed",
    source: `import "./no-such-file.mjs";`,
    expected: { passed: 0, failed: 1, skipped: [] },
  },
];

for (const [i, { name, source, expected }] of CASES.entries()) {
  test(`the test report: ${name}`, () => {
    const file = path.join(folder, `case-${i}.test.mjs`);
    const results = path.join(folder, `results-${i}.json`);
    writeFileSync(file, `import { describe, test } from "node:test";\n${source}\n`);
    // NODE_TEST_CONTEXT would make the runner within a runner report to its parent instead.
    const env = { ...process.env, HALFBIT_TEST_RESULTS: results, NODE_TEST_CONTEXT: undefined };
    const reporter = path.join(ROOT, "tools/test/host-reporter.mjs");
    const flags = ["--test", `--test-reporter=${reporter}`, "--test-reporter-destination=stdout"];
    spawnSync(process.execPath, [...flags, file], { cwd: folder, env });
    const { passed, failed, skipped } = JSON.parse(readFileSync(results, "utf8"));
    const reasons = skipped.map(({ reason }: { reason: string }) => reason);
    assert.deepEqual({ passed, failed, skipped: reasons }, expected);
  });
}

test("set-up that has nothing to do takes less than a second", (t) => {
  const start = performance.now();
  const first = spawnSync(process.execPath, ["tools/bootstrap.mjs"], { cwd: ROOT, encoding: "utf8" });
  const took = performance.now() - start;
  if (first.stderr.includes("building")) return t.skip("the build was stale: run the tests by npm test");
  assert.equal(first.status, 0, first.stderr);
  assert.ok(took < 1000, `it took ${took.toFixed(0)} ms`);
});

test("every command of package.json is a program with a #! line", () => {
  const { bin } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as { bin: Record<string, string> };
  assert.deepEqual(Object.keys(bin).sort(), ["halfbit", "wasmtime"]);
  for (const file of Object.values(bin)) {
    accessSync(path.join(ROOT, file), constants.X_OK);
    assert.match(readFileSync(path.join(ROOT, file), "utf8"), /^#!\/usr\/bin\/env node\n/);
  }
});

test("the launcher and the library find their files in the packed package", () => {
  const { stdout } = spawnSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: ROOT,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  const [{ files }] = JSON.parse(stdout) as { files: { path: string }[] }[];
  const names = files.map((file) => file.path);
  for (const name of ["bin/wasmtime/install.mjs", "tools/wasmtime.requirements.txt", "dist/infer.wasm", "LICENSE"]) {
    assert.ok(names.includes(name), `${name} is not packed`);
  }
  assert.deepEqual(
    names.filter((name) => name.startsWith("dist/debug") || name.endsWith(".map")),
    [],
  );
});
