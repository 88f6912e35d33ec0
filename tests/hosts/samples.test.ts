// Files of samples: kinds told apart by content, and how each becomes the network's input.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import jpeg from "jpeg-js";
import { PNG } from "pngjs";
import { HalfbitError } from "../../host/errors.ts";
import { resize } from "../../host/samples/resize.ts";
import { type InputSpec, readInt8, readLabels, readSamples, toReal } from "../../host/samples.ts";
import { idx, npy } from "../support/arrays.ts";

const quantisation = { scale: 0.5, zeroPoint: -10 };
const input: InputSpec & { quantisation: typeof quantisation } = { shape: [2, 2, 1], quantisation };

/** Asserts a HalfbitError of this code; returns its message. */
function refused(code: string, action: () => unknown): string {
  let message = "";
  assert.throws(action, (error) => {
    message = error instanceof HalfbitError ? error.message : "";
    return error instanceof HalfbitError && error.code === code;
  });
  return message;
}

test(".npy of each version and type: float32 are reals, int8 are the model's, uint8 are pixels", () => {
  for (const version of [1, 2, 3]) {
    const real = readInt8(npy("<f4", [2, 2], [0, 1, -1, 0.25], version), "a.npy", input);
    assert.deepEqual(real, Int8Array.of(-10, -8, -12, -9));
  }
  assert.deepEqual(readInt8(npy("<f8", [4], [0, 1, -1, 0.25]), "a", input), Int8Array.of(-10, -8, -12, -9));
  assert.deepEqual(readInt8(npy("|i1", [1, 2, 2, 1], [5, -5, 127, -128]), "a", input), Int8Array.of(5, -5, 127, -128));
  assert.deepEqual(readInt8(npy("|u1", [2, 2], [0, 128, 255, 1]), "a", input), Int8Array.of(-128, 0, 127, -127));
});

test("pixels go through the preprocessing where there is one", () => {
  const preprocessing = { mean: [100], scale: [0.25], channelOrder: "grayscale" as const };
  const pixels = npy("|u1", [2, 2], [100, 104, 0, 255]);
  assert.deepEqual([...toReal(readSamples(pixels, "a", input), { ...input, preprocessing })], [0, 1, -25, 38.75]);
  assert.deepEqual(readInt8(pixels, "a", { ...input, preprocessing }), Int8Array.of(-10, -8, -60, 68));
  const perChannel = { mean: [0, 10], scale: [1, 2], channelOrder: "RGB" as const };
  const two = readSamples(npy("|u1", [1, 1, 2], [7, 7]), "a", { shape: [1, 1, 2] });
  assert.deepEqual([...toReal(two, { shape: [1, 1, 2], preprocessing: perChannel })], [7, -6]);
});

test("count × C × H × W arrays are turned to count × H × W × C", () => {
  const planar = Array.from({ length: 2 * 12 }, (_, i) => i);
  const samples = readSamples(npy("<f4", [2, 3, 2, 2], planar), "a", { shape: [2, 2, 3] });
  const real = toReal(samples, { shape: [2, 2, 3] });
  assert.deepEqual([...real.subarray(0, 6)], [0, 4, 8, 1, 5, 9]);
  assert.deepEqual([...real.subarray(12, 18)], [12, 16, 20, 13, 17, 21]);
});

test("an array that is cut off, of another type or order is refused", () => {
  const good = npy("<f4", [2, 2], [1, 2, 3, 4]);
  assert.match(
    refused("E_INPUT_FORMAT", () => readSamples(good.subarray(0, good.length - 1), "a.npy", input)),
    /a\.npy: \.npy file holds 15 bytes of numbers, its header promises 16/,
  );
  refused("E_INPUT_FORMAT", () => readSamples(good.subarray(0, 20), "a", input));
  refused("E_INPUT_FORMAT", () => readSamples(good.subarray(0, 10), "a", input));
  assert.match(
    refused("E_INPUT_FORMAT", () => readSamples(npy("<i8", [4], []), "a", input)),
    /of type <i8/,
  );
  refused("E_INPUT_FORMAT", () => readSamples(npy("|i1", [4], [1, 2, 3, 4], 9), "a", input));
  const fortran = new TextDecoder("latin1").decode(good).replace("False", "True ");
  refused("E_INPUT_FORMAT", () =>
    readSamples(
      Uint8Array.from(fortran, (c) => c.charCodeAt(0)),
      "a",
      input,
    ),
  );
  refused("E_INPUT_FORMAT", () => readInt8(npy("<f4", [4], [1, Number.NaN, 3, 4]), "a", input));
});

