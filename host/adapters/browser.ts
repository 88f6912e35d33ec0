// What the compiler and a Session need of their surroundings, in a browser's page or worker: node.ts has the same exports.
// The page serves the .wasm files of dist/, and those of TensorFlow.js's back end, beside the script that holds this module.
import { type Code, HalfbitError } from "../errors.ts";
import type { Task, Tasks } from "../tasks.ts";
import type { Level, Thread } from "./node.ts";

/** The freestanding runtime module of a level. */
export function readRuntime(level: Level): Promise<Uint8Array> {
  return readModule(`halfbit.${level}.wasm`);
}

/** A WebAssembly module of dist/. Throws E_ENGINE where it is missing. */
export function readModule(name: string): Promise<Uint8Array> {
  return download(new URL(name, import.meta.url), "E_ENGINE", "serve it beside halfbit's script");
}

/** Where TensorFlow.js finds the .wasm files of its back end; ends in a slash. */
export const tfjsFolder = (): string => new URL("./", import.meta.url).href;

/** The bytes of a model at an address, relative to the page. Throws E_NOT_FOUND. */
export function readModelFile(path: string): Promise<Uint8Array> {
  return download(path, "E_NOT_FOUND", "check the address");
}

async function download(address: string | URL, code: Code, advice: string): Promise<Uint8Array> {
  const response = await fetch(address).catch((cause: unknown) => {
    throw new HalfbitError(code, `${address}: no answer; ${advice}`, { cause });
  });
  if (!response.ok) throw new HalfbitError(code, `${address}: HTTP status ${response.status}; ${advice}`);
  return new Uint8Array(await response.arrayBuffer());
}

/**
 * The task, done where this is called: TensorFlow.js's heap is one a page. Before each question the page has its turn, so
 * that it can draw, and abort the training.
 */
export function startThread<T extends Task>(task: T, data: Tasks[T]["data"]): Thread<T> {
  const answer = import("../tasks.ts").then(({ answerer }) => answerer(task, data));
  return {
    ask: async (question) => {
      await new Promise((resume) => setTimeout(resume));
      return (await answer)(question);
    },
    stop: async () => {},
  };
}

/** One: see startThread. */
export const threadCount = (): number => 1;
