// The examples that embed an engine in C: their READMEs, command by command, in a copy of the clone.
import assert from "node:assert/strict";
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type EngineName, noEngine } from "../../tools/engines.mjs";
import { ROOT } from "../support/commands.ts";
import { copyOfClone, followReadme } from "../support/readme.ts";

const EXAMPLES: Record<string, EngineName> = { "embed-wamr": "wamr", "embed-wasm3": "wasm3" };

for (const [name, engine] of Object.entries(EXAMPLES)) {
  test(`examples/${name}: its README's commands classify a digit`, { skip: noEngine(engine) }, async () => {
    const clone = copyOfClone();
    symlinkSync(join(ROOT, ".cache"), join(clone, ".cache")); // the engine as it is built here
    const output = await followReadme(join(clone, "examples", name, "README.md"), clone);
    assert.match(output, /^7 0\.992$/m);
  });

  test(`examples/${name}: the program has less than 120 lines`, () => {
    const lines = readFileSync(join(ROOT, "examples", name, "classify.c"), "utf8").split("\n").length;
    assert.ok(lines < 120, `${lines} lines`);
  });
}
