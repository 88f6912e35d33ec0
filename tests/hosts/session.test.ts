import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import crc32 from "crc-32";
import { H_CRC32, H_METADATA, H_METADATA_BYTES } from "../../format/layout.ts";
import { HalfbitError } from "../../host/errors.ts";
import { readModel } from "../../host/read.ts";
import { Session } from "../../host/session.ts";
import { writeModel } from "../../host/write.ts";
import { temporaryFolder } from "../support/commands.ts";
import { identityModel, randomInt8, shapesModel } from "../support/models.ts";

const bytes = writeModel(shapesModel());
const image = randomInt8(108, 3);

/** A model file with this JSON in the place of its metadata, with spaces behind it. */
function withMetadata(metadata: unknown): Uint8Array {
  const file = writeModel({ ...identityModel(3, 1, 0), metadata: { name: "x".repeat(200) } });
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const held = view.getUint32(H_METADATA_BYTES, true);
  file.set(new TextEncoder().encode(JSON.stringify(metadata).padEnd(held)), view.getUint32(H_METADATA, true));
  view.setInt32(H_CRC32, crc32.buf(file.subarray(H_CRC32 + 4)), true);
  return file;
}

/** The code and message of what `action` throws. */
async function refusal(action: () => unknown): Promise<HalfbitError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof HalfbitError) return error;
    throw error;
  }
  assert.fail("nothing was thrown");
}

test("a session opens a file or its bytes, and knows the network's edges and labels", async () => {
  const path = join(temporaryFolder(), "model.bin");
  writeFileSync(path, bytes);
  for (const source of [path, bytes, new Uint8Array(bytes).buffer]) {
    const session = await Session.open(source);
    assert.deepEqual(session.input, { shape: [6, 6, 3], scale: Math.fround(1 / 255), zeroPoint: -128 });
    assert.deepEqual(session.output, { shape: [1, 1, 3], scale: Math.fround(0.0371), zeroPoint: 11 });
    assert.deepEqual(session.labels, ["circle", "square", "triangle"]);
    assert.equal(session.metadata.name, "shapes");
    assert.equal(session.layerCount, 2);
  }
});

test("a session takes a runtime that is compiled already, of simd128 unless told otherwise", async () => {
  for (const level of ["simd128", "scalar"] as const) {
    const module = await WebAssembly.compile(
      readFileSync(new URL(`../../dist/halfbit.${level}.wasm`, import.meta.url)),
    );
    const session = await Session.open(bytes, level === "simd128" ? { module } : { module, level });
    assert.equal(session.level, level);
    assert.deepEqual(session.runRaw(image), (await Session.open(bytes)).runRaw(image));
  }
  const other = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)); // it exports nothing
  await assert.rejects(Session.open(bytes, { module: other }), TypeError);
});

test("both levels of the runtime compute the same bits, and each can be asked for", async () => {
  const simd = await Session.open(bytes, { level: "simd128" });
  const scalar = await Session.open(bytes, { level: "scalar" });
  assert.equal(simd.level, "simd128");
  assert.equal(scalar.level, "scalar");
  for (let seed = 0; seed < 50; seed++) {
    const input = randomInt8(108, seed);
    assert.deepEqual(simd.runRaw(input), scalar.runRaw(input));
  }
});

test("a result holds the raw output, real scores, and the best with their labels", async () => {
  const session = await Session.open(bytes);
  const result = session.run(image);
  assert.deepEqual(
    result.scores,
    Float32Array.from(result.raw, (q) => session.output.scale * (q - session.output.zeroPoint)),
  );
  const top = result.top(2);
  assert.equal(top.length, 2);
  assert.ok(top[0].score >= top[1].score);
  assert.equal(top[0].label, session.labels[top[0].index]);
  assert.equal(result.top(99).length, 3);
  assert.deepEqual(session.run(image).raw, result.raw, "a second run of the same input");
});

test("equal scores are ranked by index", async () => {
  const session = await Session.open(writeModel(identityModel(4, 1, 0)));
  const indices = session
    .run(Int8Array.of(5, 9, 9, -3))
    .top(4)
    .map((entry) => entry.index);
  assert.deepEqual(indices, [1, 2, 0, 3]);
});

test("real values are rounded to the nearest int8, halves away from zero, and clamped", async () => {
  const program = identityModel(9, 1, 0);
  program.tensors[0] = { ...program.tensors[0], scale: 0.5, zeroPoint: 10 };
  const session = await Session.open(writeModel(program));
  const real = [0, 0.2, 0.25, -0.25, 0.74, 1, -1, 1000, -1000];
  const expected = Int8Array.of(10, 10, 11, 9, 11, 12, 8, 127, -128);
  assert.deepEqual(session.run(real).raw, expected);
  assert.deepEqual(session.run(Float32Array.from(real)).raw, expected);
});

