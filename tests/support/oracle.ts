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

/**
 * Runs `count` samples, one after another in the model's input type, through a .tflite file (its path or bytes).
 * Returns the outputs, in the type of `inputs`. `tensors`: a folder that receives every tensor after the last sample.
 */
export function litert<T extends Int8Array | Float32Array>(
  model: string | Uint8Array,
  inputs: T,
  count: number,
  tensors?: string,
): T {
  const reason = oracleReason();
  if (reason) throw new Error(reason);
  const folder = mkdtempSync(path.join(tmpdir(), "halfbit-oracle-"));
  const at = (name: string) => path.join(folder, name);
  try {
    if (typeof model !== "string") writeFileSync(at("model.tflite"), model);
    writeFileSync(at("inputs"), inputs);
    const request = {
      model: typeof model === "string" ? model : at("model.tflite"),
      inputs: at("inputs"),
      outputs: at("outputs"),
      count,
      tensors,
    };
    const { status, stderr } = spawnSync(python!, [SCRIPT], { input: JSON.stringify(request), encoding: "utf8" });
    if (status !== 0) throw new Error(`litert.py failed: ${stderr}`);
    const { buffer } = new Uint8Array(readFileSync(at("outputs")));
    return (inputs instanceof Int8Array ? new Int8Array(buffer) : new Float32Array(buffer)) as T;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
