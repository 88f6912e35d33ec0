// `halfbit compile --recover` and `--finetune` from the command line.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { npy } from "../support/arrays.ts";
import { commandLine, halfbit, temporaryFolder } from "../support/commands.ts";
import { random } from "../support/models.ts";
import { convTflite } from "../support/sources.ts";

const cwd = temporaryFolder();
const next = random(17);
const COUNT = 300;
const pixels = Array.from({ length: COUNT * 128 }, () => next() & 255);
writeFileSync(join(cwd, "conv.tflite"), convTflite());
writeFileSync(join(cwd, "pixels.npy"), npy("|u1", [COUNT, 8, 8, 2], pixels));
writeFileSync(join(cwd, "names.txt"), "north\neast\nsouth\nwest\n");
writeFileSync(
  join(cwd, "labels.npy"),
  npy(
    "|u1",
    [COUNT],
    Array.from({ length: COUNT }, (_, i) => i % 4),
  ),
);

const COMPILE = ["compile", "conv.tflite", "--calib", "pixels.npy", "--scale", "0.01", "--objective", "weights"];
const TRAIN = ["--train", "pixels.npy", "--labels", "labels.npy"];

test("recovery trains on the calibration samples, says how far it came and when, and leaves no checkpoint", () => {
  const { code, stdout, stderr } = halfbit([...COMPILE, "--recover", "0.03", "-o", "recovered.bin"], { cwd });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^recover$/m);
  const [, before, after] = /^recover: held-back loss (\d\S+) before, (\d\S+) after$/m.exec(stdout)!;
  assert.ok(Number(after) <= Number(before));
  assert.match(stdout, /^time {3}\d+\.\d s: .*recover \d+\.\d/m);
  assert.ok(existsSync(join(cwd, "recovered.bin")));
  assert.ok(!existsSync(join(cwd, "recovered.bin.recover.checkpoint")));
});

test("--recover 0 gives the same file as no --recover", () => {
  for (const [name, more] of [
    ["plain.bin", []],
    ["zero.bin", ["--recover", "0"]],
  ] as const)
    assert.equal(halfbit([...COMPILE, ...more, "-o", name, "--quiet"], { cwd }).code, 0);
  assert.deepEqual(readFileSync(join(cwd, "zero.bin")), readFileSync(join(cwd, "plain.bin")));
});

test("fine-tuning takes labels of samples and names of outputs, and is reproducible", () => {
  for (const name of ["one.bin", "two.bin"]) {
    const { code, stderr } = halfbit(
      [...COMPILE, "--finetune", "2", ...TRAIN, "--labels", "names.txt", "-o", name, "--quiet"],
      { cwd },
    );
    assert.equal(code, 0, stderr);
  }
  assert.deepEqual(readFileSync(join(cwd, "one.bin")), readFileSync(join(cwd, "two.bin")));
  const { metadata } = JSON.parse(halfbit(["inspect", "one.bin", "--json"], { cwd }).stdout);
  assert.deepEqual(metadata.labels, ["north", "east", "south", "west"]);
});

const wrong: [name: string, args: string[], code: number, message: RegExp][] = [
  ["--finetune without data", ["--finetune", "2"], 2, /E_USAGE: --finetune needs --train SAMPLES and --labels LABELS/],
  ["--train without --finetune", ["--train", "pixels.npy"], 2, /E_USAGE: --train is for --finetune EPOCHS/],
  ["labels without --finetune", ["--labels", "labels.npy"], 2, /E_USAGE: --labels is for --finetune EPOCHS/],
  ["a negative time", ["--recover", "-1"], 2, /must be a number, 0 or more/],
  [
    "fewer labels than samples",
    ["--finetune", "1", "--train", "pixels.npy", "--labels", "few.npy"],
    3,
    /E_LABELS: few.npy: 2 labels for 300/,
  ],
  [
    "a label beyond the outputs",
    ["--finetune", "1", "--train", "pixels.npy", "--labels", "high.npy"],
    3,
    /E_LABELS: high.npy: label 299 is 4; the network has 4/,
  ],
];
writeFileSync(join(cwd, "few.npy"), npy("|u1", [2], [0, 1]));
writeFileSync(
  join(cwd, "high.npy"),
  npy(
    "|u1",
    [COUNT],
    Array.from({ length: COUNT }, (_, i) => (i === COUNT - 1 ? 4 : 0)),
  ),
);
for (const [name, args, exit, message] of wrong) {
  test(`${name} is a clear error`, () => {
    const { code, stderr } = halfbit([...COMPILE, ...args, "-o", "wrong.bin"], { cwd });
    assert.equal(code, exit, stderr);
    assert.match(stderr, message);
    assert.ok(!existsSync(join(cwd, "wrong.bin")));
  });
}

test("an interrupt compiles the best state so far; the same command goes on; a damaged checkpoint is said", async () => {
  const args = [...COMPILE, "-o", "stopped.bin", "--recover"];
  const child = spawn(process.execPath, [commandLine(), ...args, "5"], { cwd, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (data) => {
    // The stage's name comes with its first step: from then on an interrupt is waited for.
    if (!stderr.includes("recover") && String(data).includes("recover")) child.kill("SIGINT");
    stderr += data;
  });
  const [code] = await once(child, "close");
  assert.equal(code, 130, stderr);
  assert.match(stderr, /interrupted: compiling the best state so far/);
  assert.equal(halfbit(["inspect", "stopped.bin"], { cwd }).code, 0);
  const checkpoint = join(cwd, "stopped.bin.recover.checkpoint");
  const kept = readFileSync(checkpoint);

  writeFileSync(checkpoint, kept.subarray(0, kept.length - 1));
  const damaged = halfbit([...args, "0.03"], { cwd });
  assert.equal(damaged.code, 0, damaged.stderr);
  assert.match(damaged.stderr, /E_CHECKPOINT: stopped.bin.recover.checkpoint: .*training starts from the beginning/);

  writeFileSync(checkpoint, kept);
  const resumed = halfbit([...args, "0.05"], { cwd });
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.match(resumed.stderr, /recover: goes on at step \d+ of stopped.bin.recover.checkpoint/);
  assert.ok(!existsSync(checkpoint));
});