test("layers can be run one by one, and their outputs read", async () => {
  const session = await Session.open(bytes);
  const whole = session.runRaw(image);
  session.setInput(image);
  const outputs = [0, 1].map((layer) => {
    session.step(layer);
    return session.layerOutput(layer);
  });
  assert.equal(outputs[0].length, 6 * 6 * 4);
  assert.deepEqual(outputs[1], whole);
  assert.equal((await refusal(() => session.step(2))).code, "E_MODEL");
});

test("an input of the wrong length is refused with both sizes, and the session goes on", async () => {
  const session = await Session.open(bytes);
  for (const input of [new Int8Array(107), new Float32Array(109), [] as number[]]) {
    const error = await refusal(() => session.run(input));
    assert.equal(error.code, "E_INPUT_SIZE");
    assert.equal(error.message, `the input has ${input.length} values, but the model takes 6x6x3 = 108`);
  }
  assert.equal(session.run(image).raw.length, 3);
});

test("NaN and infinity are refused: they have no nearest integer; holes and strings are no numbers", async () => {
  const session = await Session.open(bytes);
  const list = (value: unknown) => new Array(108).fill(value) as number[];
  const nan = new Float32Array(108).fill(Number.NaN);
  for (const input of [nan, list(Number.POSITIVE_INFINITY), new Array<number>(108), list("1")]) {
    const error = await refusal(() => session.run(input));
    assert.equal(error.code, "E_INPUT_FORMAT");
    assert.match(error.message, /^input value 0 is .*, not a finite number$/);
  }
});

test("bytes are pixels where the model records a preprocessing, and refused where it records none", async () => {
  const pixels = Uint8Array.of(100, 150, 0);
  const program = identityModel(3, 1, 0);
  const plain = await Session.open(writeModel(program));
  const error = await refusal(() => plain.run(pixels));
  assert.equal(error.code, "E_INPUT_FORMAT");
  assert.match(error.message, /Uint8Array/);
  program.metadata.preprocessing = { mean: [100], scale: [0.5], channelOrder: "RGB" };
  const session = await Session.open(writeModel(program));
  assert.deepEqual(session.run(pixels).raw, Int8Array.of(0, 25, -50));
  assert.equal((await refusal(() => session.run(new Uint8Array(2)))).code, "E_INPUT_SIZE");
});

test("other inputs and sources are refused in words", async () => {
  const session = await Session.open(bytes);
  for (const input of [new Float64Array(108), "x".repeat(108), undefined]) {
    assert.equal((await refusal(() => session.run(input as unknown as number[]))).code, "E_INPUT_FORMAT");
  }
  const bytesOnly = new Uint8Array(108) as unknown as Int8Array;
  assert.equal((await refusal(() => session.runRaw(bytesOnly))).code, "E_INPUT_FORMAT");
  assert.equal((await refusal(() => Session.open(new Uint8Array(0)))).code, "E_EMPTY");
  assert.equal((await refusal(() => Session.open(undefined as unknown as string))).code, "E_USAGE");
});

test("metadata of another form and scales that are none are refused when the model is opened", async () => {
  const preprocessing = { mean: [0], scale: [1], channelOrder: "RGB" };
  const wrong: [metadata: unknown, message: RegExp][] = [
    [[1], /metadata is no object/],
    [null, /metadata is no object/],
    [{ labels: "cat" }, /metadata\.labels is no list/],
    [{ layers: {} }, /metadata\.layers is no list/],
    [{ preprocessing: 1 }, /metadata\.preprocessing is no object/],
    [{ preprocessing: { ...preprocessing, mean: [] } }, /preprocessing\.mean is empty/],
    [{ preprocessing: { ...preprocessing, scale: ["1"] } }, /preprocessing\.scale\[0\] is no finite number/],
    [{ preprocessing: { ...preprocessing, channelOrder: "CMY" } }, /channelOrder is CMY/],
    [{ preprocessing: { ...preprocessing, mean: [0, 0] } }, /2 values for 3 channels/],
  ];
  for (const [metadata, message] of wrong) {
    const error = await refusal(() => Session.open(withMetadata(metadata)));
    assert.equal(error.code, "E_MODEL");
    assert.match(error.message, message);
  }
  for (const scale of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    const error = await refusal(() => readModel(writeModel(identityModel(3, scale, 0)), "m"));
    assert.match(error.message, /^m: .*\(record 1\) \[TENSOR\]$/);
  }
});

test("a damaged model is refused with the runtime's status", async () => {
  const damaged = bytes.slice();
  damaged[200] ^= 4;
  const error = await refusal(() => Session.open(damaged));
  assert.equal(error.code, "E_MODEL");
  assert.match(error.message, /^model: .*\[CHECKSUM\]$/);
});

test("a model without a self-test says so", async () => {
  const session = await Session.open(bytes);
  assert.match((await refusal(() => session.selfTest())).message, /\[NO_SELF_TEST\]$/);
});
