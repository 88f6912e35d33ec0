// A session in a worker thread: the page stays responsive while a large model runs.
import { HalfbitError } from "../errors.ts";
import { type Result, resultOf } from "../result.ts";
import type { SessionOptions } from "../session.ts";
import type { Answer, Facts, Input, Request } from "./worker.ts";

/** A Session whose inferences are promises. */
export interface WorkerSession extends Facts {
  /** One inference, as Session.run. Those that are asked for meanwhile wait their turn. */
  run(input: Input): Promise<Result>;
  /** Ends the thread. Inferences that have not been answered never are. */
  close(): void;
}

/** A worker that answers requests in their order. */
function ask(worker: Worker): (request: Request) => Promise<Answer> {
  const waiting: { resolve(answer: Answer): void; reject(error: unknown): void }[] = [];
  worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => waiting.shift()!.resolve(data));
  worker.addEventListener("error", () => {
    const error = new HalfbitError("E_ENGINE", "halfbit-worker.js does not load; serve it beside halfbit's script");
    for (const { reject } of waiting.splice(0)) reject(error);
  });
  return (request) =>
    new Promise((resolve, reject) => {
      worker.postMessage(request);
      waiting.push({ resolve, reject });
    });
}

/** The answer, or its error thrown. */
function checked<A extends Answer>(answer: Answer): A {
  if ("failed" in answer) throw answer.failed;
  if (!("refused" in answer)) return answer as A;
  const { code, message, status, record } = answer.refused;
  throw new HalfbitError(code, message, { status, record });
}

/** Session.open in a worker thread of its own. A model's address is relative to the page. */
export async function openInWorker(
  model: string | Uint8Array | ArrayBuffer,
  options: SessionOptions = {},
): Promise<WorkerSession> {
  const base = globalThis.document?.baseURI ?? location.href;
  const open = typeof model === "string" ? new URL(model, base).href : model;
  const worker = new Worker(new URL("./halfbit-worker.js", import.meta.url), { type: "module" });
  const request = ask(worker);
  try {
    const { opened } = checked<{ opened: Facts }>(await request({ open, options }));
    return {
      ...opened,
      run: async (input) => {
        const { raw } = checked<{ raw: Int8Array }>(await request({ run: input }));
        return resultOf(raw, opened.output, opened.labels);
      },
      close: () => worker.terminate(),
    };
  } catch (error) {
    worker.terminate();
    throw error;
  }
}
