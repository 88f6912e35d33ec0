// `halfbit bundle --target worker`: a folder for wrangler, Cloudflare's command line.
import { readModule } from "../adapters/node.ts";
import type { Files } from "../folders.ts";
import type { Bundled, BundleOptions } from "./index.ts";
import { workerReadme } from "./worker-readme.ts";

export type Store = BundleOptions["modelFrom"];

/** What the worker is called, and its model where that is in a store. */
export interface Names {
  worker: string;
  /** The model's name in its store. */
  model: string;
  bucket: string;
}

/** Cloudflare's names: up to 63 lower-case letters, digits and dashes between them. */
function namesOf(model: string): Names {
  const plain = model
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 48)
    .replaceAll(/^-|-$/g, "");
  const worker = plain || "model";
  return { worker, model: `${worker}.bin`, bucket: `${worker}-models` };
}

/** What gives classifier() its model; env.MODELS is the binding of wrangler.toml. */
const MODEL: Record<Store, (names: Names) => string> = {
  bundle: () => "model",
  kv: ({ model }) => `model: (env) => env.MODELS.get("${model}", "arrayBuffer")`,
  r2: ({ model }) => `model: async (env) => (await env.MODELS.get("${model}"))?.arrayBuffer()`,
};

const BINDING: Record<Store, (names: Names) => string> = {
  bundle: () => "",
  kv: () => '\n[[kv_namespaces]]\nbinding = "MODELS"\n',
  r2: ({ bucket }) => `\n[[r2_buckets]]\nbinding = "MODELS"\nbucket_name = "${bucket}"\n`,
};

function script(store: Store, names: Names): string {
  const model = store === "bundle" ? 'import model from "./model.bin";\n' : "";
  return `import { classifier } from "./halfbit.js";
import module from "./halfbit.simd128.wasm";
${model}
export default classifier({ module, ${MODEL[store](names)} });
`;
}

function settings(store: Store, names: Names): string {
  return `name = "${names.worker}"
main = "src/index.js"
compatibility_date = "2026-04-01"
compatibility_flags = ["nodejs_compat"] # the PNG decoder's Buffer
${BINDING[store](names)}`;
}

export async function workerFiles({ name, bytes }: Bundled, { modelFrom }: BundleOptions): Promise<Files> {
  const names = namesOf(name);
  return new Map<string, Uint8Array | string>([
    ["README.md", workerReadme(modelFrom, names)],
    ["wrangler.toml", settings(modelFrom, names)],
    ["src/index.js", script(modelFrom, names)],
    ["src/halfbit.js", await readModule("worker/halfbit.js")],
    ["src/LICENCES.txt", await readModule("worker/LICENCES.txt")],
    ["src/halfbit.simd128.wasm", await readModule("halfbit.simd128.wasm")],
    [modelFrom === "bundle" ? "src/model.bin" : names.model, bytes],
  ]);
}
