// One start of an engine in a process of its own: how long each phase took, and how large the process grew.

import { existsSync, readFileSync } from "node:fs";

export interface Start {
  /** Milliseconds from the process's first line: the engine can take a model; it has one; it has answered once. */
  engine: number;
  model: number;
  first: number;
  /** Largest resident set, bytes. */
  memory: number;
}

/** Linux counts what the parent process had into maxRSS, for the moment between fork and exec; not into VmHWM. */
function peak(): number {
  const status = "/proc/self/status";
  const kilobytes = existsSync(status) ? /VmHWM:\s+(\d+)/.exec(readFileSync(status, "utf8"))?.[1] : undefined;
  return 1024 * Number(kilobytes ?? process.resourceUsage().maxRSS);
}

/** Runs the phases and prints a Start as JSON. */
export async function phases<E, M>(
  engine: () => Promise<E>,
  model: (engine: E) => Promise<M>,
  first: (model: M) => unknown,
): Promise<void> {
  const begin = performance.now();
  const started = await engine();
  const ready = performance.now();
  const loaded = await model(started);
  const modelled = performance.now();
  await first(loaded);
  const answered = performance.now();
  const start: Start = {
    engine: ready - begin,
    model: modelled - ready,
    first: answered - modelled,
    memory: peak(),
  };
  process.stdout.write(`${JSON.stringify(start)}\n`);
}

/** A file that the parent named: the model, the input. */
export const argument = (index: number): string => process.argv[2 + index];
