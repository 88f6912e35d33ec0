// From nothing to the first answer: ResNet-8 in a fresh process for each engine, and what must have been fetched before.

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { serialize } from "node:v8";
import { build } from "esbuild";
import { tfjsFolder } from "../../host/adapters/node.ts";
import { capture } from "../../tools/support/project.mjs";
import { toPlanar } from "./candidates/onnxruntime.ts";
import { benchModel } from "./models.ts";
import { toOnnx } from "./onnx.ts";
import type { Peers } from "./peers.ts";
import { type Timing, timing } from "./rounds.ts";
import { sourceNetwork } from "./sources.ts";
import type { Start } from "./startup/phases.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface StartRow {
  name: string;
  /** Bytes of the WebAssembly module and of the model. */
  wasmBytes: number;
  modelBytes: number;
  /** Seconds of each phase, and of all. */
  engine: Timing;
  model: Timing;
  first: Timing;
  all: Timing;
  /** Bytes beyond Node's own. */
  memory: Timing;
}

interface Engine {
  name: string;
  /** A file of bench/speed/startup. */
  program: string;
  wasm: string;
  model: Uint8Array;
  input: Int8Array | Uint8Array | Float32Array;
  /** Behind the files of model and input. */
  rest: string[];
}

async function engines(peers: Peers): Promise<Engine[]> {
  const { graphs, files, input } = sourceNetwork("ic_resnet8");
  const wasm = join(ROOT, "dist/halfbit.simd128.wasm");
  const planar = toPlanar(input.real, 3);
  const packages = join(peers.folder, "node_modules");
  const onnx = { program: "onnxruntime-web", wasm: join(packages, "onnxruntime-web/dist/ort-wasm-simd-threaded.wasm") };
  const peer = { input: planar, rest: [peers.folder] };
  return [
    {
      name: "halfbit simd128, K = T",
      program: "halfbit",
      wasm,
      model: await benchModel("resnet8"),
      input: input.int8,
      rest: [wasm],
    },
    { name: "onnxruntime-web, float", ...onnx, model: toOnnx(graphs.float, "float"), ...peer },
    { name: "onnxruntime-web, uint8 (QDQ)", ...onnx, model: toOnnx(graphs.int8, "uint8"), ...peer },
    {
      name: "tfjs-backend-wasm, float",
      program: "tfjs",
      wasm: join(tfjsFolder(), "tfjs-backend-wasm-simd.wasm"),
      model: serialize(graphs.float),
      input: input.real,
      rest: [],
    },
    {
      name: "LiteRT.js, float",
      program: "litert-js",
      wasm: join(packages, "@litertjs/core/wasm/litert_wasm_compat_internal.wasm"),
      model: new Uint8Array(readFileSync(files.float)),
      input: input.real,
      rest: [peers.folder],
    },
  ];
}

/** The programs as plain JavaScript, so that no process compiles TypeScript. Packages stay where they are. */
async function bundle(folder: string): Promise<void> {
  const programs = readdirSync(join(ROOT, "bench/speed/startup")).filter((name) => name !== "phases.ts");
  await build({
    absWorkingDir: ROOT,
    entryPoints: programs.map((name) => `bench/speed/startup/${name}`),
    outdir: folder,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    outExtension: { ".js": ".mjs" },
    logLevel: "silent",
  });
}

async function start(program: string, args: string[]): Promise<Start> {
  const { code, output } = await capture(process.execPath, [program, ...args], {
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  const line = output.trim().split("\n").at(-1)!;
  if (code !== 0 || !line.startsWith("{")) throw new Error(`${program} failed\n${output.slice(-500)}`);
  return JSON.parse(line);
}

export async function startup(peers: Peers, runs: number): Promise<StartRow[]> {
  // Beside node_modules, where the programs' imports are looked for.
  const folder = mkdtempSync(join(ROOT, "node_modules", ".halfbit-startup-"));
  const data = mkdtempSync(join(tmpdir(), "halfbit-startup-"));
  try {
    await bundle(folder);
    const all = await engines(peers);
    const calls = all.map(({ program, model, input, rest }, i) => {
      const files = [join(data, `${i}.model`), join(data, `${i}.input`)];
      writeFileSync(files[0], model);
      writeFileSync(files[1], input);
      return { program: join(folder, `${program}.mjs`), args: [...files, ...rest] };
    });
    const starts: Start[][] = all.map(() => []);
    const bare: number[] = [];
    for (let run = 0; run < runs; run++) {
      bare.push((await start(join(folder, "bare.mjs"), [])).memory);
      for (const [i, { program, args }] of calls.entries()) starts[i].push(await start(program, args));
    }
    const { median: node } = timing(bare);
    return all.map(({ name, wasm, model }, i) => ({
      name,
      wasmBytes: statSync(wasm).size,
      modelBytes: model.length,
      engine: timing(starts[i].map((s) => s.engine / 1000)),
      model: timing(starts[i].map((s) => s.model / 1000)),
      first: timing(starts[i].map((s) => s.first / 1000)),
      all: timing(starts[i].map((s) => (s.engine + s.model + s.first) / 1000)),
      memory: timing(starts[i].map(({ memory }) => memory - node)),
    }));
  } finally {
    for (const name of [folder, data]) rmSync(name, { recursive: true });
  }
}
