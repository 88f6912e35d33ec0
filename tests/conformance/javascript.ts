// The JavaScript engines, which run the same driver: V8 in Node, in Chromium and in workerd, Cloudflare's runtime.
import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { noChromium, openPage } from "../browser/chromium.ts";
import { ROOT } from "../support/commands.ts";
import { batch } from "./drivers/batch.ts";
import { type Host, LEVELS, modulePath } from "./host.ts";

/** A driver as one script. Imports of .wasm stay: workerd resolves them when the worker is deployed. */
async function script(name: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: join(ROOT, "tests/conformance/drivers"),
    entryPoints: [name],
    bundle: true,
    format: "esm",
    target: "es2023",
    external: ["*.wasm"],
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0].text;
}

async function node(folder: string, wasm: string): Promise<string> {
  const module = await WebAssembly.compile(await readFile(wasm));
  return batch(module, async (name) => readFile(join(folder, name)));
}

const PAGE = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>';

async function chromium(folder: string, wasm: string): Promise<string> {
  const files = new Map<string, Uint8Array>([
    ["/index.html", new TextEncoder().encode(PAGE)],
    ["/page.js", new TextEncoder().encode(await script("page.mjs"))],
    ["/halfbit.wasm", readFileSync(wasm)],
    ...readdirSync(folder).map((name) => [`/${name}`, readFileSync(join(folder, name))] as const),
  ]);
  const { page, close } = await openPage(files);
  try {
    return await page.evaluate(() => (globalThis as unknown as { run(): Promise<string> }).run());
  } finally {
    await close();
  }
}

async function workerd(folder: string, wasm: string): Promise<string> {
  const worker = new Miniflare({
    compatibilityDate: "2026-01-01",
    modules: [
      { type: "ESModule", path: "worker.mjs", contents: await script("worker.mjs") },
      { type: "CompiledWasm", path: "halfbit.wasm", contents: readFileSync(wasm) },
    ],
    serviceBindings: { FOLDER: { disk: { path: folder } } },
  });
  try {
    const response = await worker.dispatchFetch("http://localhost/");
    const text = await response.text();
    if (!response.ok) throw new Error(`workerd: ${text}`);
    return text;
  } finally {
    await worker.dispose();
  }
}

export const JAVASCRIPT: Host[] = LEVELS.flatMap((level) => {
  const host = (name: string, skip: Host["skip"], run: (folder: string, wasm: string) => Promise<string>): Host => ({
    name: `${name}, ${level}`,
    skip,
    shows: "layers and memory",
    run: (folder, module = modulePath(level)) => run(folder, module),
  });
  return [host("Node", false, node), host("Chromium", noChromium, chromium), host("workerd", false, workerd)];
});
