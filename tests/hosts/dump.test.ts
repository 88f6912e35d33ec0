// `halfbit dump` and `halfbit assemble` undo each other byte for byte; `halfbit inspect` describes the same file.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { dump, parseDump } from "../../host/dump.ts";
import { HalfbitError } from "../../host/errors.ts";
import { readModel } from "../../host/read.ts";
import { writeModel } from "../../host/write.ts";
import { halfbit, ROOT, temporaryFolder } from "../support/commands.ts";
import { identityModel, shapesModel } from "../support/models.ts";

/** Hand-made models, and every model that the repository ships. */
function models(): [name: string, bytes: Uint8Array][] {
  const withSelfTest = { ...shapesModel(), selfTest: { seed: 0xffffffff, checksums: [0xdeadbeef, 1] } };
  const odd = identityModel(1, 1e-30, -128);
  odd.metadata = { name: 'odd "name" \u0000 大', labels: [] };
  const shipped = readdirSync(join(ROOT, "models"))
    .map((name): [string, string] => [name, join(ROOT, "models", name, `${name}.bin`)])
    .filter(([, path]) => existsSync(path))
    .map(([name, path]): [string, Uint8Array] => [name, new Uint8Array(readFileSync(path))]);
  return [
    ["shapes", writeModel(shapesModel())],
    ["self-test", writeModel(withSelfTest)],
    ["odd", writeModel(odd)],
    ...shipped,
  ];
}

for (const [name, bytes] of models()) {
  test(`${name}: JSON and back gives the same bytes`, () => {
    assert.deepEqual(Buffer.from(writeModel(parseDump(dump(readModel(bytes, name)), name))), Buffer.from(bytes));
  });
}

test("the command line dumps to a file or standard output, and assembles", () => {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, "model.bin"), writeModel(shapesModel()));
  assert.deepEqual(halfbit(["dump", "model.bin", "-o", "model.json"], { cwd }), { code: 0, stdout: "", stderr: "" });
  assert.equal(halfbit(["dump", "model.bin"], { cwd }).stdout, readFileSync(join(cwd, "model.json"), "utf8"));
  assert.equal(halfbit(["assemble", "model.json", "-o", "again.bin"], { cwd }).code, 0);
  assert.deepEqual(readFileSync(join(cwd, "again.bin")), readFileSync(join(cwd, "model.bin")));
});

test("records are readable: names, shapes and numbers, without the fields that are neutral", () => {
  const { layers, tensors } = JSON.parse(dump(shapesModel()));
  assert.deepEqual(layers[0].kernel, [3, 3]);
  assert.equal(layers[0].rank, 5);
  assert.deepEqual(layers[0].bias, [-60, -20, 20, 60]);
  assert.equal(layers[1].stride, undefined);
  assert.deepEqual(tensors[1].shape, [6, 6, 4]);
});

/** One change to a dump, and how it is refused. */
const WRONG: [change: (json: ReturnType<typeof JSON.parse>) => void, message: RegExp][] = [
  [(json) => delete json.formatVersion, /formatVersion is undefined/],
  [(json) => (json.layers[0].kind = "Conv3D"), /layers\[0\]\.kind is no kind of layer: Conv3D/],
  [(json) => (json.layers[0].kind = "toString"), /layers\[0\]\.kind/],
  [(json) => (json.layers[0].rank = 70000), /layers\[0\]\.rank is 70000, not a whole number from 0 to 65535/],
  [(json) => (json.layers[0].padding = 1), /layers\[0\]\.padding is no field of a layer/],
  [(json) => (json.layers[0].kernel = [3]), /layers\[0\]\.kernel has 1 numbers/],
  [(json) => (json.layers[1].weights = "0g"), /layers\[1\]\.weights is not in hexadecimal/],
  [(json) => (json.layers[1].bias[2] = 2 ** 31), /layers\[1\]\.bias\[2\]/],
  [(json) => (json.tensors[0].shape = [1, 2]), /tensors\[0\]\.shape/],
  [(json) => (json.tensors[0].zeroPoint = 128), /tensors\[0\]\.zeroPoint/],
  [(json) => (json.metadata.labels = ["a", 1]), /metadata\.labels\[1\]/],
];

test("a dump that is wrong is refused with the place of the first wrong field", () => {
  for (const [change, message] of WRONG) {
    const json = JSON.parse(dump(shapesModel()));
    change(json);
    assert.throws(
      () => parseDump(JSON.stringify(json), "x.json"),
      (error) => error instanceof HalfbitError && error.code === "E_INPUT_FORMAT" && message.test(error.message),
      String(message),
    );
  }
  assert.throws(() => parseDump("{", "x.json"), { code: "E_INPUT_FORMAT" });
});

test("assemble does not write a model that the runtime would refuse", () => {
  const cwd = temporaryFolder();
  const json = JSON.parse(dump(shapesModel()));
  json.layers[0].scratchBytes = 16;
  writeFileSync(join(cwd, "model.json"), JSON.stringify(json));
  const { code, stderr } = halfbit(["assemble", "model.json", "-o", "model.bin"], { cwd });
  assert.equal(code, 4);
  assert.match(stderr, /^error E_MODEL: model\.json: .*\(record 0\) \[SCRATCH\]\n$/);
  assert.ok(!existsSync(join(cwd, "model.bin")));
});

test("inspect --json has sizes, shapes, storage and operations of every layer", () => {
  const cwd = temporaryFolder();
  const bytes = writeModel(shapesModel());
  writeFileSync(join(cwd, "model.bin"), bytes);
  const inspection = JSON.parse(halfbit(["inspect", "model.bin", "--json"], { cwd }).stdout);
  assert.equal(inspection.fileBytes, bytes.length);
  assert.equal(inspection.arenaBytes, shapesModel().arenaBytes);
  assert.deepEqual(inspection.input.shape, [6, 6, 3]);
  assert.deepEqual(inspection.metadata.labels, ["circle", "square", "triangle"]);
  const [conv, dense] = inspection.layers;
  // K(S + T) additions and K + T multiplications at each of 36 pixels: K = 5, S = 27, T = 4.
  assert.deepEqual([conv.name, conv.kind, conv.rank, conv.macs], ["conv", "SemiBinary", 5, 0]);
  assert.deepEqual([conv.additions, conv.multiplications], [36 * 5 * (27 + 4), 36 * (5 + 4)]);
  // K rows of 4 bytes and T rows of 1; int16 biases; 16-bit M and R.
  assert.deepEqual(conv.bytes, { weights: 24, bias: 8, multipliers: 18, total: 50 });
  assert.deepEqual([dense.kind, dense.macs, dense.additions], ["FullyConnected", 432, 0]);
});

test("inspect prints the same for people", () => {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, "model.bin"), writeModel(shapesModel(["a\u001b", "b", "c"])));
  const { stdout } = halfbit(["inspect", "model.bin"], { cwd });
  assert.match(stdout, /^input +6x6x3 int8, scale 0\.00392157, zero point -128$/m);
  assert.match(stdout, /^conv +SemiBinary +6x6x4 +5 +24 +8 +18 +5,580$/m);
  assert.match(stdout, /^labels +a\\u001b, b, c$/m);
});
