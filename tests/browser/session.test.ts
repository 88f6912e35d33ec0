// The library for browsers, as it is built: the same Session from one ES module, in the page and in a worker thread, under
// a policy that forbids scripts made of text.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Session } from "../../host/session.ts";
import { ROOT } from "../support/commands.ts";
import { mnist } from "../support/data.ts";
import { browserScript } from "./bundle.ts";
import { noChromium, type Opened, openPage } from "./chromium.ts";
import type { Actions } from "./session-page.ts";

const policy = (scripts: string) => ({
  "content-security-policy": `default-src 'none'; script-src ${scripts}; connect-src 'self'; img-src data:`,
});
const MNIST = join(ROOT, "models/mnist/mnist.bin");
const digits = Array.from({ length: 20 }, (_, i) => [...mnist("test").images.subarray(784 * i, 784 * (i + 1))]);
const skip = noChromium;

const PAGE = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>';

let files: Map<string, Uint8Array>;
let opened: Opened;

before(async () => {
  if (skip) return;
  const library = readdirSync(join(ROOT, "dist/browser"));
  files = new Map<string, Uint8Array>([
    ["/index.html", new TextEncoder().encode(PAGE)],
    ["/page.js", await browserScript("tests/browser/session-page.ts")],
    ["/models/mnist.bin", readFileSync(MNIST)],
    ["/models/broken.bin", readFileSync(MNIST).fill(7, 400, 404)],
    ...library.map((name): [string, Uint8Array] => [`/lib/${name}`, readFileSync(join(ROOT, "dist/browser", name))]),
  ]);
  opened = await openPage(files, policy("'self' 'wasm-unsafe-eval'"));
});

after(() => opened?.close());

/** Runs in the page, where session-page.ts put the function. */
function inPage([name, given]: [name: string, given: unknown[]]): unknown {
  return (globalThis as unknown as { act(name: string, ...given: unknown[]): unknown }).act(name, ...given);
}

function act<N extends keyof Actions>(name: N, ...given: Parameters<Actions[N]>): ReturnType<Actions[N]> {
  return opened.page.evaluate(inPage, [name, given] as [string, unknown[]]) as ReturnType<Actions[N]>;
}

for (const way of ["session", "worker"] as const) {
  for (const level of ["simd128", "scalar"] as const) {
    test(`${way}, ${level}: the scores are those of Node`, { skip }, async () => {
      const session = await Session.open(MNIST);
      const expected = digits.map((digit) => session.run(Uint8Array.from(digit)).top(10));
      assert.deepEqual(await act("scores", way, level, digits), expected);
    });
  }

  test(`${way}: errors are HalfbitErrors with their codes`, { skip }, async () => {
    const [size, broken, missing] = await act("refusals", way);
    assert.deepEqual(size, ["E_INPUT_SIZE", 3, "the input has 3 values, but the model takes 28x28x1 = 784"]);
    assert.deepEqual(broken.slice(0, 2), ["E_MODEL", 4]);
    assert.match(String(broken[2]), /models\/broken\.bin: the checksum does not match.*\[CHECKSUM\]$/);
    assert.deepEqual(missing.slice(0, 2), ["E_NOT_FOUND", 3]);
    assert.match(String(missing[2]), /models\/none\.bin: HTTP status 404; check the address$/);
  });
}

test("a session in a worker knows its model; closed, its thread is gone", { skip }, async () => {
  const { input, output, metadata, labels } = await Session.open(MNIST);
  const facts = JSON.parse(JSON.stringify({ input, output, metadata, labels, level: "simd128" }));
  assert.deepEqual(await act("facts"), facts);
  for (const worker of opened.page.workers()) await worker.waitForEvent("close");
});

test("the policy forbids scripts made of text, and nothing else complains", { skip }, async () => {
  assert.match(String(await act("scriptOfText")), /^EvalError/);
  const others = opened.complaints.filter((line) => !/404|none\.bin/.test(line));
  assert.deepEqual(others, []);
});

test("without wasm-unsafe-eval the policy forbids the runtime", { skip }, async () => {
  await opened.close();
  opened = await openPage(files, policy("'self'"));
  for (const way of ["session", "worker"] as const) {
    assert.match(String(await act("opening", way)), /Content Security policy/i);
  }
});
