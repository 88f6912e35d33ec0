// A thread that computes gradients of the parts of a batch that it is sent.
import { parentPort, workerData } from "node:worker_threads";
import { type Job, type Part, prepareJob } from "./gradient.ts";

const port = parentPort!;
const slope = prepareJob(workerData as Job);
port.on("message", async (part: Part) => {
  const result = (await slope)(part);
  port.postMessage(result, [result.gradient.buffer as ArrayBuffer]);
});
