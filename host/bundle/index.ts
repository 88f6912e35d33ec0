// What `halfbit bundle` writes, by target.
import type { Files } from "../folders.ts";
import { firmwareFolder } from "./c.ts";
import { wasmFolder } from "./wasm.ts";
import { workerFiles } from "./worker.ts";

/** A model that the runtime takes, under its file's name without the ending. */
export interface Bundled {
  name: string;
  bytes: Uint8Array;
}

export interface BundleOptions {
  /** Where a worker reads its model. */
  modelFrom: "bundle" | "kv" | "r2";
  /** Bytes of a page of a module's memory. */
  pageSize: "65536" | "1";
}

export interface Folder {
  files: Files;
  /** What is worth knowing about them beside their sizes: lines. */
  facts?: string[];
}

export const TARGETS = {
  c: firmwareFolder,
  wasm: wasmFolder,
  worker: async (model, options) => ({ files: await workerFiles(model, options) }),
} satisfies Record<string, (model: Bundled, options: BundleOptions) => Promise<Folder>>;
