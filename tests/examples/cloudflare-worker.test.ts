// examples/cloudflare-worker: its README is followed, with wrangler and workerd on this machine.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { copyOfClone, followReadme, missing } from "../support/readme.ts";

/** wrangler asks nobody outside. */
Object.assign(process.env, { WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false" });

test("the README's commands start both workers, and both read the seven", { skip: missing("curl") }, async () => {
  const clone = copyOfClone();
  const output = await followReadme(join(clone, "examples/cloudflare-worker/README.md"), clone);
  const answers = [...output.matchAll(/^\{.*\}/gm)].map(([line]) => JSON.parse(line));
  assert.deepEqual(
    answers.map(({ name, label, error }) => name ?? label ?? error.code),
    ["mnist", "7", "E_INPUT_FORMAT", "mnist", "7"],
  );
  assert.equal(answers[1].top.length, 3);
});
