// The report of a compilation: its figures, its HTML and its JSON.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { operations } from "../host/operations.ts";
import { baselineErrors } from "../host/report/baselines.ts";
import { metricOf, paretoFront } from "../host/report/html/curve.ts";
import { escapeHtml, html } from "../host/report/html/html.ts";
import { percent, short, times } from "../host/report/html/numbers.ts";
import { renderHtml } from "../host/report/html/page.ts";
import { memoryMap } from "../host/report/memory-map.ts";
import { reportFormat } from "../host/report/render.ts";
import type { Report } from "../host/report/report.ts";
import { StageClock } from "../host/report/stage-clock.ts";
import { roundRows, truncatedSvd } from "../host/report/truncated-svd.ts";
import { checkHtml } from "./support/html.ts";
import { shapesModel } from "./support/models.ts";

test("operations are those of the paper's section 3.5, times the output pixels", () => {
  // The second layer of ResNet-8: T = 16, S = 3·3·16 = 144, 32 × 32 pixels. By hand:
  const layer = { T: 16, S: 144, pixels: 1024 };
  assert.deepEqual(operations("int8", layer), { additions: 2_359_296, multiplications: 2_359_296 });
  // K·(S + T) = 16·160 = 2,560 and K + T = 32 a pixel.
  assert.deepEqual(operations("semi-binary", { ...layer, rank: 16 }), {
    additions: 2_621_440,
    multiplications: 32_768,
  });
  // N·T·S = 2·2,304 and N·T = 32.
  assert.deepEqual(operations("planes:2", layer), { additions: 4_718_592, multiplications: 32_768 });
  assert.deepEqual(operations("bits:3", layer), { additions: 7_077_888, multiplications: 49_152 });
  assert.deepEqual(operations("sign", layer), operations("planes:1", layer));
});

test("baselines get the bytes nearest to those of the chosen scheme", () => {
  const [T, S] = [8, 16];
  const weights = Float32Array.from({ length: T * S }, (_, i) => Math.sin(1 + i * i));
  const errors = baselineErrors({ weights, T, S, bytes: 8 * (2 + 2) * 2 + 16, seed: 1 });
  const row = (name: string) => errors.find(({ baseline }) => baseline === name)!;
  assert.deepEqual([row("Σα·B").setting, row("Σα·B").bytes], ["2 planes", 80]);
  assert.deepEqual([row("N-bit").setting, row("N-bit").bytes], ["2 bits", 80]);
  // 2·K + ⌈K / 8⌉·T + 2·(K + T) + 2·T is 72 at K = 8 and 84 at K = 9: nearer to the 80 asked for.
  assert.deepEqual([row("greedy on weights").setting, row("greedy on weights").bytes], ["K = 9", 84]);
  assert.ok(row("Σα·B").error! < row("α·B").error! && row("α·B").error! < row("sign(W)").error!);
  assert.ok(row("int8").error! < 1e-4);
});

test("variance repair is done to every baseline but sign(W) and int8", () => {
  const weights = Float32Array.from({ length: 64 }, (_, i) => Math.cos(i * i));
  const input = { weights, T: 8, S: 8, bytes: 64, seed: 1 };
  const repaired = baselineErrors({ ...input, repair: (approximation) => approximation.map(() => 0) });
  const zeroed = repaired.filter(({ error }) => error === 1).map(({ baseline }) => baseline);
  assert.deepEqual(zeroed, ["α·B", "Σα·B", "N-bit", "greedy on weights", "SVD in int8"]);
});

test("a truncated SVD of full rank is the matrix, but for int8", () => {
  const weights = Float32Array.from({ length: 24 }, (_, i) => Math.sin(i * i));
  truncatedSvd(weights, 4, 6, 4).forEach((value, i) => {
    assert.ok(Math.abs(value - weights[i]) < 0.03);
  });
  const rankOne = Float32Array.of(1, 2, 3, 2, 4, 6);
  truncatedSvd(rankOne, 2, 3, 1).forEach((value, i) => {
    assert.ok(Math.abs(value - rankOne[i]) < 0.05);
  });
  assert.deepEqual([...roundRows(Float32Array.of(127, 0.4, -50.6, 0), 2)], [127, 0, -50.599998474121094, 0]);
});

test("a stage lasts from its first word to that of the next, and one that comes again is summed", () => {
  let now = 0;
  const clock = new StageClock(() => now);
  for (const [at, stage] of [
    [1000, "decompose"],
    [2000, "decompose"],
    [4000, "calibrate"],
    [4500, "decompose"],
  ] as const) {
    now = at;
    clock.enter(stage);
  }
  now = 5000;
  assert.deepEqual(clock.seconds(), [
    { stage: "import", seconds: 1 },
    { stage: "decompose", seconds: 3.5 },
    { stage: "calibrate", seconds: 0.5 },
  ]);
});

test("numbers are written for people", () => {
  assert.deepEqual([0.0123, 0.5, 1, 12, 1234].map(percent), ["1.23 %", "50.0 %", "100 %", "1,200 %", "> 100,000 %"]);
  assert.deepEqual([9999, 12_345_678, 3.2e9].map(short), ["9,999", "12.3 M", "3.20 G"]);
  assert.deepEqual([times(318_144, 17_156), times(9, 2), times(1000, 1)], ["18.5", "4.50", "1,000"]);
});

test("a point is on the Pareto front when none is as small and as good", () => {
  const points = [
    { bytes: 30, value: 0.9 },
    { bytes: 10, value: 0.5 },
    { bytes: 20, value: 0.4 },
    { bytes: 20, value: 0.7 },
    { bytes: 40, value: 0.9 },
  ];
  assert.deepEqual(paretoFront(points), [points[1], points[3], points[0]]);
});

