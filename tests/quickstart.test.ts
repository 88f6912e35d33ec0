// models/mnist, as npm start shows it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { compile } from "../host/compile.ts";
import { digitAt, digits, draw, PREPROCESSING, realInput } from "../host/quickstart/digits.ts";
import { int8Digits, modelAccuracy, networkSize } from "../host/quickstart/measure.ts";
import { Session } from "../host/session.ts";
import { mnist } from "./support/data.ts";

const file = (name: string) => fileURLToPath(new URL(`../models/mnist/${name}`, import.meta.url));
const shipped = new Uint8Array(readFileSync(file("mnist.bin")));

test("digits are spread evenly over their set, and none to calibrate with is a test digit", () => {
  const all = mnist("test");
  const some = digits("t10k", 100);
  assert.deepEqual(
    some.labels,
    all.labels.filter((_, i) => i % 100 === 0),
  );
  assert.deepEqual(digitAt(some.pixels, 7), digitAt(all.images, 700));
  assert.equal(digits("train", 60000).count, mnist("train").count);
});

test("a digit is drawn in lines that hold ink", () => {
  const lines = draw(digitAt(digits("t10k", 2000).pixels, 2)).split("\n");
  assert.ok(lines.length >= 8 && lines.length <= 14, `${lines.length} lines`);
  assert.ok(lines[0].trim() !== "" && lines.at(-1)!.trim() !== "");
});

test("the shipped model computes its recorded bits, and reads at least 98 % of 1,000 test digits", async () => {
  const session = await Session.open(shipped);
  session.selfTest();
  const accuracy = await modelAccuracy(shipped, digits("t10k", 1000));
  assert.ok(accuracy >= 0.98, `${100 * accuracy} %`);
});

test("ink becomes −128 (none) to 127 (full)", async () => {
  const session = await Session.open(shipped);
  assert.deepEqual(
    int8Digits(
      session,
      Uint8Array.from({ length: 784 }, (_, i) => [0, 128, 255][i] ?? 0),
    ).slice(0, 3),
    Int8Array.of(-128, 0, 127),
  );
});

test("the shipped model is what the compiler writes today (else: npm run models)", async () => {
  const calibration = digits("train", 500);
  const { file: compiled, graph } = await compile(
    { bytes: new Uint8Array(readFileSync(file("mnist.onnx"))), name: "mnist.onnx" },
    {
      scheme: "semi-binary",
      rank: 2,
      solver: "admm",
      objective: "feature-map",
      seed: 1,
      calibration: { data: realInput(calibration.pixels), count: calibration.count },
      preprocessing: PREPROCESSING,
    },
  );
  assert.deepEqual(networkSize(graph), { parameters: 33194, macs: 3726208 });
  assert.ok(Buffer.compare(compiled, shipped) === 0, "models/mnist/mnist.bin is out of date");
});
