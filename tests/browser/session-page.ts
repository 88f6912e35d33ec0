// What session.test.ts runs in its page, with the library as it is served there.
import type * as Halfbit from "../../host/browser/index.ts";

const LIBRARY = "./lib/halfbit.js"; // beside the page, not beside this source
const library: Promise<typeof Halfbit> = import(LIBRARY);

export type Way = "session" | "worker";

async function open(way: Way, model: string, options?: Halfbit.SessionOptions) {
  const { openInWorker, Session } = await library;
  return way === "worker" ? openInWorker(model, options) : Session.open(model, options);
}

function close(session: Halfbit.Session | Halfbit.WorkerSession): void {
  if ("close" in session) session.close();
}

/** Code, exit code and message of what the action throws. */
async function refusal(action: () => unknown): Promise<(string | number)[]> {
  const { HalfbitError } = await library;
  try {
    await action();
  } catch (error) {
    return error instanceof HalfbitError ? [error.code, error.exitCode, error.message] : [String(error)];
  }
  return ["nothing was thrown"];
}

const actions = {
  /** The ten scores of each digit. */
  async scores(way: Way, level: Halfbit.Level, digits: number[][]) {
    const session = await open(way, "models/mnist.bin", { level });
    const results = await Promise.all(digits.map((digit) => session.run(Uint8Array.from(digit))));
    close(session);
    return results.map((result) => result.top(10));
  },
  async facts() {
    const session = await open("worker", "models/mnist.bin");
    const { input, output, metadata, labels, level } = session;
    close(session);
    return { input, output, metadata, labels, level };
  },
  async refusals(way: Way) {
    const session = await open(way, "models/mnist.bin");
    const refusals = [
      await refusal(() => session.run(new Uint8Array(3))),
      await refusal(() => open(way, "models/broken.bin")),
      await refusal(() => open(way, "models/none.bin")),
    ];
    close(session);
    return refusals;
  },
  opening: (way: Way) => refusal(() => open(way, "models/mnist.bin")),
  scriptOfText: () => refusal(() => new Function("return 1")()),
};

export type Actions = typeof actions;

/** In a task of the page's own: what a debugger calls directly is free of the page's policy. */
async function act<N extends keyof Actions>(name: N, ...given: Parameters<Actions[N]>): Promise<unknown> {
  await new Promise((resume) => setTimeout(resume));
  return (actions[name] as (...given: unknown[]) => unknown)(...given);
}

Object.assign(globalThis, { act });
