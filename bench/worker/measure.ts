// What a worker's requests and its start take, beyond a worker that reads a body and answers {}.
import { type Running, startWorker } from "../../tests/worker/workerd.ts";
import { cpuMs, residentMb, workerdProcess } from "./process.ts";

export interface Body {
  type: string;
  files: Uint8Array<ArrayBuffer>[];
}

const WARM_UP = 300;
const BATCHES = 9;
const BATCH = 100;
const STARTS = 15;

async function post({ url }: Running, { type, files }: Body, index: number): Promise<void> {
  const body = files[index % files.length];
  const response = await fetch(url, { method: "POST", headers: { "content-type": type }, body });
  if (response.status !== 200) throw new Error(await response.text());
  await response.arrayBuffer();
}

async function started<T>(folder: string, use: (worker: Running, pid: number) => Promise<T>): Promise<T> {
  const worker = await startWorker(folder);
  try {
    return await use(worker, workerdProcess());
  } finally {
    await worker.miniflare.dispose();
  }
}

export const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1];
const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** CPU ms a request, of each batch of requests that follow one another, and memory afterwards. */
export function requests(folder: string, body: Body): Promise<{ ms: number[]; mb: number }> {
  return started(folder, async (worker, pid) => {
    for (let i = 0; i < WARM_UP; i++) await post(worker, body, i);
    const ms: number[] = [];
    while (ms.length < BATCHES) {
      const before = cpuMs(pid);
      for (let i = 0; i < BATCH; i++) await post(worker, body, i);
      ms.push((cpuMs(pid) - before) / BATCH);
    }
    return { ms, mb: residentMb(pid) };
  });
}

/** Mean CPU ms until the worker listens, and of its first request after that. */
export async function starts(folder: string, body: Body): Promise<{ ready: number; first: number }> {
  const ready: number[] = [];
  const first: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    await started(folder, async (worker, pid) => {
      ready.push(cpuMs(pid));
      await post(worker, body, i);
      first.push(cpuMs(pid) - ready[i]);
    });
  }
  return { ready: mean(ready), first: mean(first) };
}
