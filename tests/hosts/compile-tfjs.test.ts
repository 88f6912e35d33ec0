// `halfbit compile` on the folder of a TensorFlow.js model.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { npy } from "../support/arrays.ts";
import { halfbit, temporaryFolder } from "../support/commands.ts";
import { randomInt8 } from "../support/models.ts";
import { reals } from "../support/reals.ts";
import { smallGraph, smallModel } from "../support/tfjs-nets.ts";

const cwd = temporaryFolder();
const folder = smallGraph(await smallModel(), 2);
mkdirSync(join(cwd, "web_model"));
for (const [name, bytes] of folder) writeFileSync(join(cwd, "web_model", name), bytes);
writeFileSync(join(cwd, "samples.npy"), npy("<f4", [20, 8, 8, 2], [...reals(20 * 128, 3)]));
writeFileSync(join(cwd, "labels.txt"), "north\neast\nsouth\n");

const COMPILE = ["compile", "web_model/model.json", "--calib", "samples.npy", "--labels", "labels.txt"];

test("the weights beside model.json are read; the summary and the model name all of the source", () => {
  const { code, stdout, stderr } = halfbit([...COMPILE, "-o", "model.bin"], { cwd });
  assert.equal(code, 0, stderr);
  const files = [...folder.values()];
  const bytes = files.reduce((sum, { length }) => sum + length, 0).toLocaleString("en-US");
  assert.ok(stdout.includes(`source ${bytes} bytes: web_model/model.json\n`), stdout);
  assert.match(stdout, /^pointwise +Conv2D +semi-binary /m);
  assert.match(stdout, /^logits +FullyConnected +int8 /m);
  const { metadata, selfTest } = JSON.parse(halfbit(["inspect", "model.bin", "--json"], { cwd }).stdout);
  const hash = createHash("sha256").update(Buffer.concat(files)).digest("hex");
  assert.deepEqual([metadata.name, metadata.provenance.sha256, selfTest], ["web_model", hash, true]);
  writeFileSync(join(cwd, "input.raw"), randomInt8(128, 2));
  const run = halfbit(["run", "model.bin", "input.raw", "--top", "1"], { cwd });
  assert.match(run.stdout, /^ {2}\d +\S+ {2}(north|east|south)\n$/);
});

test("the same command gives the same file; --quiet prints nothing, nor does TensorFlow.js", () => {
  const outcome = halfbit([...COMPILE, "-o", "again.bin", "--quiet"], { cwd });
  assert.deepEqual(outcome, { code: 0, stdout: "", stderr: "" });
  assert.deepEqual(readFileSync(join(cwd, "again.bin")), readFileSync(join(cwd, "model.bin")));
});

test("a report counts the bytes of the shards too", () => {
  const { code, stderr } = halfbit([...COMPILE, "-o", "model.bin", "--quiet", "--report", "report.json"], { cwd });
  assert.equal(code, 0, stderr);
  const { source } = JSON.parse(readFileSync(join(cwd, "report.json"), "utf8"));
  const bytes = [...folder.values()].reduce((sum, { length }) => sum + length, 0);
  assert.deepEqual([source.file, source.bytes], ["model.json", bytes]);
});

test("a missing shard is named, and nothing is written", () => {
  rmSync(join(cwd, "web_model/group1-shard2of2.bin"));
  const { code, stdout, stderr } = halfbit([...COMPILE, "-o", "none.bin"], { cwd });
  assert.deepEqual([code, stdout], [5, ""]);
  const line =
    /^error E_SOURCE_CORRUPT: web_model\/model\.json: weights in "group1-shard2of2\.bin" [^\n]*no such file[^\n]*\n$/;
  assert.match(stderr, line);
  assert.throws(() => readFileSync(join(cwd, "none.bin")), /ENOENT/);
});
