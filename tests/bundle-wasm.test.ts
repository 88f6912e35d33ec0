// `halfbit bundle --target wasm`: a module with the kinds of one model, in as much memory as that takes.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { loadStream } from "../host/bundle/stream.ts";
import { selfTest } from "../host/passes/self-test.ts";
import { writeModel } from "../host/write.ts";
import { enginePath, noEngine } from "../tools/engines.mjs";
import { halfbit, temporaryFolder } from "./support/commands.ts";
import { shapesModel } from "./support/models.ts";

const cwd = temporaryFolder();
const program = shapesModel();
const model = writeModel({ ...program, selfTest: selfTest(program, 0x2545f491) });
writeFileSync(join(cwd, "shapes.bin"), model);

/** The folder's module, and the bytes that its README says to reserve. */
function bundle(folder: string, ...options: string[]): { module: Uint8Array; total: number } {
  const args = ["bundle", "shapes.bin", "--target", "wasm", "-o", folder, ...options];
  const { code, stderr } = halfbit(args, { cwd });
  assert.equal(code, 0, stderr);
  assert.deepEqual(new Uint8Array(readFileSync(join(cwd, folder, "model.bin"))), model);
  const [, total] = readFileSync(join(cwd, folder, "README.md"), "utf8").match(/^reserve\((\d+)\)/m)!;
  return { module: readFileSync(join(cwd, folder, "halfbit.wasm")), total: Number(total) };
}

test("the module imports host.read alone, has one page for good, and runs in the memory that its README names", async () => {
  const { module, total } = bundle("pages");
  const compiled = new WebAssembly.Module(module as BufferSource);
  assert.deepEqual(WebAssembly.Module.imports(compiled), [{ module: "host", name: "read", kind: "function" }]);
  const wasm = await loadStream(module, model, "shapes", total);
  assert.equal(wasm.selfTest(), 0);
  assert.equal(wasm.memory.buffer.byteLength, 65536);
  assert.throws(() => wasm.memory.grow(1), RangeError);
  await assert.rejects(loadStream(module, model, "shapes", total - 1), { code: "E_MODEL", status: 17 });
});

test("pages of one byte: wasmtime runs it in exactly that memory", { skip: noEngine("wasmtime") }, () => {
  const { total } = bundle("bytes", "--page-size", "1");
  const script = join(import.meta.dirname, "support/custom-pages.py");
  const printed = execFileSync(enginePath("wasmtime/bin/python"), [script, join(cwd, "bytes"), String(total)]);
  assert.equal(printed.toString(), `self-test 0, memory ${total}\n`);
});
