// The C that `halfbit bundle` writes, as far as it needs no compiler, and what its runtime refuses.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import crc32 from "crc-32";
import * as f from "../format/layout.ts";
import { readModule } from "../host/adapters/node.ts";
import { type Bundle, bundleC } from "../host/bundle/c.ts";
import { memoryMap } from "../host/bundle/memory-map.ts";
import { hasInt8Range } from "../host/bundle/profile.ts";
import { loadStream } from "../host/bundle/stream.ts";
import { selfTest } from "../host/passes/self-test.ts";
import { writeModel } from "../host/write.ts";
import { CASES } from "./conformance/cases.ts";
import { halfbit, temporaryFolder } from "./support/commands.ts";
import { shapesModel } from "./support/models.ts";

const folder = temporaryFolder();
const program = shapesModel(["circle", '"square"', "триугольник"]);
const model = writeModel({ ...program, selfTest: selfTest(program, 0x2545f491) });
let stream: Uint8Array;
let bundle: Bundle;

before(async () => {
  stream = await readModule("halfbit.stream.wasm");
  bundle = await bundleC(model, "shapes");
});

/** The file with a change and a checksum that is right. */
function changed(file: Uint8Array, change: (view: DataView, records: number) => void): Uint8Array {
  const copy = file.slice();
  const view = new DataView(copy.buffer);
  change(view, view.getUint32(f.H_LAYERS, true));
  view.setInt32(f.H_CRC32, crc32.buf(copy.subarray(f.H_CRC32 + 4)), true);
  return copy;
}

test("the bundle holds the model's bytes, four functions, and the constants of its edges", () => {
  const words = [...bundle.files.get("model.c")!.matchAll(/0x([0-9a-f]{8})/g)].map(([, word]) =>
    Number.parseInt(word, 16),
  );
  assert.deepEqual(new Uint8Array(Uint32Array.from(words).buffer).subarray(0, model.length), model);
  const header = bundle.files.get("halfbit.h")!;
  assert.equal(header.match(/^[\w ]+\*?halfbit_\w+\(void\);$/gm)!.length, 4);
  for (const line of [
    "HALFBIT_INPUT_BYTES 108",
    `HALFBIT_MODEL_BYTES ${model.length}u`,
    `HALFBIT_MEMORY_BYTES ${bundle.memory.total}u`,
    "HALFBIT_HAS_SELF_TEST 1",
  ])
    assert.ok(header.includes(`#define ${line}\n`), line);
  assert.match(header, /HALFBIT_LABELS "circle", "\\042square\\042", "\\321\\202/);
});

test("the C has nothing of wasm2c's instance, heap, signals or checks left", () => {
  const code = bundle.files.get("runtime.h")!;
  assert.doesNotMatch(code, /instance|wasm_rt|w2c_|FUNC_|default32|#if/);
  for (const name of ["load", "run", "step", "selfTest", "input", "output"])
    assert.match(code, new RegExp(`^static inline u32 wasm_${name}\\(`, "m"));
});

test("the profile refuses a kind that the model has none of, and outputs of less than int8", async () => {
  const { module, fullBytes } = bundle.profile;
  assert.ok(module.length < 0.9 * fullBytes, `${module.length} of ${fullBytes} bytes`);
  const kinds = new Set(program.layers.map(({ kind }) => kind));
  const seen = new Set<number | undefined>();
  for (const { name, program } of CASES) {
    const statuses = program.layers.map((layer) => (kinds.has(layer.kind) ? (hasInt8Range(layer) ? 0 : 14) : 10));
    const status = statuses.find((status) => status > 0);
    seen.add(status);
    const loaded = loadStream(module, writeModel(program), name, 2 ** 20);
    if (status === undefined) await loaded;
    else await assert.rejects(loaded, { code: "E_MODEL", status }, name);
  }
  assert.deepEqual(seen, new Set([undefined, 10, 14]));
});

test("a layer that clamps to less than int8 does so in its bundle", async () => {
  const narrow = structuredClone(program);
  narrow.layers[0].activationMin = -20;
  narrow.layers[0].activationMax = 30;
  // It throws where the self-test fails.
  const { files } = await bundleC(writeModel({ ...narrow, selfTest: selfTest(narrow, 0x2545f491) }), "narrow");
  assert.doesNotMatch(files.get("runtime.h")!, /TO_INT8/);
  assert.match(bundle.files.get("runtime.h")!, /= TO_INT8\(/);
});

test("the memory is exactly what a model takes: a byte less is refused", async () => {
  for (const { name, program } of CASES) {
    const file = writeModel(program);
    const { records, window, arena, total } = await memoryMap(stream, file, name);
    assert.equal(records + window + arena, total, name);
    await loadStream(stream, file, name, total);
    await assert.rejects(loadStream(stream, file, name, total - 1), { code: "E_MODEL", status: 17 }, name);
  }
});

test("the streaming runtime passes every self-test, and names the layer whose bits differ", async () => {
  for (const { name, program } of CASES) {
    const record = selfTest(program, 0x2545f491);
    const load = () => loadStream(stream, writeModel({ ...program, selfTest: record }), name, 2 ** 20);
    assert.equal((await load()).selfTest(), 0, name);
    record.checksums[record.checksums.length - 1] ^= 1;
    const wrong = await load();
    assert.equal(wrong.selfTest(), 20, name);
    assert.equal(Number(wrong.lastError() >> 32n), record.checksums.length - 1, name);
  }
});

const REFUSED: [what: string, status: number, change: (view: DataView, records: number) => void][] = [
  ["a layer's data before the data section", 13, (view, at) => view.setUint32(at + f.L_BIAS, f.HEADER_BYTES, true)],
  [
    "data of a layer behind that of the next",
    13,
    (view, at) => view.setUint32(at + f.L_WEIGHTS, view.getUint32(at + f.LAYER_BYTES + f.L_PARAMETERS, true), true),
  ],
  ["records in the data", 8, (view) => view.setUint32(f.H_LAYERS, view.getUint32(f.H_DATA, true), true)],
];

for (const [what, status, change] of REFUSED) {
  test(`the streaming runtime refuses ${what}`, async () => {
    await assert.rejects(loadStream(stream, changed(model, change), "shapes", 2 ** 20), { code: "E_MODEL", status });
  });
}

test("the command writes the folder, and says what runtime and memory take", () => {
  writeFileSync(join(folder, "shapes.bin"), model);
  const { code, stdout, stderr } = halfbit(["bundle", "shapes.bin", "--target", "c", "-o", "out"], { cwd: folder });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^runtime: [\d,]+ bytes with this model's layers, [\d,]+ with all$/m);
  assert.match(
    stdout,
    /^memory: [\d,]+ bytes \(records [\d,]+, window [\d,]+, arena [\d,]+\); the model stays in flash$/m,
  );
  for (const [name, text] of bundle.files) assert.equal(readFileSync(join(folder, "out", name), "utf8"), text, name);
});