test("idx files, gzipped or not, are pixels", () => {
  const file = idx([2, 2, 2], [0, 255, 1, 2, 3, 4, 5, 6]);
  for (const bytes of [file, new Uint8Array(gzipSync(file))]) {
    assert.deepEqual(readInt8(bytes, "a", input), Int8Array.of(-128, 127, -127, -126, -125, -124, -123, -122));
  }
  refused("E_INPUT_FORMAT", () => readSamples(new Uint8Array(gzipSync(file)).subarray(0, 19), "a.gz", input));
});

test("everything else is raw int8, count × H × W × C", () => {
  assert.deepEqual(readInt8(Uint8Array.of(0, 127, 128, 255), "a.raw", input), Int8Array.of(0, 127, -128, -1));
  assert.match(
    refused("E_INPUT_SIZE", () => readInt8(new Uint8Array(7), "a.raw", input)),
    /^a\.raw: 7 values \(7\), but the model's input has 2x2x1 = 4 a sample$/,
  );
});

test("raw files may begin like a compressed one or an image", () => {
  const shape: [number, number, number] = [6, 4, 1];
  const starts = [
    [0x1f, 0x8b, 7], // another method
    [0x1f, 0x8b, 8, 0x20], // a reserved flag
    [0x1f, 0x8b, 8, 0],
    [0xff, 0xd8, 0xff],
  ];
  for (const start of starts) {
    const raw = new Uint8Array(24);
    raw.set(start);
    assert.deepEqual(readInt8(raw, "a.raw", { shape, quantisation }), new Int8Array(raw.buffer));
    assert.deepEqual(readLabels(raw, "l", 24), raw);
  }
  const png = Uint8Array.from({ length: 24 }, (_, i) => [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a][i] ?? 0);
  refused("E_INPUT_FORMAT", () => readInt8(png, "a damaged PNG", { shape, quantisation }));
  const cut = Uint8Array.from({ length: 25 }, (_, i) => starts[2][i] ?? 0);
  refused("E_INPUT_FORMAT", () => readInt8(cut, "a", { shape, quantisation }));
  refused("E_INPUT_FORMAT", () => readLabels(cut, "l", 24));
});

test("an array's dimensions must be the input's, in either order or flat; those of 1 do not count", () => {
  const of = (dimensions: number[], shape: [number, number, number]) => {
    const count = dimensions.reduce((product, n) => product * n, 1);
    return toReal(readSamples(npy("|u1", dimensions, new Array(count).fill(0)), "a", { shape }), { shape }).length;
  };
  for (const dimensions of [[20, 4, 4], [20, 1, 4, 4], [20, 4, 4, 1], [20, 16], [4, 4], [16], [320]]) {
    assert.equal(of(dimensions, [4, 4, 1]) % 16, 0);
  }
  assert.equal(of([5, 1, 3, 4], [1, 4, 3]), 60);
  for (const dimensions of [
    [4, 4, 20],
    [20, 8, 2],
    [2, 160],
  ]) {
    assert.match(
      refused("E_INPUT_SIZE", () => of(dimensions, [4, 4, 1])),
      new RegExp(`^a: an array of ${dimensions.join("x")} holds no samples of 4x4x1 = 16;`),
    );
  }
  const real = [0, 1, 2, 3, 4, 5];
  const planar = readSamples(npy("<f4", [2, 3], real), "a", { shape: [1, 3, 2] });
  assert.deepEqual([...toReal(planar, { shape: [1, 3, 2] })], [0, 3, 1, 4, 2, 5]);
});

