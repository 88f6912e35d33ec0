// The worker of a WorkerSession: a Session that is opened by its first message and run by those after it. A message that
// arrives while the model is still being opened waits.
import { type Code, HalfbitError } from "../errors.ts";
import { Session, type SessionOptions } from "../session.ts";

export type Input = Parameters<Session["run"]>[0];

export type Request = { open: string | Uint8Array | ArrayBuffer; options: SessionOptions } | { run: Input };

/** What a Session knows of its model, as it crosses to the page. */
export type Facts = Pick<Session, "input" | "output" | "metadata" | "labels" | "level">;

/** Answers come in the order of the requests. Errors cross as their parts: a structured clone keeps no class. */
export type Answer =
  | { opened: Facts }
  | { raw: Int8Array }
  | { refused: { code: Code; message: string; status: number; record: number } }
  | { failed: unknown };

let session: Promise<Session>;

async function answer(request: Request): Promise<Answer> {
  if ("run" in request) return { raw: (await session).run(request.run).raw };
  session = Session.open(request.open, request.options);
  const { input, output, metadata, labels, level } = await session;
  return { opened: { input, output, metadata, labels, level } };
}

function failure(error: unknown): Answer {
  if (!(error instanceof HalfbitError)) return { failed: error };
  const { code, message, status, record } = error;
  return { refused: { code, message, status, record } };
}

let last: Promise<unknown> = Promise.resolve();

addEventListener("message", ({ data }: MessageEvent<Request>) => {
  last = last.then(async () => postMessage(await answer(data).catch(failure)));
});
