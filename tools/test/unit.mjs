// The AssemblyScript unit tests (tests/unit, as-pect), at both build levels.
// as-pect passes where it finds no test, and stops at the first file that does not compile: so each file is run by
// itself, and a file that reports no test has failed.
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { capture, ROOT, say } from "../support/project.mjs";
import { COUNTS } from "./unit-reporter.mjs";

const FOLDER = "tests/unit";
const ASP = path.join(ROOT, "node_modules/@as-pect/cli/lib/test.js");

/** Spec files, relative to the project; `*.simd128.spec.ts` are for that level alone. */
export function specFiles(pattern) {
  if (!existsSync(path.join(ROOT, FOLDER))) return [];
  const names = readdirSync(path.join(ROOT, FOLDER), { recursive: true }).map((name) => name.replaceAll("\\", "/"));
  const specs = names.filter((name) => name.endsWith(".spec.ts")).map((name) => `${FOLDER}/${name}`);
  return specs.filter((name) => name.includes(pattern)).sort();
}

/** What as-pect printed, less its banner, its summary, and the line of counts. */
function withoutNoise(output) {
  const body = output
    .split(/^ASC Version:.*\n/m)
    .at(-1)
    .split("\n  [Summary]")[0];
  const lines = body.split("\n").filter((line) => !line.startsWith(COUNTS));
  return lines.join("\n").trimEnd();
}

async function runSpec(file, level) {
  const flags = ["--no-logo", "-c", `${FOLDER}/as-pect.config.js`, "-a", `${FOLDER}/${level}.asconfig.json`];
  const { code, output } = await capture(process.execPath, ["--enable-source-maps", ASP, ...flags, file]);
  const line = output.split("\n").find((text) => text.startsWith(COUNTS));
  const counts = line ? JSON.parse(line.slice(COUNTS.length)) : { passed: 0, failed: 0, todos: [] };
  const ran = counts.passed + counts.failed > 0;
  if (code === 0 && ran) {
    process.stdout.write(`ok ${file} (${level}): ${counts.passed} tests\n`);
  } else {
    process.stdout.write(`FAILED ${file} (${level})${ran ? "" : ": it ran no test"}\n${withoutNoise(output)}\n`);
    counts.failed = Math.max(counts.failed, 1);
  }
  const skipped = counts.todos.map((name) => ({ file: `${file} (${level})`, name, reason: "todo" }));
  return { passed: counts.passed, failed: counts.failed, skipped };
}

/** Runs the specs whose names contain `pattern`; {passed, failed, skipped: [{file, name, reason}]}. */
export async function unitTests(pattern) {
  const files = specFiles(pattern);
  if (files.length === 0 && pattern === "") {
    process.stdout.write(`FAILED ${FOLDER}: there is no spec file\n`);
    return { passed: 0, failed: 1, skipped: [] };
  }
  const totals = { passed: 0, failed: 0, skipped: [] };
  if (files.length > 0) say(`unit tests of the runtime: ${files.length} files at scalar and simd128`);
  for (const level of ["scalar", "simd128"]) {
    for (const file of files) {
      if (file.endsWith(".simd128.spec.ts") && level !== "simd128") continue;
      const { passed, failed, skipped } = await runSpec(file, level);
      totals.passed += passed;
      totals.failed += failed;
      totals.skipped.push(...skipped);
    }
  }
  return totals;
}
