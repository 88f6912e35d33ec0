// `halfbit bundle --target worker` in workerd: the answers are those of a Session in Node, errors are JSON under their
// status, and the worker goes on after each.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { PNG } from "pngjs";
import { benchModel } from "../../bench/speed/models.ts";
import { readInt8 } from "../../host/samples.ts";
import { Session } from "../../host/session.ts";
import { halfbit, ROOT, temporaryFolder } from "../support/commands.ts";
import { cifar10, mnist, noCifar10 } from "../support/data.ts";
import { noMlperf } from "../support/mlperf.ts";
import { jpegs } from "./jpegs.ts";
import { type Running, startWorker } from "./workerd.ts";

const MNIST = join(ROOT, "models/mnist/mnist.bin");
const cwd = temporaryFolder();
const running: Running[] = [];

after(() => Promise.all(running.map(({ miniflare }) => miniflare.dispose())));

/** The folder that the command writes, started in workerd. */
async function bundled(model: string, output: string, ...options: string[]): Promise<Running> {
  const done = halfbit(["bundle", model, "--target", "worker", "-o", output, ...options], { cwd });
  assert.equal(done.stderr, "");
  running.push(await startWorker(join(cwd, output)));
  return running.at(-1)!;
}

async function post({ url }: Running, body: BodyInit | null, type = "image/jpeg", path = "/") {
  const headers = type ? { "content-type": type } : undefined;
  const response = await fetch(new URL(path, url), { method: "POST", body, headers, duplex: "half" } as RequestInit);
  return { status: response.status, answer: await response.json() };
}

/** What the worker is to answer: a Session's in Node, as JSON has it. */
function expected(session: Session, file: Uint8Array, count = 5): unknown {
  const { input, metadata } = session;
  const { shape, scale, zeroPoint } = input;
  const spec = { shape, quantisation: { scale, zeroPoint }, preprocessing: metadata.preprocessing };
  const top = session.run(readInt8(file, "image", spec)).top(count);
  return JSON.parse(JSON.stringify({ label: top[0].label, score: top[0].score, top }));
}

/** All at once. */
async function answersAll(worker: Running, session: Session, files: Uint8Array<ArrayBuffer>[]): Promise<void> {
  const answers = await Promise.all(files.map((file) => post(worker, file)));
  for (const [i, { status, answer }] of answers.entries()) {
    assert.equal(status, 200, JSON.stringify(answer));
    assert.deepEqual(answer, expected(session, files[i]));
  }
  const different = new Set(answers.map(({ answer }) => JSON.stringify(answer.top))).size;
  assert.ok(different > files.length / 2, `${different} different answers`);
}

const digits = jpegs(mnist("test").images, 200, 28, 1);
const worker = await bundled(MNIST, "digits");
const session = await Session.open(MNIST);

test("200 digits sent at once get the answers that Node gives", () => answersAll(worker, session, digits));

test("200 photographs sent at once to ResNet-8 likewise", { skip: noMlperf || noCifar10 }, async () => {
  writeFileSync(join(cwd, "resnet8.bin"), await benchModel("resnet8"));
  const resnet8 = await bundled("resnet8.bin", "photographs");
  await answersAll(resnet8, await Session.open(join(cwd, "resnet8.bin")), jpegs(cifar10("test")!.images, 200, 32, 3));
});

test("PNGs and raw bodies are read too, images of other sizes are stretched, ?top=N says how many scores", async () => {
  const image = new PNG({ width: 61, height: 40 });
  for (let i = 0; i < image.data.length; i++) image.data[i] = (i * 37) % 256;
  const png = new Uint8Array(PNG.sync.write(image));
  assert.deepEqual((await post(worker, png, "image/png")).answer, expected(session, png));
  const raw = mnist("test")
    .images.slice(0, 784)
    .map((pixel) => pixel ^ 128);
  const answer = expected(session, raw, 3);
  assert.deepEqual((await post(worker, raw, "application/octet-stream", "/?top=3")).answer, answer);
  assert.deepEqual((await post(worker, raw, "", "/?top=3")).answer, answer);
});

