// What `halfbit bundle` writes, by target.
import type { Files } from "../folders.ts";
import { workerFiles } from "./worker.ts";

/** A model that the runtime takes, under its file's name without the ending. */
export interface Bundled {
  name: string;
  bytes: Uint8Array;
}

export interface BundleOptions {
  /** Where a worker reads its model. */
  modelFrom: "bundle" | "kv" | "r2";
}

/** The files of the folder. */
export const TARGETS = {
  worker: workerFiles,
} satisfies Record<string, (model: Bundled, options: BundleOptions) => Promise<Files>>;
