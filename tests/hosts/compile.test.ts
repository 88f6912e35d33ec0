// `halfbit compile` from the command line.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { npy } from "../support/arrays.ts";
import { halfbit, temporaryFolder } from "../support/commands.ts";
import { random, randomInt8 } from "../support/models.ts";
import { convTflite, denseTflite } from "../support/sources.ts";

const cwd = temporaryFolder();
const next = random(17);
writeFileSync(join(cwd, "dense.tflite"), denseTflite());
writeFileSync(join(cwd, "conv.tflite"), convTflite());
writeFileSync(
  join(cwd, "pixels.npy"),
  npy(
    "|u1",
    [12, 8, 8, 2],
    Array.from({ length: 12 * 128 }, () => next() & 255),
  ),
);
writeFileSync(join(cwd, "labels.txt"), "north\r\neast\r\nsouth\r\nwest\r\n");

/** Runs `halfbit ARGS`, which must succeed; returns standard output. */
function ok(...args: string[]): string {
  const { code, stdout, stderr } = halfbit(args, { cwd });
  assert.equal(code, 0, stderr);
  return stdout;
}

const CONV = ["compile", "conv.tflite", "--calib", "pixels.npy", "--scale", "0.01", "--mean", "128,120"];

test("an int8 source with --scheme int8 needs no samples, and the model runs", () => {
  const table = ok("compile", "dense.tflite", "-o", "dense.bin", "--scheme", "int8", "--labels", "labels.txt");
  assert.match(table, /^layer +kind +scheme +K +int8 bytes +bytes/);
  assert.match(table, /^\S+ +FullyConnected +int8 /m);
  const size = readFileSync(join(cwd, "dense.bin")).length.toLocaleString("en-US");
  assert.ok(table.includes(`model  ${size} bytes: dense.bin\n`));
  writeFileSync(join(cwd, "input.raw"), randomInt8(16, 2));
  assert.match(ok("run", "dense.bin", "input.raw", "--top", "1"), /^ {2}1 +\S+ {2}(north|east|south|west)\n$/);
});

test("a float source needs samples and says so", () => {
  const { code, stderr } = halfbit(["compile", "conv.tflite", "-o", "conv.bin"], { cwd });
  assert.equal(code, 5);
  assert.match(stderr, /^error E_CALIBRATION: [^\n]*--calib[^\n]*\n$/);
});

test("--arena-budget keeps the arena within its bytes, or says how many it takes at least", () => {
  const arenaOf = (file: string) => JSON.parse(ok("inspect", file, "--json")).arenaBytes;
  ok(...CONV, "-o", "free.bin", "--quiet");
  const least = (budget: string, message: RegExp) => {
    const { code, stderr } = halfbit([...CONV, "-o", "small.bin", "--quiet", "--arena-budget", budget], { cwd });
    assert.equal(code, 5);
    return message.exec(stderr)![1];
  };
  const activations = least(
    "100",
    /^error E_BUDGET: conv.tflite: the arena does not fit 100 bytes: the activations alone take (\d+)[^\n]*\n$/,
  );
  const smallest = least(activations, /^error E_BUDGET: [^\n]* does not fit \d+ bytes; [^\n]* --arena-budget (\d+)\n$/);
  ok(...CONV, "-o", "small.bin", "--quiet", "--arena-budget", smallest);
  const [small, free] = ["small.bin", "free.bin"].map(arenaOf);
  assert.ok(small <= Number(smallest) && Number(smallest) <= free, `${small}, ${smallest}, ${free}`);
  writeFileSync(join(cwd, "conv.raw"), randomInt8(128, 3));
  assert.equal(ok("run", "small.bin", "conv.raw", "--json"), ok("run", "free.bin", "conv.raw", "--json"));
});

for (const scheme of ["semi-binary", "sign", "alpha", "planes:2", "int8"]) {
  test(`a float source compiles with --scheme ${scheme}; the engine passes the model's self-test`, () => {
    ok(...CONV, "--scheme", scheme, "-o", "conv.bin", "--quiet");
    const { selfTest, metadata } = JSON.parse(ok("inspect", "conv.bin", "--json"));
    assert.equal(selfTest, true);
    assert.deepEqual(metadata.preprocessing, { mean: [128, 120], scale: [0.01], channelOrder: "RGB" });
    assert.equal(metadata.provenance.source, "conv.tflite");
    assert.equal(metadata.provenance.options.scheme, scheme);
  });
}

test("the same command gives the same file; --quiet prints nothing", () => {
  const outcome = halfbit([...CONV, "-o", "one.bin", "--quiet"], { cwd });
  assert.deepEqual(outcome, { code: 0, stdout: "", stderr: "" });
  ok(...CONV, "-o", "two.bin", "--quiet");
  assert.deepEqual(readFileSync(join(cwd, "one.bin")), readFileSync(join(cwd, "two.bin")));
});

test("--layers chooses a layer's scheme and rank by its name", () => {
  ok(...CONV, "-o", "one.bin", "--quiet", "--rank", "1");
  const [first] = JSON.parse(ok("inspect", "one.bin", "--json")).layers;
  writeFileSync(join(cwd, "overrides.json"), JSON.stringify({ [first.name]: { scheme: "semi-binary", rank: 2 } }));
  ok(...CONV, "-o", "two.bin", "--quiet", "--layers", "overrides.json");
  const [layer] = JSON.parse(ok("inspect", "two.bin", "--json")).layers;
  assert.deepEqual([layer.name, layer.kind, layer.rank], [first.name, "SemiBinary", 2 * layer.output[2]]);
});

test("progress goes to standard error, a line a stage where it is no terminal", () => {
  const { stderr } = halfbit([...CONV, "-o", "one.bin"], { cwd });
  assert.match(stderr, /^([a-z][a-z -]*\n)+$/);
});

test("a mean or scale for another number of channels is refused", () => {
  const { code, stderr } = halfbit([...CONV, "-o", "one.bin", "--mean", "1,2,3"], { cwd });
  assert.deepEqual([code, stderr], [2, "error E_USAGE: --mean has 3 values, the network's input 2 channels\n"]);
});
