import assert from "node:assert/strict";
import { test } from "node:test";
import { packedRowBytes } from "../../format/layout.ts";
import { packSigns, unpackSigns } from "../../host/packing.ts";
import { random } from "../support/models.ts";

test("bit s of a row, least significant first, is 1 for +1 and 0 for −1; every row begins a byte", () => {
  const signs = [1, -1, -1, 1, -1, -1, -1, -1, 1, 1, /* row 2 */ -1, 1, 1, 1, 1, 1, 1, 1, -1, 1];
  assert.deepEqual([...packSigns(signs, 2, 10)], [0b00001001, 0b11, 0b11111110, 0b10]);
});

test("bits behind a row's end are 0", () => {
  assert.deepEqual([...packSigns(new Int8Array(9).fill(1), 1, 9)], [0xff, 0x01]);
});

test("unpacking returns what was packed, for any number of rows and columns", () => {
  const next = random(1);
  for (let round = 0; round < 300; round++) {
    const [rows, columns] = [1 + (next() % 9), round < 70 ? round + 1 : 1 + (next() % 700)];
    const signs = Int8Array.from({ length: rows * columns }, () => (next() & 1 ? 1 : -1));
    const packed = packSigns(signs, rows, columns);
    assert.equal(packed.length, rows * packedRowBytes(columns));
    assert.deepEqual(unpackSigns(packed, rows, columns), signs, `${rows} × ${columns}`);
  }
});

test("packing returns what was unpacked, but for the bits behind the rows' ends", () => {
  const next = random(2);
  for (let columns = 1; columns < 70; columns++) {
    const bytes = Uint8Array.from({ length: 3 * packedRowBytes(columns) }, () => next() & 255);
    const last = columns % 8 === 0 ? 255 : (1 << (columns % 8)) - 1;
    const expected = bytes.map((byte, i) => ((i + 1) % packedRowBytes(columns) === 0 ? byte & last : byte));
    assert.deepEqual(packSigns(unpackSigns(bytes, 3, columns), 3, columns), expected, `${columns} columns`);
  }
});
