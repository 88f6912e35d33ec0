// Gradients of whole batches, computed on several threads.

import { startThread } from "../adapters/node.ts";
import type { Job, Part, Slope } from "./gradient.ts";

/** A batch is cut into as many parts whatever the number of threads, so that sums, and results, do not depend on it. */
const PARTS = 2;

export interface Pool {
  /** Mean loss of the batch and its gradient. input: n × H × W × C, n ≥ PARTS. */
  slope(batch: Part): Promise<Slope>;
  close(): Promise<void>;
}

export function openPool(job: Job, each: number, threads: number): Pool {
  const workers = Array.from({ length: Math.min(PARTS, threads) }, () => startThread("gradients", job));
  return {
    slope: async ({ values, input, labels, answers }) => {
      const count = input.length / each;
      const cuts = Array.from({ length: PARTS + 1 }, (_, i) => Math.round((i * count) / PARTS));
      const parts = await Promise.all(
        cuts.slice(1).map(async (end, i) => {
          const part = {
            values,
            input: input.slice(cuts[i] * each, end * each),
            labels: labels?.slice(cuts[i], end),
            answers: answers?.slice((cuts[i] * answers.length) / count, (end * answers.length) / count),
          };
          return { share: (end - cuts[i]) / count, slope: await workers[i % workers.length].ask(part) };
        }),
      );
      const gradient = new Float32Array(values.length);
      const given = parts.map(({ slope }) => slope.answers);
      const together = new Float32Array(given.reduce((sum, { length }) => sum + length, 0));
      given.reduce((at, part) => {
        together.set(part, at);
        return at + part.length;
      }, 0);
      let loss = 0;
      for (const { share, slope } of parts) {
        loss += share * slope.loss;
        for (let i = 0; i < gradient.length; i++) gradient[i] += share * slope.gradient[i];
      }
      return { loss, gradient, answers: together };
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
    },
  };
}
