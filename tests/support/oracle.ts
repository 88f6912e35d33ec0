// LiteRT as the oracle for .tflite: TFLite's own reference kernels, run in Python by tests/oracle/litert.py.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("../oracle/litert.py", import.meta.url));
const python = process.env.HALFBIT_ORACLE_PYTHON;

/** For `{ skip }`: false, or why there is no oracle. */
export function oracleReason(): string | false {
  return python ? false : "HALFBIT_ORACLE_PYTHON is not set (npm run oracle installs one and says how)";
}

export interface OracleRun<T extends Int8Array | Float32Array> {
  /** A .tflite file: its path or bytes. */
  model: string | Uint8Array;
  /** `count` samples, one after another, in the model's input type. */
  inputs: T;
  count: number;
  /** A folder that receives every tensor after the last sample. */
  tensors?: string;
}

/** Runs several models in one process. Returns the outputs of each, one after another, in the type of its inputs. */
export function litertAll<T extends Int8Array | Float32Array>(runs: readonly OracleRun<T>[]): T[] {
  const reason = oracleReason();
  if (reason) throw new Error(reason);
  const folder = mkdtempSync(path.join(tmpdir(), "halfbit-oracle-"));
  const at = (i: number, name: string) => path.join(folder, `${i}.${name}`);
  try {
    const requests = runs.map(({ model, inputs, count, tensors }, i) => {
      if (typeof model !== "string") writeFileSync(at(i, "tflite"), model);
      writeFileSync(at(i, "inputs"), inputs);
      const file = typeof model === "string" ? model : at(i, "tflite");
      return { model: file, inputs: at(i, "inputs"), outputs: at(i, "outputs"), count, tensors };
    });
    const { status, signal, stderr } = spawnSync(python!, [SCRIPT], {
      input: JSON.stringify(requests),
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`litert.py failed: ${signal ?? ""}${stderr}`);
    return runs.map(({ inputs }, i) => {
      const { buffer } = new Uint8Array(readFileSync(at(i, "outputs")));
      return (inputs instanceof Int8Array ? new Int8Array(buffer) : new Float32Array(buffer)) as T;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same for one model. */
export function litert<T extends Int8Array | Float32Array>(
  model: string | Uint8Array,
  inputs: T,
  count: number,
  tensors?: string,
): T {
  return litertAll([{ model, inputs, count, tensors }])[0];
}