test("labels are bytes, raw or idx, or .npy of integers", () => {
  assert.deepEqual(readLabels(Uint8Array.of(3, 255), "l", 2), Uint8Array.of(3, 255));
  assert.deepEqual(readLabels(idx([3], [1, 2, 3]), "l", 3), Uint8Array.of(1, 2, 3));
  assert.deepEqual(readLabels(npy("|u1", [2], [4, 5]), "l", 2), Uint8Array.of(4, 5));
  for (const type of ["<i4", "<i8"]) {
    assert.deepEqual(readLabels(npy(type, [2], [4, 255]), "l", 2), Uint8Array.of(4, 255));
    refused("E_INPUT_FORMAT", () => readLabels(npy(type, [2], [4, 256]), "l", 2));
    refused("E_INPUT_FORMAT", () => readLabels(npy(type, [2], [4, -1]), "l", 2));
  }
  refused("E_INPUT_FORMAT", () => readLabels(npy("<f4", [2], [4, 5]), "l", 2));
});

/** A PNG of RGBA pixels. */
function png(width: number, height: number, rgba: number[]): Uint8Array {
  const image = new PNG({ width, height });
  image.data = Buffer.from(rgba);
  return new Uint8Array(PNG.sync.write(image));
}

test("a PNG of the input's size keeps its pixels; BGR networks get them in their order", () => {
  const file = png(1, 2, [10, 20, 30, 255, 40, 50, 60, 255]);
  assert.deepEqual([...readSamples(file, "a", { shape: [2, 1, 3] }).data], [10, 20, 30, 40, 50, 60]);
  const preprocessing = { mean: [0], scale: [1], channelOrder: "BGR" as const };
  assert.deepEqual([...readSamples(file, "a", { shape: [2, 1, 3], preprocessing }).data], [30, 20, 10, 60, 50, 40]);
});

test("one-channel networks get the luma, transparency stands over white", () => {
  const file = png(2, 1, [255, 0, 0, 255, 0, 0, 0, 128]);
  assert.deepEqual([...readSamples(file, "a", { shape: [1, 2, 1] }).data], [76, 127]);
});

test("a JPEG is decoded", () => {
  const data = Buffer.alloc(8 * 8 * 4, 200);
  const file = new Uint8Array(jpeg.encode({ width: 8, height: 8, data }, 100).data);
  const pixels = readSamples(file, "a", { shape: [4, 4, 3] }).data;
  assert.equal(pixels.length, 48);
  assert.ok(pixels.every((value) => Math.abs(value - 200) <= 2));
});

test("a damaged image is refused, and so is one for a network that takes no images", () => {
  const file = png(2, 2, new Array(16).fill(9));
  assert.match(
    refused("E_INPUT_FORMAT", () => readSamples(file.subarray(0, 40), "a.png", { shape: [2, 2, 3] })),
    /^a\.png: not a readable PNG image \(.+\)$/,
  );
  refused("E_INPUT_FORMAT", () => readSamples(Uint8Array.of(0xff, 0xd8, 0xff, 0), "a.jpg", { shape: [2, 2, 3] }));
  refused("E_INPUT_FORMAT", () => readSamples(file, "a.png", { shape: [2, 2, 4] }));
  const huge = file.slice();
  new DataView(huge.buffer).setUint32(16, 100_000);
  new DataView(huge.buffer).setUint32(20, 100_000);
  assert.match(
    refused("E_INPUT_FORMAT", () => readSamples(huge, "a.png", { shape: [2, 2, 3] })),
    /more than 100 megapixels/,
  );
});

test("resizing keeps a flat image flat, averages when it shrinks and interpolates when it grows", () => {
  const flat = resize(new Float32Array(7 * 5).fill(42), [7, 5, 1], [3, 11]);
  assert.ok(flat.every((value) => Math.abs(value - 42) < 1e-4));
  // Four pixels to two: triangles of half-width 2 around 1 and 3 weigh the pixels 1.5, 1.5, 0.5 (of 3.5).
  const half = resize(Float32Array.of(0, 70, 0, 0), [1, 4, 1], [1, 2]);
  assert.deepEqual([...half].map(Math.round), [30, 10]);
  // Two pixels to four: centres at 0.25, 0.75, 1.25, 1.75 of the source.
  assert.deepEqual([...resize(Float32Array.of(0, 100), [1, 2, 1], [1, 4])], [0, 25, 75, 100]);
});
