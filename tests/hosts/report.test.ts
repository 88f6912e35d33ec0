// `halfbit compile --report` from the command line.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Report } from "../../host/report/report.ts";
import { npy } from "../support/arrays.ts";
import { halfbit, temporaryFolder } from "../support/commands.ts";
import { checkHtml } from "../support/html.ts";
import { random } from "../support/models.ts";
import { convTflite, denseTflite } from "../support/sources.ts";

const cwd = temporaryFolder();
const next = random(23);
const pixels = Array.from({ length: 100 * 128 }, () => next() & 255);
writeFileSync(join(cwd, "conv.tflite"), convTflite());
writeFileSync(join(cwd, "dense.tflite"), denseTflite());
writeFileSync(join(cwd, "pixels.npy"), npy("|u1", [100, 8, 8, 2], pixels));
writeFileSync(join(cwd, "layers.json"), JSON.stringify({ conv2: { scheme: "semi-binary", rank: 2 } }));
mkdirSync(join(cwd, "folder.html"));

const COMPILE = ["compile", "conv.tflite", "--calib", "pixels.npy", "--scale", "0.01", "-o", "conv.bin"];

const ERRORS: [string, string[], number, RegExp][] = [
  ["another extension", ["report.pdf"], 2, /^error E_USAGE: report\.pdf: [^\n]*\.html or \.json\n$/],
  ["no extension", ["good.html", "report"], 2, /^error E_USAGE: report: [^\n]*\n$/],
  ["standard output", ["-"], 2, /^error E_USAGE: -: [^\n]*\n$/],
  ["a folder", ["folder.html"], 6, /^error E_WRITE: folder\.html: a folder[^\n]*\n$/],
  ["a missing folder", ["nowhere/report.html"], 6, /^error E_WRITE: nowhere\/report\.html: its folder[^\n]*\n$/],
];

for (const [what, files, expected, message] of ERRORS) {
  test(`--report to ${what} is refused before any work`, () => {
    const { code, stderr } = halfbit([...COMPILE, ...files.flatMap((file) => ["--report", file])], { cwd });
    assert.equal(code, expected);
    assert.match(stderr, message);
    assert.ok(!existsSync(join(cwd, "conv.bin")) && !existsSync(join(cwd, "good.html")));
  });
}

test("a report over the model is refused", () => {
  const { code, stderr } = halfbit([...COMPILE.slice(0, -1), "x.json", "--report", "./x.json"], { cwd });
  assert.equal(code, 2);
  assert.match(stderr, /^error E_USAGE: \.\/x\.json: [^\n]*\n$/);
});

test("one compilation writes as many reports as it is asked for, and the same model as without", () => {
  const options = [...COMPILE, "--layers", "layers.json", "--calib-count", "40", "--quiet"];
  assert.equal(halfbit(options, { cwd }).code, 0);
  const model = readFileSync(join(cwd, "conv.bin"));
  const reports = ["--report", "r.html", "--report", "r.json"];
  const { code, stderr, stdout } = halfbit([...options, ...reports], { cwd });
  assert.deepEqual([code, stderr, stdout], [0, "", ""]);
  assert.deepEqual(readFileSync(join(cwd, "conv.bin")), model);
  assert.deepEqual(
    readdirSync(cwd).filter((name) => name.startsWith(".tmp")),
    [],
  );
  const page = readFileSync(join(cwd, "r.html"), "utf8");
  checkHtml(page);
  assert.ok(page.includes("<title>conv: halfbit report</title>"));
  checkJson(JSON.parse(readFileSync(join(cwd, "r.json"), "utf8")), model.length);
});

function checkJson(report: Report, bytes: number): void {
  assert.deepEqual(Object.keys(report).sort(), [
    ...["arena", "compiler", "curve", "file", "judged", "layers", "memory", "name", "options", "reportVersion"],
    ...["seconds", "source", "stages", "total", "training"],
  ]);
  assert.equal(report.reportVersion, 1);
  assert.deepEqual(report.file, { bytes, withoutLabels: bytes });
  const [first, second] = report.layers;
  assert.deepEqual(Object.keys(first), [
    ...[
      "name",
      "kind",
      "scheme",
      "T",
      "S",
      "pixels",
      "bitsPerWeight",
      "bytes",
      "int8Bytes",
      "original",
      "chosen",
      "why",
    ],
  ]);
  assert.deepEqual(
    [second.scheme, second.rank, second.T, second.S, second.pixels, second.why],
    ["semi-binary", 8, 4, 72, 64, "K = 2·T, as asked for this layer"],
  );
  // K·⌈S/8⌉ + T·⌈K/8⌉ + 2·(K + T) + 2·T
  assert.equal(second.bytes, 8 * 9 + 4 + 24 + 8);
  assert.equal(second.bitsPerWeight, (8 * second.bytes) / 288);
  assert.deepEqual(second.original, { additions: 64 * 288, multiplications: 64 * 288 });
  assert.deepEqual(second.chosen, { additions: 64 * 8 * 76, multiplications: 64 * 12 });
  assert.equal(second.baselines?.length, 7);
  assert.equal(report.total.bytes, first.bytes + second.bytes);
  // 60 of the 100 samples are left over by --calib-count.
  assert.deepEqual(report.judged, { count: 60, unseen: true, measure: "variance missed" });
  assert.deepEqual(
    report.stages?.map(({ stage }) => stage),
    ["decomposition", "m to int8", "activations"],
  );
  const { points, samples, skipped } = report.curve!;
  assert.deepEqual([samples, skipped], [40, []]);
  const own = points.filter(({ chosen }) => chosen);
  assert.deepEqual([own.length, own[0].bytes, own[0].loss], [1, bytes, report.stages!.at(-1)!.loss]);
  for (const { loss, agreement } of points) assert.ok(loss > 0 && agreement! >= 0 && agreement! <= 1);
  assert.ok(report.seconds!.some(({ stage, seconds }) => stage === "decompose" && seconds >= 0));
  assert.equal(report.memory.arenaBytes, report.arena.bytes);
}

test("without samples, a report says what it can", () => {
  const args = ["compile", "dense.tflite", "-o", "dense.bin", "--scheme", "int8", "--report", "dense.html", "--quiet"];
  const { code, stderr } = halfbit(args, { cwd });
  assert.deepEqual([code, stderr], [0, ""]);
  const page = readFileSync(join(cwd, "dense.html"), "utf8");
  checkHtml(page);
  assert.ok(page.includes("Not measured."));
});
