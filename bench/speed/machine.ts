// What was measured, and on what.

import { cpus, loadavg } from "node:os";
import { type Peers, tfjsVersion, versionOf } from "./peers.ts";
import type { Python } from "./python.ts";

export interface Machine {
  cpu: string;
  threads: number;
  /** Mean number of running processes, this one included, over the minute before the bench began and before it ended. */
  load: [begin: number, end: number];
  versions: Record<string, string>;
}

export const load = (): number => loadavg()[0];

export async function machine(peers: Peers, python: Python): Promise<Machine> {
  const packages = ["onnxruntime-web", "onnxruntime-node", "@litertjs/core"];
  return {
    cpu: cpus()[0].model,
    threads: cpus().length,
    load: [load(), load()],
    versions: {
      Node: process.versions.node,
      V8: process.versions.v8,
      ...Object.fromEntries(packages.map((name) => [name, versionOf(peers, name)])),
      "@tensorflow/tfjs-backend-wasm": tfjsVersion(),
      ...(await python.ask<Record<string, string>>({ versions: true })),
    },
  };
}
