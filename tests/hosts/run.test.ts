// `halfbit run` and `halfbit eval` from the command line.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { PNG } from "pngjs";
import { Session } from "../../host/session.ts";
import { writeModel } from "../../host/write.ts";
import { idx, npy } from "../support/arrays.ts";
import { commandLine, halfbit, ROOT, spawn, temporaryFolder } from "../support/commands.ts";
import { identityModel, randomInt8, shapesModel } from "../support/models.ts";

const cwd = temporaryFolder();
const bytes = writeModel(shapesModel());
const image = randomInt8(108, 3);
writeFileSync(join(cwd, "model.bin"), bytes);
writeFileSync(join(cwd, "image.raw"), image);

/** The raw output that `halfbit run … --json` prints. */
function rawOutput(...args: string[]): number[] {
  const { code, stdout, stderr } = halfbit(["run", "model.bin", ...args, "--json"], { cwd });
  assert.deepEqual([code, stderr], [0, ""]);
  return JSON.parse(stdout).raw;
}

test("raw, .npy and PNG inputs of the same pixels give the same scores, at both levels", async () => {
  const pixels = [...image].map((q) => q + 128);
  const png = new PNG({ width: 6, height: 6 });
  for (let i = 0; i < 36; i++) png.data.set([...pixels.slice(3 * i, 3 * i + 3), 255], 4 * i);
  writeFileSync(join(cwd, "image.png"), PNG.sync.write(png));
  writeFileSync(join(cwd, "int8.npy"), npy("|i1", [1, 6, 6, 3], [...image]));
  writeFileSync(join(cwd, "pixels.npy"), npy("|u1", [6, 6, 3], pixels));
  const real = pixels.map((p) => p / 255);
  writeFileSync(join(cwd, "real.npy"), npy("<f4", [6, 6, 3], real));
  const expected = [...(await Session.open(bytes)).runRaw(image)];
  for (const file of ["image.raw", "image.png", "int8.npy", "pixels.npy", "real.npy"]) {
    assert.deepEqual(rawOutput(file), expected, file);
  }
  for (const level of ["scalar", "simd128"]) assert.deepEqual(rawOutput("image.raw", "--level", level), expected);
});

test("--output writes the output tensor, --save-input the input tensor", () => {
  halfbit(["run", "model.bin", "int8.npy", "--output", "scores.raw", "--save-input", "input.raw"], { cwd });
  assert.deepEqual(new Int8Array(readFileSync(join(cwd, "scores.raw"))), Int8Array.from(rawOutput("image.raw")));
  assert.deepEqual(new Int8Array(readFileSync(join(cwd, "input.raw"))), image);
});

test("--index picks a sample of a file that holds several", async () => {
  const others = randomInt8(108, 9);
  writeFileSync(join(cwd, "two.raw"), Buffer.concat([Buffer.from(others.buffer), Buffer.from(image.buffer)]));
  assert.deepEqual(rawOutput("two.raw", "--index", "1"), rawOutput("image.raw"));
  const none = halfbit(["run", "model.bin", "two.raw"], { cwd });
  assert.deepEqual([none.code, none.stdout], [3, ""]);
  assert.match(none.stderr, /^error E_INPUT_SIZE: two\.raw: .* choose one with --index\n$/);
  assert.match(halfbit(["run", "model.bin", "two.raw", "--index", "2"], { cwd }).stderr, /there is no sample 2/);
});

test("preprocessing in the model's metadata is applied to images", () => {
  const program = identityModel(1, 1, 0);
  program.tensors[0] = { ...program.tensors[0], scale: 1, zeroPoint: 0 };
  program.metadata.preprocessing = { mean: [100], scale: [0.5], channelOrder: "grayscale" };
  writeFileSync(join(cwd, "model1.bin"), writeModel(program));
  const png = new PNG({ width: 1, height: 1 });
  png.data.set([150, 150, 150, 255]);
  writeFileSync(join(cwd, "dot.png"), PNG.sync.write(png));
  assert.equal(halfbit(["run", "model1.bin", "dot.png"], { cwd }).stdout, "  1   25.000000  0\n");
});

