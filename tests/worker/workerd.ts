// A worker's folder in workerd, with the bindings of its wrangler.toml, as `halfbit bundle` writes it.
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions as optionsOf } from "wrangler";

export interface Running {
  miniflare: Miniflare;
  /** Of a real HTTP server on this machine. */
  url: URL;
}

/** Starts it; to be disposed of. */
export async function startWorker(folder: string): Promise<Running> {
  const { workerOptions, main } = optionsOf(join(folder, "wrangler.toml"));
  const miniflare = new Miniflare({
    ...workerOptions,
    scriptPath: main,
    modulesRoot: folder,
    modules: true,
    modulesRules: [
      { type: "ESModule", include: ["**/*.js"] },
      { type: "CompiledWasm", include: ["**/*.wasm"] },
      { type: "Data", include: ["**/*.bin"] },
    ],
    cf: false,
  });
  return { miniflare, url: await miniflare.ready };
}
