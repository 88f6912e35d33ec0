// Builds dist/: the WebAssembly modules (one target of asconfig.json each), the command line and the library for Node,
// for browsers and for workerd (esbuild), and type declarations. `npm run build` adds the debug modules.
import { copyFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { compileModule } from "./support/compile-module.mjs";
import { ensureDependencies } from "./support/dependencies.mjs";
import { fingerprint, stamp } from "./support/fingerprint.mjs";
import { libraryOptions } from "./support/libraries.mjs";
import { capture, main, ROOT, say, seconds, ToolError } from "./support/project.mjs";

const FREESTANDING = "assembly/index.ts";
const COMMAND = "assembly/wasi/index.ts";
const FLOAT = "assembly/float/index.ts";
const RELEASE = [
  { target: "scalar", entry: FREESTANDING, file: "dist/halfbit.scalar.wasm", maxBytes: 16 * 1024, small: true },
  { target: "simd128", entry: FREESTANDING, file: "dist/halfbit.simd128.wasm", maxBytes: 28 * 1024 },
  { target: "stream", entry: FREESTANDING, file: "dist/halfbit.stream.wasm", maxBytes: 18 * 1024, small: true },
  { target: "wasi", entry: COMMAND, file: "dist/infer.wasm", maxBytes: 32 * 1024, small: true },
  { target: "float", entry: FLOAT, file: "dist/float.wasm" },
];
const DEBUG = [
  { target: "scalar-debug", entry: FREESTANDING, file: "dist/debug/halfbit.scalar.wasm" },
  { target: "simd128-debug", entry: FREESTANDING, file: "dist/debug/halfbit.simd128.wasm" },
  { target: "wasi-debug", entry: COMMAND, file: "dist/debug/infer.wasm" },
];
const INPUT_FILES = [
  "asconfig.json",
  "package-lock.json",
  "package.json",
  "tsconfig.json",
  "tsconfig.build.json",
  "tools/build.mjs",
  "tools/inline.mjs",
  "tools/support/compile-module.mjs",
  "tools/support/libraries.mjs",
];
const INPUT_FOLDERS = ["assembly", "format", "host"];

export const buildStamp = stamp("dist/.halfbit-build");

/** Fingerprint of everything that dist/ is made from. */
export function buildPrint() {
  return fingerprint(INPUT_FILES, INPUT_FOLDERS);
}

/** Whether every release output is there. */
export function isBuilt() {
  const files = [
    ...RELEASE.map(({ file }) => file),
    "dist/index.js",
    "dist/cli.js",
    "dist/quickstart.js",
    "dist/worker.js",
    "dist/browser/halfbit.js",
    "dist/worker/halfbit.js",
    "dist/types/host/index.d.ts",
  ];
  return files.every((file) => existsSync(path.join(ROOT, file)));
}

async function tool(script, args, what) {
  const { code, output } = await capture(process.execPath, [path.join(ROOT, "node_modules", script), ...args]);
  if (code !== 0) throw new ToolError(`${what} failed\n${output.trim()}`);
}

async function buildModule({ target, entry, file, maxBytes, small }) {
  await compileModule({ target, entry, file, small });
  const { size } = statSync(path.join(ROOT, file));
  if (maxBytes && size > maxBytes) {
    throw new ToolError(`${file} has ${size} bytes; at most ${maxBytes} are allowed, so make the runtime smaller`);
  }
  say(`  ${file} ${size} bytes${maxBytes ? ` (limit ${maxBytes})` : ""}`);
}

async function bundle(options) {
  const { build: esbuild } = await import("esbuild");
  return esbuild(options).catch((error) => {
    throw new ToolError(`esbuild failed\n${error.message}`);
  });
}

async function bundleForNode() {
  await bundle({
    absWorkingDir: ROOT,
    entryPoints: {
      index: "host/index.ts",
      cli: "host/cli/main.ts",
      quickstart: "host/quickstart/main.ts",
      worker: "host/worker.ts",
    },
    outdir: "dist",
    bundle: true,
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    sourcemap: true,
    logLevel: "silent",
  });
  say("  dist/index.js, dist/cli.js, dist/quickstart.js");
}

/** Minified code holds other people's without their comments: their licences stand beside it. */
function writeLicences({ outputs }, folder) {
  const held = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs));
  const packages = held.map((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]);
  const texts = [...new Set(packages.filter(Boolean))].sort().map((name) => {
    return `${name}\n\n${readFileSync(path.join(ROOT, "node_modules", name, "LICENSE"), "utf8").trim()}\n`;
  });
  writeFileSync(path.join(ROOT, folder, "LICENCES.txt"), texts.join("\n\n"));
}

/** A Session and no compiler: files that are served or deployed as they are. */
async function bundleLibraries() {
  const libraries = [
    ["browser", "browser", { halfbit: "host/browser/index.ts", "halfbit-worker": "host/browser/worker.ts" }],
    ["workerd", "worker", { halfbit: "host/serve/index.ts" }],
  ];
  for (const [adapter, name, entryPoints] of libraries) {
    const outdir = `dist/${name}`;
    const options = { ...libraryOptions(adapter), entryPoints, outdir, minify: true, metafile: true };
    const { metafile } = await bundle(options);
    writeLicences(metafile, outdir);
    say(`  ${outdir}/halfbit.js ${statSync(path.join(ROOT, outdir, "halfbit.js")).size} bytes`);
  }
}

/** The library for browsers finds the runtime beside itself. */
function copyRuntime() {
  for (const level of ["scalar", "simd128"]) {
    const name = `halfbit.${level}.wasm`;
    copyFileSync(path.join(ROOT, "dist", name), path.join(ROOT, "dist/browser", name));
  }
}

async function declareTypes() {
  await tool("typescript/bin/tsc", ["-p", "tsconfig.build.json"], "tsc (declarations)");
  say("  dist/types/");
}

/** Builds everything, and stamps dist/ with what it was built from. */
export async function build({ debug }) {
  const start = performance.now();
  const print = buildPrint();
  buildStamp.clear();
  // Names in these change with their contents; the rest is overwritten.
  for (const folder of ["dist/chunks", "dist/types"]) rmSync(path.join(ROOT, folder), { recursive: true, force: true });
  say("building the runtime, the library and the command line …");
  const modules = debug ? [...RELEASE, ...DEBUG] : RELEASE;
  await Promise.all([...modules.map(buildModule), bundleForNode(), bundleLibraries(), declareTypes()]);
  copyRuntime();
  buildStamp.write(print);
  say(`built in ${seconds(start)}`);
}

await main(import.meta, async () => {
  await ensureDependencies();
  await build({ debug: true });
});
