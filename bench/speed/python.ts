// The peers that are Python packages: one child process (serve.py) that is asked, one question at a time, so that they
// take their turns with the others. It does the timing, around the engine's call alone.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import { ToolError } from "../../tools/support/project.mjs";
import type { Candidate } from "./rounds.ts";

/** Calls a function, or names an address; there, or where the function's result says, `file` is written. */
export type Step = ({ call: string; args?: number[] } | { at: number }) & { file?: string };

export type Load =
  /** A .tflite file, and a file of its input in the model's own type. */
  | { engine: "litert" | "tflite-micro"; model: string; input: string }
  /** A WebAssembly module: what comes before `run`, the function to time, and where `bytes` of output are. */
  | { engine: "wasm3"; model: string; steps: Step[]; run: string; args?: number[]; output: Step; bytes: number };

export class Python {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;
  private readonly reader: Interface;
  private readonly folder = mkdtempSync(join(tmpdir(), "halfbit-bench-"));
  private files = 0;

  constructor(python: string) {
    const script = fileURLToPath(new URL("serve.py", import.meta.url));
    // Its standard error is TensorFlow Lite's chatter.
    this.child = spawn(python, [script], { stdio: ["pipe", "pipe", "ignore"] });
    this.reader = createInterface({ input: this.child.stdout! });
    this.lines = this.reader[Symbol.asyncIterator]();
  }

  async ask<T>(question: object): Promise<T> {
    this.child.stdin!.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new ToolError("bench/speed/serve.py has stopped; run it by hand to see why");
    const reply = JSON.parse(value);
    if (reply.error) throw new ToolError(`bench/speed/serve.py: ${reply.error}`);
    return reply;
  }

  /** Bytes as a file that lives as long as this. */
  file(bytes: Int8Array | Uint8Array | Float32Array): string {
    const name = join(this.folder, `${this.files++}`);
    writeFileSync(name, bytes);
    return name;
  }

  async load(name: string, load: Load): Promise<Candidate & { output: number[] }> {
    const { id, output } = await this.ask<{ id: number; output: number[] }>({ load });
    const seconds = async (iterations: number) =>
      (await this.ask<{ seconds: number }>({ time: id, iterations })).seconds;
    return { name, seconds, output };
  }

  async stop(): Promise<void> {
    this.child.stdin!.end();
    if (this.child.exitCode === null) await once(this.child, "close");
    this.reader.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
