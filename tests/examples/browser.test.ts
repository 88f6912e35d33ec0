// examples/browser: its README is followed, and the folder that it makes reads a digit that is drawn in Chromium.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { noChromium, openPage } from "../browser/chromium.ts";
import { ROOT } from "../support/commands.ts";
import { copyOfClone, followReadme, missing } from "../support/readme.ts";

/** Strokes of a 7 on the canvas, from left to right and down. */
const SEVEN = [
  [80, 70],
  [200, 70],
  [130, 220],
];

const skip = noChromium || missing("curl", "python3");

test("the README's commands make a page that reads a digit", { skip }, async () => {
  const clone = copyOfClone();
  await followReadme(join(ROOT, "examples/browser/README.md"), clone);
  const site = join(clone, ".cache/site");
  const { page, complaints, close } = await openPage(
    new Map(readdirSync(site).map((name) => [`/${name}`, readFileSync(join(site, name))])),
  );
  try {
    await page.waitForFunction(() => document.querySelector("#status")?.textContent?.startsWith("mnist"));
    const paper = (await page.locator("#paper").boundingBox())!;
    const [start, ...rest] = SEVEN.map(([x, y]) => [paper.x + x, paper.y + y]);
    await page.mouse.move(start[0], start[1]);
    await page.mouse.down();
    for (const [x, y] of rest) await page.mouse.move(x, y, { steps: 8 });
    await page.mouse.up();
    const best = page.locator("#scores .best");
    await best.waitFor();
    assert.match((await best.textContent())!, /^7[5-9]\d\.\d %$|^7100\.0 %$/);
    if (process.env.HALFBIT_SCREENSHOT) await page.screenshot({ path: process.env.HALFBIT_SCREENSHOT });
    await page.locator("#clear").click();
    assert.equal(await best.count(), 0);
    assert.deepEqual(complaints, []);
  } finally {
    await close();
  }
});
