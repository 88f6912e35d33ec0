// `halfbit bundle`: which folders it writes, and which it leaves alone.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { writeModel } from "../../host/write.ts";
import { halfbit, type Outcome, temporaryFolder } from "../support/commands.ts";
import { shapesModel } from "../support/models.ts";

const cwd = temporaryFolder();
const model = writeModel(shapesModel());
writeFileSync(join(cwd, "My model.v2.bin"), model);
writeFileSync(join(cwd, "broken.bin"), model.slice().fill(9, 100, 104));
writeFileSync(join(cwd, "file"), "");

function bundle(output: string, ...options: string[]): Outcome {
  return halfbit(["bundle", "My model.v2.bin", "--target", "worker", "-o", output, ...options], { cwd });
}

/** Everything below a folder of cwd. */
function contents(folder: string): string[] {
  const entries = readdirSync(join(cwd, folder), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

const WORKER = [
  "README.md",
  "wrangler.toml",
  "index.js",
  "halfbit.js",
  "LICENCES.txt",
  "halfbit.simd128.wasm",
  "model.bin",
];

test("the folder holds the worker, and the command says its files' sizes", () => {
  const { code, stdout, stderr } = bundle("worker");
  assert.deepEqual([code, stderr], [0, ""]);
  assert.deepEqual(contents("worker").sort(), [...WORKER, ".halfbit-bundle"].sort());
  assert.deepEqual(new Uint8Array(readFileSync(join(cwd, "worker/src/model.bin"))), model);
  assert.match(readFileSync(join(cwd, "worker/wrangler.toml"), "utf8"), /^name = "my-model-v2"\n/);
  assert.match(stdout, new RegExp(`^ +${model.length.toLocaleString("en")}  src/model\\.bin$`, "m"));
});

test("a bundle is replaced by the next one, and so is an empty folder", () => {
  writeFileSync(join(cwd, "worker/left.txt"), "of the earlier one");
  mkdirSync(join(cwd, "empty"));
  for (const folder of ["worker", "empty"]) {
    assert.equal(bundle(folder, "--model-from", "kv").code, 0);
    assert.ok(!contents(folder).includes("left.txt"));
    assert.ok(contents(folder).includes("my-model-v2.bin"));
  }
});

test("a folder that holds other things is replaced with --force only", () => {
  mkdirSync(join(cwd, "other"));
  writeFileSync(join(cwd, "other/notes.txt"), "kept");
  const { code, stderr } = bundle("other");
  assert.equal(code, 2);
  assert.match(stderr, /^error E_USAGE: other: a folder that holds other things than a bundle; .*--force\n$/);
  assert.deepEqual(contents("other"), ["notes.txt"]);
  assert.equal(bundle("other", "--force").code, 0);
  assert.ok(!contents("other").includes("notes.txt"));
});

const REFUSED: [what: string, args: string[], code: number, message: RegExp][] = [
  ["a file in the folder's place", ["-o", "file"], 6, /^error E_WRITE: file: a file, not a folder/],
  ["a folder in one that is not there", ["-o", "none/worker"], 6, /^error E_WRITE: none\/worker: its folder does not/],
  ["the current folder", ["-o", ".", "--force"], 2, /^error E_USAGE: \.: the current folder, or one above it/],
  ["a folder above", ["-o", "..", "--force"], 2, /^error E_USAGE: \.\.: the current folder, or one above it/],
  [
    "an unknown target",
    ["-o", "x", "--target", "d"],
    2,
    /^error E_USAGE: .*'d' is invalid\. Allowed choices are .*worker/,
  ],
  ["an unknown store", ["-o", "x", "--model-from", "d1"], 2, /^error E_USAGE: .* bundle, kv, r2/],
  ["no folder", [], 2, /^error E_USAGE: required option '-o, --output <folder>' not specified/],
];

for (const [what, args, code, message] of REFUSED) {
  test(`${what} is refused`, () => {
    const outcome = halfbit(["bundle", "My model.v2.bin", "--target", "worker", ...args], { cwd });
    assert.equal(outcome.code, code);
    assert.match(outcome.stderr, message);
  });
}

test("a model that the runtime refuses is not bundled, and nothing half-written is left anywhere", () => {
  const { code, stderr } = halfbit(["bundle", "broken.bin", "--target", "worker", "-o", "broken"], { cwd });
  assert.equal(code, 4);
  assert.match(stderr, /^error E_MODEL: broken\.bin: .*\[CHECKSUM\]\n$/);
  assert.ok(!existsSync(join(cwd, "broken")));
  assert.deepEqual(
    readdirSync(cwd).filter((name) => name.startsWith(".tmp-")),
    [],
  );
});
