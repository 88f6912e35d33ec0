// examples/c-firmware: its README is followed, and both cores read the drawing.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { noCortexM } from "../../bench/cortex-m/index.ts";
import { copyOfClone, followReadme } from "../support/readme.ts";

test("the README's commands classify the drawing on both cores, and say what that takes", {
  skip: noCortexM,
}, async () => {
  const clone = copyOfClone();
  const output = await followReadme(join(clone, "examples/c-firmware/README.md"), clone);
  assert.equal(output.match(/^self-test passed\nit is a 7\nstack used: \d+ bytes$/gm)?.length, 2, output);
  assert.match(output, /^ *\d+ {2}flash\n *\d+ {2}RAM, of them 1280 for the stack\n *\d+ {2}stack, at most$/m);
});