test("eval counts what is right, label by label", async () => {
  const count = 30;
  const samples = randomInt8(108 * count, 11);
  const session = await Session.open(bytes);
  const answers = Array.from(
    { length: count },
    (_, i) => session.run(samples.subarray(108 * i, 108 * (i + 1))).top(1)[0].index,
  );
  const labels = answers.map((answer, i) => (i % 5 === 0 ? (answer + 1) % 3 : answer));
  writeFileSync(join(cwd, "samples.raw"), samples);
  writeFileSync(join(cwd, "samples.npy"), npy("|i1", [count, 6, 6, 3], [...samples]));
  writeFileSync(join(cwd, "labels.bin"), Uint8Array.from(labels));
  writeFileSync(join(cwd, "labels.idx"), idx([count], labels));
  for (const [raw, label] of [
    ["samples.raw", "labels.bin"],
    ["samples.npy", "labels.idx"],
  ]) {
    const { stdout, stderr } = halfbit(["eval", "model.bin", "--raw", raw, "--labels", label, "--json"], { cwd });
    assert.equal(stderr, "");
    const result = JSON.parse(stdout);
    assert.deepEqual(Object.keys(result), ["top1", "count", "confusion"]);
    assert.equal(result.count, count);
    assert.equal(result.top1, 24 / 30);
    for (const [label, row] of result.confusion.entries()) {
      for (const [answer, n] of row.entries()) {
        assert.equal(n, answers.filter((a, i) => a === answer && labels[i] === label).length);
      }
    }
  }
  const { stdout } = halfbit(["eval", "model.bin", "--raw", "samples.raw", "--labels", "labels.bin"], { cwd });
  assert.match(stdout, /^top-1 80\.00 % {2}\(24 of 30\)\n\nlabel \\ answer +circle +square +triangle +right\n/);
});

test("eval refuses samples and labels that do not belong together", () => {
  const bad = (raw: Uint8Array, labels: number[]) => {
    writeFileSync(join(cwd, "bad.raw"), raw);
    writeFileSync(join(cwd, "bad.labels"), Uint8Array.from(labels));
    const outcome = halfbit(["eval", "model.bin", "--raw", "bad.raw", "--labels", "bad.labels"], { cwd });
    assert.deepEqual([outcome.code, outcome.stdout], [3, ""]);
    return outcome.stderr;
  };
  assert.match(
    bad(new Uint8Array(215), [0, 1]),
    /^error E_INPUT_SIZE: bad\.raw: 215 values .* 6x6x3 = 108 a sample\n$/,
  );
  assert.match(
    bad(new Uint8Array(216), [0]),
    /^error E_LABELS: bad\.labels: 1 labels, but bad\.raw holds 2 samples\n$/,
  );
  assert.match(
    bad(new Uint8Array(216), [0, 3]),
    /^error E_LABELS: bad\.labels: label 3 of sample 1: the model has 3 outputs, 0 to 2\n$/,
  );
});

test("ends quietly when the reader of its output has gone", () => {
  writeFileSync(join(cwd, "wide.bin"), writeModel(identityModel(100_000, 1, 0)));
  writeFileSync(join(cwd, "wide.raw"), new Uint8Array(100_000));
  const command = [process.execPath, commandLine(), "run", "wide.bin", "wide.raw", "--json"];
  const outcome = spawn("sh", ["-c", '"$@" | head -c 1', "sh", ...command], { cwd });
  assert.deepEqual(outcome, { code: 0, stdout: "{", stderr: "" });
});

test("standard input may come later than the command starts", () => {
  const built = existsSync(join(ROOT, "dist/cli.js"));
  const start = built ? join(ROOT, "bin/halfbit.mjs") : commandLine();
  const script = '(sleep 1; cat image.raw) | "$@"';
  const outcome = spawn("sh", ["-c", script, "sh", process.execPath, start, "run", "model.bin", "-", "--json"], {
    cwd,
  });
  assert.deepEqual([outcome.code, outcome.stderr], [0, ""]);
  assert.deepEqual(JSON.parse(outcome.stdout).raw, rawOutput("image.raw"));
});

test("help and version", () => {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  assert.deepEqual(halfbit(["--version"], { cwd }), { code: 0, stdout: `${version}\n`, stderr: "" });
  for (const command of ["compile", "run", "eval", "inspect", "dump", "assemble"]) {
    const { code, stdout } = halfbit([command, "--help"], { cwd });
    assert.equal(code, 0);
    assert.match(stdout, /\nExamples?:\n {2}halfbit /);
  }
});
