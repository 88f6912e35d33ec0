// TensorFlow.js, started once, on one thread of WebAssembly, without a word on the console.

import * as tf from "@tensorflow/tfjs-core";
import { tfjsFolder } from "../adapters/node.ts";

let started: Promise<typeof tf> | undefined;

/** TensorFlow.js with its wasm back end; with the plain JavaScript one (some 50 times slower) only where wasm cannot start. */
export function startTfjs(): Promise<typeof tf> {
  started ??= start();
  return started;
}

async function start(): Promise<typeof tf> {
  tf.enableProdMode(); // no hints, no NaN checks
  let reason = "it did not start";
  try {
    const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
    tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
    setWasmPaths(tfjsFolder());
    if (await tf.setBackend("wasm")) return tf;
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  console.warn(`halfbit: TensorFlow.js's wasm back end is not available (${reason}); computing slowly in JavaScript`);
  await import("@tensorflow/tfjs-backend-cpu");
  await tf.setBackend("cpu");
  return tf;
}