test("without classes, the share of the output that is kept is drawn", () => {
  assert.equal(metricOf([{ loss: 0.25 }]).of({ loss: 0.25 }), 0.75);
  assert.equal(metricOf([{ loss: 0.25, agreement: 0.5 }]).of({ loss: 0.25, agreement: 0.5 }), 0.5);
});

test("what is put into HTML comes out as text", () => {
  assert.equal(escapeHtml(`<&>"'\u0001`), "&lt;&amp;&gt;&quot;&#39;\uFFFD");
  assert.equal(
    html`<p class="${'"'}">${["<", html`<b>${1}</b>`, undefined, false]}</p>`.text,
    `<p class="&quot;">&lt;<b>1</b></p>`,
  );
});

test("the format of a report is its name's end", () => {
  assert.deepEqual(["a.html", "b.JSON"].map(reportFormat), ["html", "json"]);
  assert.throws(() => reportFormat("report.pdf"), { code: "E_USAGE", message: /report\.pdf: .*\.html or \.json/ });
});

const NASTY = `<img src=x onerror="alert('1')"> & co`;

/** A report with every part, and a name that is hostile everywhere. */
function report(): Report {
  const program = shapesModel();
  program.layers[0].name = NASTY;
  const count = { additions: 1000, multiplications: 20 };
  const layer = { kind: "Conv2D" as const, T: 8, S: 18, pixels: 64, bytes: 50, int8Bytes: 200, original: count };
  return {
    reportVersion: 1,
    name: NASTY,
    compiler: "halfbit",
    source: { file: NASTY, bytes: 1000, sha256: "00" },
    options: { [NASTY]: { [NASTY]: NASTY } },
    file: { bytes: 500, withoutLabels: 450 },
    arena: { bytes: program.arenaBytes, lowerBound: 100 },
    layers: [
      {
        ...layer,
        name: NASTY,
        scheme: "semi-binary",
        rank: 4,
        bitsPerWeight: 2.5,
        chosen: count,
        weightError: 0.5,
        featureMapError: 0.25,
        baselines: [
          { baseline: "α·B", bytes: 50, error: 0.125 },
          { baseline: "SVD in int8", skipped: NASTY },
        ],
        why: NASTY,
      },
      { ...layer, name: "plain", scheme: "int8", bitsPerWeight: 8, chosen: count, why: "the last layer with weights" },
    ],
    total: { bytes: 100, int8Bytes: 400, original: count, chosen: count },
    seconds: [{ stage: NASTY, seconds: 1.5 }],
    training: [{ stage: "recover", before: 0.5, after: 0.25, finished: false }],
    allocation: { judged: [{ name: NASTY, bytes: 450, loss: 0.1, chosen: true }], heldBack: 60 },
    judged: { count: 60, unseen: true, measure: "KL divergence" },
    stages: [{ stage: "m to int8", what: NASTY, loss: 0.01, agreement: 0.9 }],
    curve: {
      samples: 100,
      points: [
        { setting: NASTY, bytes: 450, loss: 0.01, agreement: 0.9, chosen: true },
        { setting: "int8", bytes: 1450, loss: 0.001, agreement: 0.99 },
      ],
      skipped: [NASTY],
    },
    memory: memoryMap(program, 100),
  };
}

test("the page is well-formed, labelled, and loads nothing", async () => {
  checkHtml(await renderHtml(report()));
});

test("the page says what it was given, every part of it as text", async () => {
  const page = await renderHtml(report());
  assert.ok(!page.includes("<img") && !page.includes('onerror="'));
  assert.ok(page.split(escapeHtml(NASTY)).length > 10);
  for (const text of ["12.5 %", "better", "25.0 %", "90.00 %", "interrupted", "÷ 2.00", "450 without labels"]) {
    assert.ok(page.includes(text), text);
  }
});

test("what was not measured is said, and the page stays well-formed", async () => {
  const { allocation: _, judged: _j, stages: _s, curve: _c, seconds: _t, ...bare } = report();
  const layers = bare.layers.map(({ featureMapError: _f, baselines: _b, ...layer }) => layer);
  const page = await renderHtml({ ...bare, layers, training: [] });
  checkHtml(page);
  assert.equal(page.split("Not measured.").length, 3); // stages, accuracy
  assert.ok(!page.includes('id="training"') && !page.includes('id="allocation"'));
});

test("the page's policy allows its own style sheet and nothing else", async () => {
  const page = await renderHtml(report());
  const style = /<style>([\s\S]*?)<\/style>/.exec(page)![1];
  const digest = createHash("sha256").update(style).digest("base64");
  assert.ok(page.includes(`default-src &#39;none&#39;; style-src &#39;sha256-${digest}&#39;`));
});

test("the memory map holds every tensor and scratch inside the arena, from its writer to its last reader", () => {
  const program = shapesModel();
  const { blocks, layers, arenaBytes } = memoryMap(program, 100);
  assert.deepEqual(
    layers,
    program.layers.map(({ name }) => name),
  );
  const input = blocks.find(({ names }) => names.includes("input"))!;
  assert.deepEqual([input.first, input.offset], [-1, program.tensors[program.input].arenaOffset]);
  assert.equal(blocks.find(({ use, last }) => use === "tensor" && last === layers.length)!.names.at(-1), layers.at(-1));
  for (const { offset, bytes, first, last } of blocks) assert.ok(offset + bytes <= arenaBytes + 15 && first <= last);
});
