// compile() in a browser: the same source, samples, options and seed give the bytes that Node writes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { mnist } from "../support/data.ts";
import { convTflite } from "../support/sources.ts";
import { savedLayers } from "../support/tfjs-builder.ts";
import { smallGraph, smallModel } from "../support/tfjs-nets.ts";
import { browserModules, browserScript } from "./bundle.ts";
import { CASES, compiled } from "./cases.ts";
import { noChromium, type Opened, openPage } from "./chromium.ts";
import type { compiledHere } from "./page.ts";

/** Two batches, and those that training holds back. */
const DIGITS = 160;

const digits = mnist("train");
const inputs = new Map([
  ["mnist.onnx", new Uint8Array(readFileSync(new URL("../../models/mnist/mnist.onnx", import.meta.url)))],
  ["conv.tflite", convTflite()],
  ["pixels", digits.images.slice(0, DIGITS * 784)],
  ["labels", digits.labels.slice(0, DIGITS)],
]);
for (const [name, folder] of Object.entries({
  layers: await savedLayers(await smallModel(), 2),
  graph: smallGraph(await smallModel(), 2),
})) {
  for (const [file, bytes] of folder) inputs.set(`${name}/${file}`, bytes);
}

/** The script lies in a folder of its own, so that its modules are found beside it and not beside the page. */
const PAGE = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="halfbit/page.js"></script>';

let opened: Opened;

before(async () => {
  if (noChromium) return;
  const files = new Map([
    ["/index.html", new TextEncoder().encode(PAGE)],
    ["/halfbit/page.js", await browserScript("tests/browser/page.ts")],
  ]);
  for (const [name, bytes] of browserModules()) files.set(`/halfbit/${name}`, bytes);
  for (const [name, bytes] of inputs) files.set(`/inputs/${name}`, bytes);
  opened = await openPage(files);
});

after(() => opened?.close());

/** Runs in the page, where page.ts put the function. */
function inPage(name: string): Promise<number[]> {
  return (globalThis as unknown as { compiledHere: typeof compiledHere }).compiledHere(name);
}

for (const name of Object.keys(CASES)) {
  test(`${name}: the browser writes the bytes that Node writes, twice`, { skip: noChromium }, async () => {
    const here = () => compiled(name, async (file) => inputs.get(file)!);
    const [there, first] = await Promise.all([opened.page.evaluate(inPage, name), here()]);
    assert.deepEqual(await here(), first);
    assert.deepEqual(Uint8Array.from(there), first);
  });
}

test("the page's console stays without errors and warnings", { skip: noChromium }, () => {
  assert.deepEqual(opened.complaints, []);
});
