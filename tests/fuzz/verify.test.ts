// Whatever bytes the runtime is given: load answers with a status, and a model that loads can be run. A trap or a
// hang fails these tests; so does a write outside the arena.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import crc32 from "crc-32";
import * as f from "../../format/layout.ts";
import { writeModel } from "../../host/write.ts";
import { CASES } from "../conformance/cases.ts";
import { random } from "../support/models.ts";

interface Runtime {
  memory: WebAssembly.Memory;
  reserve(bytes: number): number;
  load(bytes: number): number;
  run(): number;
}

/** Loads a file and, where it is accepted, runs it. Returns the status. */
type Attempt = (file: Uint8Array) => number;

const compiled = (level: string) =>
  new WebAssembly.Module(readFileSync(new URL(`../../dist/halfbit.${level}.wasm`, import.meta.url)));
const modules = ["scalar", "simd128"].map(compiled);
const streamModule = compiled("stream");

function resealed(file: Uint8Array): Uint8Array {
  const view = new DataView(file.buffer);
  view.setInt32(f.H_CRC32, crc32.buf(file.subarray(f.H_CRC32 + 4)), true);
  return file;
}

/** The file in memory; it and the memory behind the arena are watched. */
function whole(module: WebAssembly.Module): Attempt {
  const runtime = new WebAssembly.Instance(module).exports as unknown as Runtime;
  return (file) => {
    const at = runtime.reserve(file.length);
    assert.notEqual(at, 0);
    new Uint8Array(runtime.memory.buffer).set(file, at);
    const status = runtime.load(file.length);
    if (status !== 0) return status;
    const memory = Buffer.from(runtime.memory.buffer);
    const arenaBytes = new DataView(file.buffer).getUint32(f.H_ARENA_BYTES, true);
    const end = f.align(at + file.length) + arenaBytes;
    const behind = memory.subarray(end, end + 65536);
    behind.fill(0x5a);
    assert.equal(runtime.run(), 0);
    assert.ok(memory.subarray(at, at + file.length).equals(file), "run wrote into the model file");
    assert.ok(behind.equals(Buffer.alloc(behind.length, 0x5a)), "run wrote behind the arena");
    return 0;
  };
}

/** The file with the host; what is read of it and into which memory is watched, and the memory that was not reserved. */
function streamed(): Attempt {
  const ROOM = 3 * 65536;
  let file = new Uint8Array(0);
  const read = (offset: number, address: number, bytes: number) => {
    const [from, to, count] = [offset >>> 0, address >>> 0, bytes >>> 0];
    assert.ok(from + count <= file.length, `read ${count} bytes at ${from} of ${file.length}`);
    assert.ok(to + count <= ROOM, `read ${count} bytes to ${to} of ${ROOM}`);
    new Uint8Array(runtime.memory.buffer).set(file.subarray(from, from + count), to);
  };
  const instance = new WebAssembly.Instance(streamModule, { host: { read } });
  const runtime = instance.exports as unknown as Runtime;
  assert.notEqual(runtime.reserve(ROOM), 0);
  runtime.memory.grow(1);
  const behind = Buffer.from(runtime.memory.buffer).subarray(ROOM).fill(0x5a);
  return (tried) => {
    file = Uint8Array.from(tried);
    assert.notEqual(runtime.reserve(ROOM), 0);
    const status = runtime.load(file.length);
    if (status === 0) assert.equal(runtime.run(), 0);
    assert.ok(behind.equals(Buffer.alloc(behind.length, 0x5a)), "something was written behind the reserved memory");
    return status;
  };
}

const fresh = (): Attempt[] => [...modules.map(whole), streamed()];

test("every truncation is refused", () => {
  for (const attempt of fresh()) {
    const file = writeModel(CASES.at(-1)!.program);
    for (let length = 1; length < file.length; length++)
      assert.notEqual(attempt(file.slice(0, length)), 0, `${length} bytes`);
  }
});

test("every flipped bit is refused by the checksum or the header's checks", () => {
  for (const attempt of fresh()) {
    const file = writeModel(CASES[0].program);
    for (let bit = 0; bit < file.length * 8; bit++) {
      const flipped = file.slice();
      flipped[bit >> 3] ^= 1 << (bit & 7);
      assert.notEqual(attempt(flipped), 0, `bit ${bit}`);
    }
  }
});

test("every flipped bit of header, tensors and layers under a right checksum is refused or runs safely", () => {
  for (const { name, program } of CASES) {
    const file = writeModel(program);
    const records = new DataView(file.buffer).getUint32(f.H_DATA, true);
    for (const attempt of fresh()) {
      for (let bit = 0; bit < records * 8; bit++) {
        const flipped = file.slice();
        flipped[bit >> 3] ^= 1 << (bit & 7);
        try {
          attempt(resealed(flipped));
        } catch (error) {
          assert.fail(`${name}, bit ${bit} (byte ${bit >> 3}): ${error}`);
        }
      }
    }
  }
});

test("random edits of several fields under a right checksum are refused or run safely", () => {
  const next = random(20);
  const values = [0, 1, 2, 255, 256, 65535, 0x7fffffff, 0x80000000, 0xffffffff];
  for (const { name, program } of CASES) {
    const file = writeModel(program);
    const records = new DataView(file.buffer).getUint32(f.H_DATA, true);
    for (const attempt of fresh()) {
      for (let round = 0; round < 200; round++) {
        const edited = file.slice();
        const view = new DataView(edited.buffer);
        for (let i = 0; i <= next() % 3; i++) {
          const at = f.H_ARENA_BYTES + 4 * (next() % ((records - f.H_ARENA_BYTES) >> 2));
          const value =
            next() & 1 ? values[next() % values.length] : view.getUint32(4 * (next() % (records >> 2)), true);
          view.setUint32(at, value, true);
        }
        try {
          attempt(resealed(edited));
        } catch (error) {
          assert.fail(`${name}, round ${round}: ${error}`);
        }
      }
    }
  }
});

test("noise behind a right header is refused", () => {
  const next = random(21);
  for (const attempt of fresh()) {
    for (let round = 0; round < 2000; round++) {
      const file = Uint8Array.from({ length: 64 + (next() % 400) }, () => next() & 255);
      const view = new DataView(file.buffer);
      view.setUint32(f.H_MAGIC, f.MAGIC, true);
      view.setUint32(f.H_VERSION, f.FORMAT_VERSION, true);
      view.setUint32(f.H_FILE_BYTES, file.length, true);
      assert.notEqual(attempt(resealed(file)), 0);
    }
  }
});

test("what the streaming runtime accepts, the other accepts", () => {
  const [full, stream] = [whole(modules[0]), streamed()];
  let accepted = 0;
  for (const { name, program } of CASES) {
    const file = writeModel(program);
    const records = new DataView(file.buffer).getUint32(f.H_DATA, true);
    for (let bit = 0; bit < records * 8; bit += 3) {
      const flipped = file.slice();
      flipped[bit >> 3] ^= 1 << (bit & 7);
      if (stream(resealed(flipped)) !== 0) continue;
      accepted++;
      assert.equal(full(flipped), 0, `${name}, bit ${bit}`);
    }
  }
  assert.ok(accepted > 1000, `${accepted} accepted`);
});

test("after a refusal a good model loads and runs", () => {
  for (const attempt of fresh()) {
    const file = writeModel(CASES[0].program);
    assert.notEqual(attempt(file.slice(0, 100)), 0);
    assert.equal(attempt(file), 0);
  }
});
