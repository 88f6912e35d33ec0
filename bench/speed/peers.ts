// The peers' packages, which are not halfbit's own (tools/peers.mjs): loaded by path, with the types of what is used here.

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { ToolError } from "../../tools/support/project.mjs";

export interface Peers {
  /** bench/peers, with its node_modules. */
  folder: string;
  /** The Python that has LiteRT, TFLite Micro and wasm3. */
  python: string;
}

/** What onnxruntime-web and onnxruntime-node have in common. */
export interface OnnxRuntime {
  env: { wasm: { numThreads: number }; logLevel: string };
  InferenceSession: {
    create(
      model: Uint8Array,
      options: Record<string, unknown>,
    ): Promise<{
      outputNames: string[];
      run(feeds: Record<string, unknown>): Promise<Record<string, { data: Float32Array }>>;
    }>;
  };
  Tensor: new (type: "float32", data: Float32Array, shape: number[]) => unknown;
}

/** What is used of @litertjs/core. */
export interface LiteRtWeb {
  loadLiteRt(folder: string, options: { threads: boolean }): Promise<unknown>;
  loadAndCompile(
    model: Uint8Array,
    options: { accelerator: "wasm" },
  ): Promise<{
    getInputDetails(): { shape: Int32Array }[];
    run(inputs: LiteRtTensor[]): Promise<LiteRtTensor[]>;
  }>;
  Tensor: new (data: Float32Array, shape: number[]) => LiteRtTensor;
}

export interface LiteRtTensor {
  data(): Promise<Float32Array>;
  delete(): void;
}

function packageFolder({ folder }: Peers, name: string): string {
  const found = join(folder, "node_modules", name);
  if (existsSync(found)) return found;
  throw new ToolError(`${name} is not installed: delete bench/peers/node_modules, then npm run peers`);
}

export function versionOf(peers: Peers, name: string): string {
  return JSON.parse(readFileSync(join(packageFolder(peers, name), "package.json"), "utf8")).version;
}

/**
 * onnxruntime-web as an ES module, onnxruntime-node as a CommonJS one: so each has an onnxruntime-common of its own.
 * One registry for both would give the sessions of both to whichever was there first.
 */
export async function onnxRuntimeWeb(peers: Peers): Promise<OnnxRuntime> {
  const ort = await import(pathToFileURL(join(packageFolder(peers, "onnxruntime-web"), "dist/ort.node.min.mjs")).href);
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  return ort;
}

export function onnxRuntimeNode(peers: Peers): OnnxRuntime {
  return createRequire(join(peers.folder, "package.json"))("onnxruntime-node");
}

/**
 * LiteRT.js is written for pages and workers. Its module of Emscripten runs under Node as well, if it is loaded as a
 * worker loads a script and finds what a script of Node has.
 */
export async function liteRtWeb(peers: Peers): Promise<LiteRtWeb> {
  const folder = join(packageFolder(peers, "@litertjs/core"), "wasm");
  const scope = globalThis as unknown as Record<string, unknown>;
  const { runInThisContext } = await import("node:vm");
  const lent = {
    self: globalThis,
    require: createRequire(join(folder, "script.js")),
    __dirname: folder,
    __filename: join(folder, "script.js"),
    importScripts: (file: string) => runInThisContext(readFileSync(file, "utf8")),
  };
  Object.assign(scope, lent);
  try {
    const entry = join(packageFolder(peers, "@litertjs/core"), "dist/index.js");
    const litert: LiteRtWeb = await import(pathToFileURL(entry).href);
    // It tells the console that there is no GPU, and the standard output what it registers.
    await silently(() => litert.loadLiteRt(`${folder}/`, { threads: false }));
    return litert;
  } finally {
    for (const name of Object.keys(lent)) delete scope[name];
  }
}

/** Without what a library prints meanwhile. */
export async function silently<T>(run: () => Promise<T>): Promise<T> {
  const names = ["log", "info", "warn", "error", "debug"] as const;
  const kept = names.map((name) => console[name]);
  for (const name of names) console[name] = () => {};
  try {
    return await run();
  } finally {
    names.forEach((name, i) => {
      console[name] = kept[i];
    });
  }
}

export const tfjsVersion = (): string => {
  const require = createRequire(import.meta.url);
  const file = join(dirname(require.resolve("@tensorflow/tfjs-backend-wasm")), "../package.json");
  return JSON.parse(readFileSync(file, "utf8")).version;
};