test("GET / says what the model takes", async () => {
  const facts = await (await fetch(worker.url)).json();
  assert.deepEqual(facts.input, JSON.parse(JSON.stringify(session.input)));
  assert.equal(facts.name, "mnist");
  assert.deepEqual(facts.accepts, ["image/jpeg", "image/png", "application/octet-stream"]);
});

const png = new Uint8Array(PNG.sync.write(new PNG({ width: 1101, height: 1000 })));

/** Twenty megabytes whose length is not announced. */
function stream(): ReadableStream {
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      if (++sent > 20) controller.close();
      else controller.enqueue(new Uint8Array(1e6));
    },
  });
}

type Refused = [what: string, body: () => BodyInit | null, type: string, status: number, code: string, path?: string];

const REFUSED: Refused[] = [
  ["a body of 20 MB", () => new Uint8Array(20e6), "image/jpeg", 413, "E_BODY_SIZE"],
  ["20 MB in chunks", stream, "image/png", 413, "E_BODY_SIZE"],
  ["another content type", () => "<svg/>", "image/svg+xml", 415, "E_CONTENT_TYPE"],
  ["20 MB of another content type", () => new Uint8Array(20e6), "text/plain", 415, "E_CONTENT_TYPE"],
  ["a truncated JPEG", () => digits[0].subarray(0, 400), "image/jpeg", 400, "E_INPUT_FORMAT"],
  ["a JPEG cut off by its last byte but one", () => digits[0].subarray(0, -2), "image/jpeg", 400, "E_INPUT_FORMAT"],
  ["a truncated PNG", () => png.subarray(0, 400), "image/png", 400, "E_INPUT_FORMAT"],
  ["an image of more than 1.1 megapixels", () => png, "image/png", 400, "E_INPUT_FORMAT"],
  ["text that is called a JPEG", () => "not a JPEG", "image/jpeg", 400, "E_INPUT_FORMAT"],
  ["an empty body", () => null, "image/jpeg", 400, "E_EMPTY"],
  ["raw values of another size", () => new Uint8Array(783), "application/octet-stream", 400, "E_INPUT_SIZE"],
  ["a number of scores that is none", () => digits[0], "image/jpeg", 400, "E_USAGE", "/?top=0"],
  ["another path", () => digits[0], "image/jpeg", 404, "E_NOT_FOUND", "/other"],
];

for (const [what, body, type, status, code, path] of REFUSED) {
  test(`${what} gets ${status}, and the next request its answer`, async () => {
    const refused = await post(worker, body(), type, path);
    assert.deepEqual([refused.status, refused.answer.error?.code], [status, code], JSON.stringify(refused.answer));
    assert.equal(typeof refused.answer.error.message, "string");
    assert.deepEqual(await post(worker, digits[1]), { status: 200, answer: expected(session, digits[1]) });
  });
}

test("other methods get 405 and what is allowed", async () => {
  const response = await fetch(worker.url, { method: "DELETE" });
  assert.deepEqual([response.status, response.headers.get("allow")], [405, "GET, POST"]);
  assert.equal((await response.json()).error.code, "E_METHOD");
});

for (const store of ["kv", "r2"]) {
  test(`a model in ${store} is read from its binding; before it is there, requests get 500`, async () => {
    const stored = await bundled(MNIST, store, "--model-from", store);
    const missing = await post(stored, digits[0]);
    assert.deepEqual([missing.status, missing.answer.error.code], [500, "E_MODEL"]);
    const bytes = readFileSync(join(cwd, store, "mnist.bin"));
    const { miniflare } = stored;
    const binding = store === "kv" ? miniflare.getKVNamespace("MODELS") : miniflare.getR2Bucket("MODELS");
    const place = (await binding) as unknown as { put(key: string, value: ArrayBuffer): Promise<unknown> };
    await place.put("mnist.bin", new Uint8Array(bytes).buffer);
    assert.deepEqual(await post(stored, digits[0]), { status: 200, answer: expected(session, digits[0]) });
  });
}
