// What the compiler and a Session need of their surroundings, under Node. A build for browsers has browser.ts in place of
// this one module, with the same exports.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { HalfbitError } from "../errors.ts";
import { readFile } from "../files.ts";
import type { Task, Tasks } from "../tasks.ts";

export type Level = "simd128" | "scalar";

/** Bundled, this module is in dist/ or dist/chunks/; as source, dist/ is two folders up. */
const FOLDERS = ["./", "../", "../../dist/"];

/** The freestanding runtime module of a level. */
export function readRuntime(level: Level): Promise<Uint8Array> {
  return readModule(`halfbit.${level}.wasm`);
}

/** A file of dist/, such as a WebAssembly module. Throws E_ENGINE where it is missing. */
export async function readModule(name: string): Promise<Uint8Array> {
  return readFileSync(built(name));
}

function built(name: string): string {
  for (const folder of FOLDERS) {
    const path = fileURLToPath(new URL(folder + name, import.meta.url));
    if (existsSync(path)) return path;
  }
  throw new HalfbitError("E_ENGINE", `dist/${name} is missing: run \`npm run build\` in halfbit's folder`);
}

/** Where TensorFlow.js finds the .wasm files of its back end; ends in a slash. */
export function tfjsFolder(): string {
  return `${dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"))}/`;
}

/** A model file's bytes. */
export async function readModelFile(path: string): Promise<Uint8Array> {
  return readFile(path);
}

/** A worker thread that answers one question after another. */
export interface Thread<T extends Task> {
  /** Questions asked before the last is answered wait their turn. Rejects where the thread fails. */
  ask(question: Tasks[T]["question"]): Promise<Tasks[T]["answer"]>;
  stop(): Promise<void>;
}

/** Starts dist/worker.js with a task of tasks.ts. */
export function startThread<T extends Task>(task: T, data: Tasks[T]["data"]): Thread<T> {
  const worker = new Worker(built("worker.js"), { workerData: { task, data } });
  const waiting: { resolve(answer: Tasks[T]["answer"]): void; reject(error: unknown): void }[] = [];
  worker.on("message", (answer: Tasks[T]["answer"]) => waiting.shift()?.resolve(answer));
  worker.on("error", (error) => {
    for (const { reject } of waiting.splice(0)) reject(error);
  });
  return {
    ask: (question) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        worker.postMessage(question);
      }),
    stop: async () => {
      await worker.terminate();
    },
  };
}

/** Threads that this machine runs at once. */
export const threadCount = (): number => availableParallelism();
