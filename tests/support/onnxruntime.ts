// onnxruntime, where there is one: $HALFBIT_ORACLE_PYTHON is a Python with the package onnxruntime.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const python = process.env.HALFBIT_ORACLE_PYTHON;

/** For `{ skip }`: false, or why there is no oracle. */
export const noOnnxruntime = python ? false : "HALFBIT_ORACLE_PYTHON (a Python with onnxruntime) is not set";

/** Outputs of ONNX files for one input each, in ONNX's order, computed in one process. */
export function runOnnxruntime(models: readonly { bytes: Uint8Array; x: Float32Array }[]): Float32Array[] {
  const folder = mkdtempSync(join(tmpdir(), "halfbit-onnx-"));
  try {
    models.forEach(({ bytes, x }, i) => {
      writeFileSync(join(folder, `${i}.onnx`), bytes);
      writeFileSync(join(folder, `${i}.x`), x);
    });
    const script = fileURLToPath(new URL("run-onnxruntime.py", import.meta.url));
    execFileSync(python ?? "python3", [script, folder], { stdio: ["ignore", "ignore", "pipe"] });
    return models.map((_, i) => new Float32Array(new Uint8Array(readFileSync(join(folder, `${i}.y`))).buffer));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
