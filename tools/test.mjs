// `npm test [-- PATTERN]`: set-up, then the runtime's unit tests and the host's tests whose file names contain PATTERN.
// With HALFBIT_NO_SKIP=1 a skipped test is a failure: nothing may be missing where CI runs.
import process from "node:process";
import { bootstrap } from "./bootstrap.mjs";
import { main } from "./support/project.mjs";
import { hostTests } from "./test/host.mjs";
import { unitTests } from "./test/unit.mjs";

/** A line for each file and reason, naming the test where it is one. */
function summary(skipped) {
  const groups = new Map();
  for (const { file, name, reason } of skipped) {
    const key = `${file}\n${reason}`;
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return [...groups].map(([key, names]) => {
    const [file, reason] = key.split("\n");
    return `${file}: ${names.length === 1 ? names[0] : `${names.length} tests`}: ${reason}`;
  });
}

await main(import.meta, async ([pattern = ""]) => {
  await bootstrap();
  const parts = [await unitTests(pattern), await hostTests(pattern)];
  const passed = parts.reduce((sum, part) => sum + part.passed, 0);
  const failed = parts.reduce((sum, part) => sum + part.failed, 0);
  const skipped = parts.flatMap((part) => part.skipped);
  const print = (line) => process.stdout.write(`${line}\n`);
  if (skipped.length > 0) print("\nskipped:");
  for (const line of summary(skipped)) print(`  ${line}`);
  const noSkip = process.env.HALFBIT_NO_SKIP === "1" && skipped.length > 0;
  if (noSkip) print("HALFBIT_NO_SKIP=1: a skipped test is a failure");
  const nothing = passed + failed + skipped.length === 0;
  if (nothing) print(`no test file's name contains "${pattern}"`);
  print(`\n${passed} passed, ${failed} failed, ${skipped.length} skipped`);
  return failed > 0 || noSkip || nothing ? 1 : 0;
});
