// CPU time of the bundled worker's requests and of its start, in workerd. Writes the table of docs/workers.md.
// Run: npm run bench:worker (Linux).
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import jpeg from "jpeg-js";
import { TARGETS } from "../host/bundle/index.ts";
import { writeFolder } from "../host/folders.ts";
import { resize } from "../host/samples/resize.ts";
import { cifar10, mnist } from "../tests/support/data.ts";
import { jpegs } from "../tests/worker/jpegs.ts";
import { benchModel } from "./speed/models.ts";
import { type Body, median, requests, starts } from "./worker/measure.ts";

const PAGE = "docs/workers.md";
const FILES = 100;

const photographs = cifar10("test");
if (!photographs) throw new Error("CIFAR-10 is missing: npm run data -- cifar10");
const folder = mkdtempSync(join(tmpdir(), "halfbit-worker-"));
process.on("exit", () => rmSync(folder, { recursive: true }));

async function bundle(name: string, bytes: Uint8Array): Promise<string> {
  const { files } = await TARGETS.worker({ name, bytes }, { modelFrom: "bundle", pageSize: "65536" });
  writeFolder(join(folder, name), files, false);
  return join(folder, name);
}

const digits = await bundle("digits", readFileSync("models/mnist/mnist.bin"));
const resnet8 = await bundle("resnet8", await benchModel("resnet8"));
const nothing = await bundle("nothing", new Uint8Array(1));
writeFileSync(
  join(nothing, "src/index.js"),
  'export default { async fetch(request) { await request.arrayBuffer(); return new Response("{}"); } };\n',
);

/** A photograph of CIFAR-10, enlarged. */
function enlarged(index: number, width: number, height: number): Uint8Array<ArrayBuffer> {
  const pixels = Float32Array.from(photographs!.images.subarray(index * 3072, (index + 1) * 3072));
  const rgb = resize(pixels, [32, 32, 3], [height, width]);
  const data = Uint8Array.from({ length: width * height * 4 }, (_, i) =>
    i % 4 === 3 ? 255 : rgb[(i >> 2) * 3 + (i % 4)],
  );
  return new Uint8Array(jpeg.encode({ width, height, data }, 85).data);
}

const raw = Array.from({ length: FILES }, (_, i) =>
  photographs.images.slice(i * 3072, (i + 1) * 3072).map((p) => p ^ 128),
);
const small: Body = { type: "image/jpeg", files: jpegs(photographs.images, FILES, 32, 3) };
const CASES: [what: string, folder: string, body: Body][] = [
  [
    "digits (`mnist.bin`), a JPEG of 28×28",
    digits,
    { type: "image/jpeg", files: jpegs(mnist("test").images, FILES, 28, 1) },
  ],
  ["ResNet-8, raw values", resnet8, { type: "application/octet-stream", files: raw }],
  ["ResNet-8, a JPEG of 32×32", resnet8, small],
  ["ResNet-8, a JPEG of 160×120", resnet8, { type: "image/jpeg", files: [enlarged(0, 160, 120)] }],
  ["ResNet-8, a JPEG of 640×480", resnet8, { type: "image/jpeg", files: [enlarged(1, 640, 480)] }],
];

const [before] = loadavg();
const rows: string[] = [];
for (const [what, worker, body] of CASES) {
  const base = await requests(nothing, body);
  const { ms, mb } = await requests(worker, body);
  const own = ms.map((value) => value - median(base.ms)).toSorted((a, b) => a - b);
  const figures = [median(own), own[Math.floor(own.length * 0.9)]].map((value) => value.toFixed(2));
  rows.push(`| ${what} | ${figures.join(" | ")} | ${Math.max(0, mb - base.mb).toFixed(0)} |`);
}
const base = await starts(nothing, small);
const cold = await starts(resnet8, small);
const [after] = loadavg();
const text = `Measured by \`npm run bench:worker\` on ${cpus()[0].model}, with a load of ${before.toFixed(1)} to ${after.toFixed(1)}.

| request | CPU ms, median | nine tenths below | memory, MB more |
| --- | --- | --- | --- |
${rows.join("\n")}

| cold start of ResNet-8's worker | CPU ms |
| --- | --- |
| script, runtime and model, until it listens | ${(cold.ready - base.ready).toFixed(0)} |
| the first request, its code not yet optimised | ${(cold.first - base.first).toFixed(0)} |`;
const page = readFileSync(PAGE, "utf8");
writeFileSync(
  PAGE,
  page.replace(/(<!-- worker -->\n)[\s\S]*(<!-- end -->)/, (_, start, end) => `${start}${text}\n${end}`),
);
process.stdout.write(`${text}\n`);
